import { imageAddress, repositoryAddress } from './addresses.ts';
import { sentence } from './format.ts';

/** An event's type in words: `dev.assay.manifest.pushed.v1` is “Manifest pushed”; a tag's first move is its setting. */
export function eventInWords(type: string, data: Readonly<Record<string, unknown>> = {}): string {
  const noun = nounOf(type);
  if (noun === 'tag.moved' && data['previous'] === undefined) return 'Tag set';
  return noun === undefined ? type : sentence(noun.replaceAll(/[.-]/g, ' '));
}

function nounOf(type: string): string | undefined {
  return /^dev\.assay\.(.+)\.v\d+$/.exec(type)?.[1];
}

/** What an event speaks of: a repository, a tag or a digest of one, or just a name. */
export interface EventSubject {
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly text: string;
  readonly href?: string;
}

export function subjectOf(type: string, subject: string): EventSubject {
  const noun = nounOf(type) ?? '';
  if (!/^(?:repository|manifest|tag|image|blob)\./.test(noun)) return { text: subject };
  const gone = noun.endsWith('.deleted');
  const at = subject.indexOf('@');
  const cut = at > 0 ? at : subject.indexOf(':');
  const repository = cut > 0 ? subject.slice(0, cut) : subject;
  const reference = cut > 0 ? subject.slice(cut + 1) : undefined;
  const href = gone
    ? undefined
    : reference === undefined
      ? repositoryAddress(repository)
      : imageAddress(repository, reference);
  return {
    repository,
    text: repository,
    ...(reference !== undefined && (at > 0 ? { digest: reference } : { tag: reference })),
    ...(href !== undefined && { href }),
  };
}
