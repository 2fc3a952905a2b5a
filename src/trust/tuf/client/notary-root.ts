import { AssayError, isAssayError } from '../../../lib/error.ts';
import type { FileMeta, Root, SignedFile } from '../metadata.ts';
import { certificatesOf, commonNameOf } from '../notary/root-certificates.ts';
import { requireTrustedRoot } from '../notary/validate-root.ts';
import { rootAsDelegator, type Update } from './chain.ts';
import { requireInForce, requireSigned } from './checks.ts';
import { requireContent } from './hashes.ts';
import { MAX_FETCH_BYTES, MAX_ROOT_UPDATES } from './limits.ts';
import { fetchFile, keepFile, loadFile, type Workflow } from './step.ts';
import { type PinnedFor, requirePinned } from './trust-pins.ts';

/** The root of an earlier visit, if there was one. Its own signatures must hold; its expiry is looked at later. */
export function* loadNotaryRoot(update: Update): Workflow<SignedFile<Root> | undefined> {
  const raw = yield* loadFile('root');
  if (!raw) return undefined;
  const file = update.dialect.read('root', 'root', raw);
  requireSigned(update, 'root', file, rootAsDelegator(file.signed, 'root'));
  return file;
}

/** The root of a collection that was never seen: pinned, or trusted on first use. Throws `trust-missing` without one. */
export function* takeFirstNotaryRoot(update: Update, pinned: PinnedFor): Workflow<SignedFile<Root>> {
  const raw = yield* fetchFile('root.json', MAX_FETCH_BYTES.root);
  if (!raw) throw new AssayError('trust-missing', `the server does not have trust data for ${pinned.gun}`);
  const file = update.dialect.read('root', 'root', raw);
  requireRoot(update, file, undefined, pinned);
  yield* keepFile('root', raw);
  return file;
}

/** Requires a root that may be worked with now: chained to the one before, valid certificates, pins, expiry. */
export function requireRoot(
  update: Update,
  file: SignedFile<Root>,
  previous: SignedFile<Root> | undefined,
  pinned: PinnedFor,
): void {
  requirePinned(file, pinned, previous !== undefined, update.dialect.schemeOf);
  try {
    requireTrustedRoot(file, previous, pinned.gun, pinned.now);
  } catch (error) {
    throw isAssayError(error, 'trust-wrong-key') ? explained(error, file.signed, pinned) : error;
  }
  requireInForce(update, 'root', file);
}

/** Why no certificate of a root will do. */
function explained(error: AssayError, root: Root, { gun, now }: PinnedFor): AssayError {
  for (const id of root.roles.root.keyIds) {
    const key = root.keys.get(id);
    const leaf = key && certificatesOf(key)[0];
    if (!leaf) continue;
    const until = leaf.validToDate.getTime();
    if (until < now)
      return new AssayError(
        'trust-expired',
        `the certificate of the root key of ${gun} expired at ${leaf.validToDate.toISOString()}`,
        { cause: error, detail: { role: 'root', expiredAt: until, checkedAt: now } },
      );
    const name = commonNameOf(leaf);
    return new AssayError(
      'trust-wrong-key',
      leaf.validFromDate.getTime() > now
        ? `the certificate of the root key of ${gun} is not valid before ${leaf.validFromDate.toISOString()}`
        : `${error.message} (its certificate is for ${JSON.stringify(name.slice(0, 200))}, the collection is ${gun})`,
      { cause: error },
    );
  }
  return error;
}

/**
 * The newest root of the server, chained to the trusted one over the versions between when more than one was missed.
 * Undefined when the server has nothing newer. `meta` is what a verified snapshot says of the root, if one could be read.
 */
export function* updateNotaryRoot(
  update: Update,
  trusted: SignedFile<Root>,
  meta: FileMeta | undefined,
  pinned: PinnedFor,
): Workflow<SignedFile<Root> | undefined> {
  const raw = yield* fetchFile(update.dialect.fileName('root', meta, trusted.signed), MAX_FETCH_BYTES.root);
  if (!raw || Buffer.compare(raw, trusted.raw) === 0) return undefined;
  if (meta) requireContent(raw, meta, 'root');
  const newest = update.dialect.read('root', 'root', raw);
  const from = trusted.signed.version;
  const to = newest.signed.version;
  if (to < from) throw new AssayError('trust-rollback', `root: version ${to} is lower than current version ${from}`);
  try {
    requireRoot(update, newest, trusted, pinned);
  } catch (error) {
    if (!isAssayError(error, 'trust-root-changed') || to - from < 2) throw error;
    const before = yield* followRoots(update, trusted, to);
    requireRoot(update, newest, before, pinned);
  }
  yield* keepFile('root', raw);
  return newest;
}

/** Roots between the trusted one and the newest, each signed by the keys before it and by its own; each is kept. */
function* followRoots(update: Update, trusted: SignedFile<Root>, to: number): Workflow<SignedFile<Root>> {
  let root = trusted;
  if (to - root.signed.version > MAX_ROOT_UPDATES)
    throw new AssayError('trust-endless-data', `the newest root is ${to - root.signed.version} versions ahead`);
  for (let version = root.signed.version + 1; version < to; version++) {
    const raw = yield* fetchFile(`${version}.root.json`, MAX_FETCH_BYTES.root);
    // Publishers may leave versions out; what follows must then be signed by the keys in hand.
    if (!raw) continue;
    const next = update.dialect.read('root', 'root', raw);
    if (next.signed.version !== version)
      throw new AssayError('trust-version-mismatch', `${version}.root.json holds version ${next.signed.version}`);
    const old = rootAsDelegator(root.signed, 'root');
    try {
      requireSigned(update, 'root', next, old);
    } catch (cause) {
      throw new AssayError(
        'trust-root-changed',
        'could not rotate trust to a new trusted root: failed to validate data with current trusted certificates',
        { cause },
      );
    }
    requireSigned(update, 'root', next, rootAsDelegator(next.signed, 'root'));
    root = next;
    yield* keepFile('root', raw);
  }
  return root;
}
