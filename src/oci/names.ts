import { AssayError } from '../lib/error.ts';
import { type Digest, isDigest } from './digest.ts';

/** A repository name (OCI distribution specification 1.1, "Pulling manifests"), its organisation spelled out. */
export type RepositoryName = string & { readonly __brand: 'RepositoryName' };
export type Tag = string & { readonly __brand: 'Tag' };

const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const RESERVED = new Set(['v1', 'v2', 'api', 'token', 'admission', 'metrics', 'assay']);
const DEFAULT_ORGANISATION = 'library';

/**
 * Reads a repository name as a client spells it. One-segment names belong to `library`, so `alpine` and
 * `library/alpine` are one repository. At most 255 characters. Throws `name-invalid` or `name-reserved`.
 */
export function parseRepositoryName(text: string): RepositoryName {
  if (text.length > 255 || !NAME.test(text))
    throw new AssayError(
      'name-invalid',
      `not a repository name: ${JSON.stringify(text.slice(0, 80))} (lower case letters, digits and single . _ - between them, parts divided by /)`,
    );
  const name = text.includes('/') ? text : `${DEFAULT_ORGANISATION}/${text}`;
  if (RESERVED.has(organisationOf(name as RepositoryName)))
    throw new AssayError('name-reserved', `names under ${organisationOf(name as RepositoryName)}/ are reserved`);
  return name as RepositoryName;
}

/** The first segment of a repository name. */
export function organisationOf(name: RepositoryName): string {
  return name.slice(0, name.indexOf('/'));
}

/** True for a name that an organisation may have: one segment, not reserved. */
export function isOrganisationName(text: string): boolean {
  return !text.includes('/') && text.length <= 100 && NAME.test(text) && !RESERVED.has(text);
}

export function parseTag(text: string): Tag {
  if (TAG.test(text)) return text as Tag;
  throw new AssayError(
    'tag-invalid',
    `not a tag: ${JSON.stringify(text.slice(0, 80))} (letters, digits, _ . - and at most 128 characters)`,
  );
}

/** What follows `/manifests/`: a digest when it has a colon, else a tag. Throws `digest-invalid` or `tag-invalid`. */
export function parseTagOrDigest(text: string): { tag: Tag } | { digest: Digest } {
  if (text.includes(':')) {
    if (isDigest(text)) return { digest: text };
    throw new AssayError('digest-invalid', `not a sha256 or sha512 digest: ${JSON.stringify(text.slice(0, 80))}`);
  }
  return { tag: parseTag(text) };
}
