import type { FileMeta, RoleName } from '../metadata.ts';
import { SPEC_VERSION, tuf1Time } from './write.ts';

/** The signed part of a snapshot: version, length and SHA-256 of every targets file (specification 1.0.34 section 4.4). */
export function tuf1Snapshot(version: number, expires: number, meta: ReadonlyMap<RoleName, FileMeta>): unknown {
  return {
    _type: 'snapshot',
    spec_version: SPEC_VERSION,
    version,
    expires: tuf1Time(expires),
    meta: Object.fromEntries([...meta].map(([role, each]) => [`${role}.json`, entry(each)])),
  };
}

export function tuf1Timestamp(version: number, expires: number, snapshot: FileMeta): unknown {
  return {
    _type: 'timestamp',
    spec_version: SPEC_VERSION,
    version,
    expires: tuf1Time(expires),
    meta: { 'snapshot.json': entry(snapshot) },
  };
}

function entry({ version, length, hashes }: FileMeta): unknown {
  return { version, length, hashes: hashes?.['sha256'] === undefined ? undefined : { sha256: hashes['sha256'] } };
}
