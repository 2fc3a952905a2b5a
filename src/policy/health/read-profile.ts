import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { nearest } from '../../lib/nearest.ts';
import { isOrganisationName } from '../../oci/names.ts';
import { grades } from './line.ts';
import { healthLines } from './lines/all.ts';
import type { HealthProfile } from './profile.ts';

/** Largest profile in bytes. */
const MAX_BYTES = 16 * 1024;

const ids = healthLines.map((each) => each.id);

const shape = z.strictObject({
  organisation: z.string().refine(isOrganisationName, 'the name of an organisation').optional(),
  minimum: z.enum(grades).optional(),
  /** `off`, or the weight of the line. */
  lines: z.record(z.string(), z.union([z.literal(['off', false]), z.number().min(0).max(1000)])).default({}),
});

/** Reads a profile of the health card (YAML). Throws `policy-invalid` with the nearest right word for a slip. */
export function readProfile(text: string): HealthProfile {
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalid(`a health profile has at most ${MAX_BYTES} bytes`);
  const document = parseDocument(text, { strict: true, uniqueKeys: true, logLevel: 'error' });
  const [error] = document.errors;
  if (error) throw invalid(error.message.split('\n', 1)[0] ?? 'unreadable');
  const parsed = shape.safeParse(valueOf(document));
  if (!parsed.success) throw invalid(wordsOf(parsed.error));
  const { organisation, minimum, lines } = parsed.data;
  for (const id of Object.keys(lines))
    if (!ids.includes(id)) throw invalid(`no line is called ${id.slice(0, 60)}${didYouMean(id, ids)}`);
  const weights = new Map(Object.entries(lines).map(([id, weight]) => [id, typeof weight === 'number' ? weight : 0]));
  if (ids.every((id) => weights.get(id) === 0)) throw invalid('a card without a line says nothing');
  return { organisation, weights, minimum };
}

function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch (cause) {
    throw new AssayError('policy-invalid', 'anchors and aliases are not read in health profiles', { cause });
  }
}

function wordsOf({ issues: [issue] }: z.ZodError): string {
  const [key] = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  if (key !== undefined) return `the key ${key.slice(0, 60)} is not known${didYouMean(key, Object.keys(shape.shape))}`;
  return `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
}

function didYouMean(word: string, among: readonly string[]): string {
  const right = nearest(word, among);
  return right === undefined ? '' : `; did you mean ${right}?`;
}

function invalid(message: string): AssayError {
  return new AssayError('policy-invalid', message);
}
