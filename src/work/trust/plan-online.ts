import type { ServerKey, TrustFile } from '../../ports/trust-records.ts';
import type { FileMeta, RoleName, Root } from '../../trust/tuf/metadata.ts';
import { rejected } from '../../trust/tuf/publish/rejection.ts';
import { metaOf } from './online-metadata.ts';
import { type OnlinePlan, usableKeys } from './sign-online.ts';
import type { StandingFiles } from './standing-files.ts';

/**
 * What the server has to sign for an update: a snapshot, unless the owner holds its key and sent one, and the timestamp.
 * Throws `trust-update-invalid` when it does not hold the keys that the root names.
 */
export async function planOnline(
  standing: StandingFiles,
  root: Root,
  held: readonly ServerKey[],
  files: readonly TrustFile[],
): Promise<OnlinePlan> {
  const { dialect } = standing;
  const keys = usableKeys(root, 'timestamp', held);
  if (!keys) throw rejected('ErrBadRoot', 'no timestamp keys exist on the server');
  const sent = files.find((file) => file.role === 'snapshot');
  const snapshot = sent ? { standing: metaOf(sent) } : await planSnapshot(standing, root, held, files);
  return { dialect, snapshot, timestamp: { keys, version: (await standing.version('timestamp')) + 1 } };
}

async function planSnapshot(
  standing: StandingFiles,
  root: Root,
  held: readonly ServerKey[],
  files: readonly TrustFile[],
): Promise<OnlinePlan['snapshot']> {
  const keys = usableKeys(root, 'snapshot', held);
  if (!keys)
    throw rejected(
      'ErrBadHierarchy',
      'no snapshot was included in update and server does not hold current snapshot key for repository',
      { Missing: 'snapshot' },
    );
  const notary = standing.dialect === 'notary';
  const meta = new Map<RoleName, FileMeta>((await standing.read('snapshot'))?.signed.meta);
  // TUF 1.x lists targets files only; the root is found by its version.
  for (const file of files) if (notary || file.role !== 'root') meta.set(file.role, metaOf(file));
  for (const role of notary ? ['root', 'targets'] : ['targets']) {
    const file = meta.has(role) ? undefined : await standing.read(role);
    if (file) meta.set(role, metaOf({ raw: file.raw, version: file.signed.version }));
  }
  return { keys, version: (await standing.version('snapshot')) + 1, meta };
}
