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

/** The roots an update stands on: the one in force, and the one under which files of earlier updates are judged. */
export interface Roots {
  readonly current: SignedFile<Root>;
  readonly earlier: SignedFile<Root>;
}

/** Section 5.4 of TUF specification 1.0.34: the timestamp, always asked of the server. */
export function* updateTimestamp(update: Update, { current, earlier }: Roots): Workflow<SignedFile<Timestamp>> {
  const by = rootAsDelegator(current.signed, 'timestamp');
  const known = yield* trusted(update, 'timestamp', earlier.signed);
  const name = update.dialect.fileName('timestamp', undefined, current.signed);
  const raw = yield* fetchFile(name, MAX_FETCH_BYTES.timestamp);
  if (!raw) throw new AssayError('trust-missing', `the server does not have ${name}`);
  const file = update.dialect.read('timestamp', 'timestamp', raw);
  requireSigned(update, 'timestamp', file, by);
  if (known) {
    requireTimestampProgress(file, known);
    // 5.4.3.1: the same version again changes nothing, as long as the one in hand is still good under this root.
    if (file.signed.version === known.signed.version && isSigned(update, 'timestamp', known, by)) {
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
  { current, earlier }: Roots,
  timestamp: SignedFile<Timestamp>,
): Workflow<SignedFile<Snapshot>> {
  const known = yield* trusted(update, 'snapshot', earlier.signed);
  return yield* obtain(
    update,
    {
      type: 'snapshot',
      role: 'snapshot',
      meta: timestamp.signed.snapshot,
      referrer: 'timestamp',
      by: rootAsDelegator(current.signed, 'snapshot'),
      root: current.signed,
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

function* trusted<T extends 'timestamp' | 'snapshot'>(update: Update, role: T, root: Root) {
  const file = yield* held(update, role, role);
  return file && isSigned(update, role, file, rootAsDelegator(root, role)) ? file : undefined;
}
