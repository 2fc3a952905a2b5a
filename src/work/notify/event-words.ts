import { oneLine } from '../../lib/one-line.ts';

const MAX_FACTS = 8;
const MAX_VALUE = 300;
const MAX_LISTED = 10;

export interface EventWords {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The page of the console that shows more. */
  readonly link: string;
}

/**
 * An event for people: `vulnerability.found` as “Vulnerability found”, with its subject, and what of its data is short.
 * Each text is one line of what others may have named; whoever shows it escapes it. `base` is this server's address.
 */
export function eventInWords(
  {
    type,
    subject,
    data,
  }: { readonly type: string; readonly subject: string; readonly data: Readonly<Record<string, unknown>> },
  base: string,
): EventWords {
  const noun = type.replace(/^dev\.assay\./, '').replace(/\.v\d+$/, '');
  const words = noun.replaceAll(/[.-]/g, ' ');
  const shown = oneLine(subject, MAX_VALUE);
  const place =
    typeof data['repository'] === 'string' ? data['repository'] : /^[a-z0-9._/-]+\/[a-z0-9._/-]+/.exec(subject)?.[0];
  const facts = Object.entries(data)
    .filter(([name]) => name !== 'repository')
    .map(([name, value]) => [oneLine(name, 60), valueInWords(value)] as const)
    .filter((each): each is readonly [string, string] => each[1] !== undefined)
    .slice(0, MAX_FACTS);
  return {
    title: `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${shown}`,
    facts,
    link: place === undefined ? base : `${base}/r/${encodeURI(place.toWellFormed())}`,
  };
}

function valueInWords(value: unknown): string | undefined {
  const texts = (Array.isArray(value) ? value : [value]).map(wordOf).filter((each) => each !== undefined);
  if (texts.length === 0) return undefined;
  const more = texts.length > MAX_LISTED ? ` and ${texts.length - MAX_LISTED} more` : '';
  return oneLine(texts.slice(0, MAX_LISTED).join(', '), MAX_VALUE) + more;
}

/** Of a vulnerability its id and severity. */
function wordOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') return undefined;
  return 'severity' in value && typeof value.severity === 'string' ? `${value.id} (${value.severity})` : value.id;
}
