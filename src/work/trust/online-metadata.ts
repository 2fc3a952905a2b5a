import type { KeyToUse } from '../../ports/signer-service.ts';
import type { TrustDialect, TrustFile } from '../../ports/trust-records.ts';
import { derFromRaw } from '../../trust/keys/ecdsa-signature.ts';
import { canonicalText } from '../../trust/tuf/canonical-json.ts';
import { contentHash } from '../../trust/tuf/content-hash.ts';
import type { FileMeta, RoleName } from '../../trust/tuf/metadata.ts';
import { notarySnapshot, notaryTimestamp } from '../../trust/tuf/notary/online.ts';
import { assembleNotary } from '../../trust/tuf/notary/write.ts';
import { tuf1Snapshot, tuf1Timestamp } from '../../trust/tuf/tuf1/online.ts';
import { assembleTuf1 } from '../../trust/tuf/tuf1/write.ts';

const DAY_MS = 24 * 3600_000;
/** How long what the server signs is good for, as Notary has it. */
export const GOOD_FOR_MS = { timestamp: 14 * DAY_MS, snapshot: 3 * 365 * DAY_MS } as const;

/** A file from its signed part in canonical form and raw signatures, one for each of the keys. */
export function assembleOnline(
  dialect: TrustDialect,
  text: string,
  keys: readonly KeyToUse[],
  signatures: readonly Uint8Array[],
): Uint8Array {
  const signed = signatures.flatMap((raw, at) => (keys[at] ? [{ id: keys[at].id, raw }] : []));
  if (dialect === 'notary')
    return assembleNotary(
      text,
      signed.map(({ id, raw }) => ({ keyid: id, method: 'ecdsa', sig: Buffer.from(raw).toString('base64') })),
    );
  return assembleTuf1(
    text,
    signed.map(({ id, raw }) => ({ keyid: id, sig: Buffer.from(derFromRaw(raw)).toString('hex') })),
  );
}

export function describe(raw: Uint8Array, facts: Omit<TrustFile, 'raw' | 'sha256' | 'length'>): TrustFile {
  return { ...facts, raw, sha256: contentHash('sha256', raw), length: raw.length };
}

/** What a snapshot or timestamp says of a file: Notary's with SHA-512 too. */
export function metaOf(file: { readonly raw: Uint8Array; readonly version: number }): Required<FileMeta> {
  return {
    version: file.version,
    length: file.raw.length,
    hashes: { sha256: contentHash('sha256', file.raw), sha512: contentHash('sha512', file.raw) },
  };
}

/** The signed part of a snapshot, in canonical form. */
export function snapshotText(
  dialect: TrustDialect,
  version: number,
  expires: number,
  meta: ReadonlyMap<RoleName, FileMeta>,
): string {
  return canonicalText((dialect === 'notary' ? notarySnapshot : tuf1Snapshot)(version, expires, meta));
}

/** The signed part of a timestamp, in canonical form. */
export function timestampText(dialect: TrustDialect, version: number, expires: number, over: FileMeta): string {
  return canonicalText((dialect === 'notary' ? notaryTimestamp : tuf1Timestamp)(version, expires, over));
}
