import type { FileMeta, RoleName } from '../metadata.ts';
import { notaryTime } from './write.ts';

/** The signed part of a snapshot as notary-server makes it: lengths and hashes, in base64, of every role's file. */
export function notarySnapshot(version: number, expires: number, meta: ReadonlyMap<RoleName, FileMeta>): unknown {
  return {
    _type: 'Snapshot',
    expires: notaryTime(expires),
    meta: Object.fromEntries([...meta].map(([role, each]) => [role, entry(each)])),
    version,
  };
}

export function notaryTimestamp(version: number, expires: number, snapshot: FileMeta): unknown {
  return { _type: 'Timestamp', expires: notaryTime(expires), meta: { snapshot: entry(snapshot) }, version };
}

function entry({ length, hashes = {} }: FileMeta): unknown {
  return {
    hashes: Object.fromEntries(
      Object.entries(hashes).map(([algorithm, hex]) => [algorithm, Buffer.from(hex, 'hex').toString('base64')]),
    ),
    length,
  };
}
