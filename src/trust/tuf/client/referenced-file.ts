import { AssayError } from '../../../lib/error.ts';
import type { FileMeta, MetadataOf, RoleName, Root, SignedFile } from '../metadata.ts';
import type { Delegator, Update } from './chain.ts';
import { isSigned, missing, readIfSound, requireInForce, requireSigned, requireVersion } from './checks.ts';
import { hasContent, requireContent } from './hashes.ts';
import { MAX_FETCH_BYTES, MAX_LISTED_BYTES } from './limits.ts';
import { fetchFile, keepFile, loadFile, type Workflow } from './step.ts';

type Referenced = 'snapshot' | 'targets';

/** A file that other metadata refers to: what it is, who refers to it and how, and who must have signed it. */
export interface Reference<T extends Referenced> {
  readonly type: T;
  readonly role: RoleName;
  readonly meta: FileMeta;
  readonly referrer: RoleName;
  readonly by: Delegator;
  readonly root: Root;
  /** Rollback checks against what was trusted before; throws. */
  readonly requireProgress: (file: SignedFile<MetadataOf<T>>) => void;
}

/**
 * Steps 5.5.1 to 5.5.7 and 5.6.1 to 5.6.6 of TUF specification 1.0.34: the trusted copy when it is the one referred to,
 * else the server's, kept after every check. Signatures are checked in both cases, against `by` and nobody else.
 */
export function* obtain<T extends Referenced>(
  update: Update,
  reference: Reference<T>,
  held: SignedFile<MetadataOf<T>> | undefined,
): Workflow<SignedFile<MetadataOf<T>>> {
  if (held && isReferredTo(update, reference, held)) return held;
  const { type, role, meta, referrer, root } = reference;
  const name = update.dialect.fileName(role, meta, root);
  const raw = yield* fetchFile(name, Math.min(meta.length ?? MAX_FETCH_BYTES[type], MAX_LISTED_BYTES));
  if (!raw) throw missing(name, referrer);
  requireContent(raw, meta, role);
  const file = update.dialect.read(type, role, raw);
  requireSigned(update, role, file, reference.by);
  requireVersion(role, file, meta, referrer);
  reference.requireProgress(file);
  requireInForce(update, role, file);
  yield* keepFile(role, raw);
  return file;
}

function isReferredTo(
  update: Update,
  { role, meta, by }: Pick<Reference<Referenced>, 'role' | 'meta' | 'by'>,
  held: SignedFile,
): boolean {
  return (
    (meta.version === undefined ? meta.hashes !== undefined : held.signed.version === meta.version) &&
    held.signed.expires > update.now &&
    hasContent(held.raw, meta, role) &&
    isSigned(update, role, held, by)
  );
}

/** The file of a role as the last update left it, if it can still be read. */
export function* held<T extends 'timestamp' | Referenced>(
  update: Update,
  type: T,
  role: RoleName,
): Workflow<SignedFile<MetadataOf<T>> | undefined> {
  const raw = yield* loadFile(role);
  return raw && readIfSound(() => update.dialect.read(type, role, raw));
}

/** A snapshot must list what is read through it; throws `trust-version-mismatch`. */
export function listed(meta: ReadonlyMap<RoleName, FileMeta>, role: RoleName): FileMeta {
  const found = meta.get(role);
  if (!found) throw new AssayError('trust-version-mismatch', `the snapshot does not list ${role}`);
  return found;
}
