import { AssayError } from '../../../lib/error.ts';
import type { RoleName, Root, SignedFile, Snapshot, Targets, Timestamp } from '../metadata.ts';
import { type Delegator, rootAsDelegator, type Update } from './chain.ts';
import {
  isSigned,
  requireInForce,
  requireProgress,
  requireSigned,
  requireSnapshotProgress,
  requireTimestampProgress,
} from './checks.ts';
import { MAX_FETCH_BYTES } from './limits.ts';
import { held, listed, obtain } from './referenced-file.ts';
import { fetchFile, keepFile, type Workflow } from './step.ts';

/** Section 5.4 of TUF specification 1.0.34: the timestamp, always asked of the server. */
export function* updateTimestamp(update: Update, root: Root): Workflow<SignedFile<Timestamp>> {
  const by = rootAsDelegator(root, 'timestamp');
  const known = yield* trusted(update, 'timestamp', root);
  const name = update.dialect.fileName('timestamp', undefined, root);
  const raw = yield* fetchFile(name, MAX_FETCH_BYTES.timestamp);
  if (!raw) throw new AssayError('trust-missing', `the server does not have ${name}`);
  const file = update.dialect.read('timestamp', 'timestamp', raw);
  requireSigned(update, 'timestamp', file, by);
  if (known) {
    requireTimestampProgress(file, known);
    // 5.4.3.1: the same version again changes nothing.
    if (file.signed.version === known.signed.version) {
      requireInForce(update, 'timestamp', known);
      return known;
    }
  }
  requireInForce(update, 'timestamp', file);
  yield* keepFile('timestamp', raw);
  return file;
}

/** Section 5.5: the snapshot that the timestamp names. */
export function* updateSnapshot(
  update: Update,
  root: Root,
  timestamp: SignedFile<Timestamp>,
): Workflow<SignedFile<Snapshot>> {
  const known = yield* trusted(update, 'snapshot', root);
  return yield* obtain(
    update,
    {
      type: 'snapshot',
      role: 'snapshot',
      meta: timestamp.signed.snapshot,
      referrer: 'timestamp',
      by: rootAsDelegator(root, 'snapshot'),
      root,
      requireProgress: (file) => {
        if (known) requireSnapshotProgress(file, known);
      },
    },
    known,
  );
}

/** Section 5.6: the file of a targets role, top-level or delegated, verified against the delegator in use. */
export function* updateTargets(
  update: Update,
  root: Root,
  snapshot: SignedFile<Snapshot>,
  role: RoleName,
  by: Delegator,
): Workflow<SignedFile<Targets>> {
  const meta = listed(snapshot.signed.meta, role);
  const known = update.read.get(role) ?? (yield* held(update, 'targets', role));
  const file = yield* obtain(
    update,
    {
      type: 'targets',
      role,
      meta,
      referrer: 'snapshot',
      by,
      root,
      requireProgress: (file) => {
        // Versions in the snapshot were compared with it; without them (Notary v1) the file's own must not go back.
        if (meta.version === undefined && known && isSigned(update, role, known, by))
          requireProgress(role, file.signed.version, known.signed.version);
      },
    },
    known,
  );
  update.read.set(role, file);
  return file;
}

/**
 * The file of an earlier update, as far as the keys in force have signed it (5.3.11). Whatever new keys sign is younger
 * than what only revoked ones did, so that nothing is lost, and a repository can recover from a fast-forward attack.
 */
function* trusted<T extends 'timestamp' | 'snapshot'>(update: Update, role: T, root: Root) {
  const file = yield* held(update, role, role);
  return file && isSigned(update, role, file, rootAsDelegator(root, role)) ? file : undefined;
}
