import { createHash } from 'node:crypto';
import { AssayError } from '../../../lib/error.ts';
import type { RoleName, TargetFile } from '../metadata.ts';
import { strongestHash } from './hashes.ts';

/** A role or file name as one segment of a URL: everything but letters, digits and `-._~` is escaped. */
export function quotedName(name: string): string {
  return encodeURIComponent(name).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

const MAX_NAME_BYTES = 200;

/**
 * A name for a file on any file system: one segment, no upper case (two names that differ only in case stay apart), long
 * names by their hash.
 */
export function localName(name: string): string {
  const quoted = quotedName(name).replaceAll(/%[0-9A-F]{2}|[A-Z]/g, (text) =>
    text.length === 3 ? text.toLowerCase() : `%${text.charCodeAt(0).toString(16)}`,
  );
  return quoted.length <= MAX_NAME_BYTES ? quoted : `sha256-${createHash('sha256').update(name).digest('hex')}`;
}

/** The file of a role in the folder of trusted metadata: `root.json`, `timestamp.json`, delegated ones quoted. */
export function trustedFileName(role: RoleName): string {
  return `${localName(role)}.json`;
}

/**
 * The path of a target below the base URL of targets (TUF specification 1.0.34 section 5.7.3): `dir/HASH.name` with
 * consistent snapshots. Throws `input-invalid` for paths that a URL cannot hold without changing them.
 */
export function targetUrlPath(path: string, file: TargetFile, consistentSnapshot: boolean): string {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..' || segment === '' || segment.includes('\0')))
    throw new AssayError('input-invalid', `the target path ${JSON.stringify(path.slice(0, 200))} cannot be downloaded`);
  const last = segments.pop()!;
  if (consistentSnapshot) segments.push(`${strongestHash(file.hashes, path).value}.${last}`);
  else segments.push(last);
  return segments.map(quotedName).join('/');
}
