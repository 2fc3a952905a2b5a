import { isAssayError } from '../../lib/error.ts';
import type { OnlineRole, SignerService } from '../../ports/signer-service.ts';
import type { ServerKey, TrustDialect, TrustFile } from '../../ports/trust-records.ts';
import { derFromRaw } from '../../trust/keys/ecdsa-signature.ts';
import { canonicalText } from '../../trust/tuf/canonical-json.ts';
import { contentHash } from '../../trust/tuf/content-hash.ts';
import type { FileMeta, RoleName, Root } from '../../trust/tuf/metadata.ts';
import { notarySnapshot, notaryTimestamp } from '../../trust/tuf/notary/online.ts';
import { assembleNotary } from '../../trust/tuf/notary/write.ts';
import { tuf1Snapshot, tuf1Timestamp } from '../../trust/tuf/tuf1/online.ts';
import { assembleTuf1 } from '../../trust/tuf/tuf1/write.ts';

const DAY_MS = 24 * 3600_000;
/** How long what the server signs is good for, as Notary has it. */
export const GOOD_FOR_MS = { timestamp: 14 * DAY_MS, snapshot: 3 * 365 * DAY_MS } as const;

/** A key of a role that the server can sign with: its id in the metadata, and the service's name for it. */
interface UsableKey {
  readonly id: string;
  readonly fingerprint: string;
}

/** The keys of an online role that the signing service holds, when they are enough to meet its threshold. */
export function usableKeys(root: Root, role: OnlineRole, held: readonly ServerKey[]): UsableKey[] | undefined {
  const { keyIds, threshold } = root.roles[role];
  const usable = keyIds.flatMap((id): UsableKey[] => {
    const fingerprint = root.keys.get(id)?.fingerprint;
    return fingerprint !== undefined && held.some((key) => key.fingerprint === fingerprint && key.role === role)
      ? [{ id, fingerprint }]
      : [];
  });
  return usable.length >= threshold ? usable.slice(0, threshold) : undefined;
}

export interface OnlineOrder {
  readonly gun: string;
  readonly dialect: TrustDialect;
  readonly now: number;
  readonly by: string;
}

/** Builds, has signed and describes one online file. A version that the service has signed already is stepped over. */
export async function signOnline(
  signer: SignerService,
  order: OnlineOrder & { role: OnlineRole; keys: readonly UsableKey[]; version: number },
  build: (version: number, expires: number) => unknown,
): Promise<TrustFile> {
  const { gun, dialect, role, keys, now } = order;
  const expires = now + GOOD_FOR_MS[role];
  let { version } = order;
  for (;;) {
    const text = canonicalText(build(version, expires));
    const signed = Buffer.from(text, 'utf8');
    try {
      const signatures = await Promise.all(
        keys.map(async ({ id, fingerprint }) => ({
          id,
          raw: await signer.sign({ gun, dialect, role, fingerprint, signed }),
        })),
      );
      const raw = assemble(dialect, text, signatures);
      return describe(raw, { dialect, role, version, expires, storedAt: now, storedBy: order.by });
    } catch (error) {
      const above = lastVersionOf(error);
      if (above === undefined || above < version) throw error;
      version = above + 1;
    }
  }
}

function lastVersionOf(error: unknown): number | undefined {
  if (!isAssayError(error, 'signer-refused')) return undefined;
  const { detail } = error;
  if (typeof detail !== 'object' || detail === null || !('lastVersion' in detail)) return undefined;
  return typeof detail.lastVersion === 'number' ? detail.lastVersion : undefined;
}

function assemble(
  dialect: TrustDialect,
  text: string,
  signatures: readonly { id: string; raw: Uint8Array }[],
): Uint8Array {
  if (dialect === 'notary')
    return assembleNotary(
      text,
      signatures.map(({ id, raw }) => ({ keyid: id, method: 'ecdsa', sig: Buffer.from(raw).toString('base64') })),
    );
  return assembleTuf1(
    text,
    signatures.map(({ id, raw }) => ({ keyid: id, sig: Buffer.from(derFromRaw(raw)).toString('hex') })),
  );
}

export function describe(raw: Uint8Array, facts: Omit<TrustFile, 'raw' | 'sha256' | 'length'>): TrustFile {
  return { ...facts, raw, sha256: contentHash('sha256', raw), length: raw.length };
}

/** What a snapshot or timestamp says of a file: Notary's with SHA-512 too. */
export function metaOf(file: { readonly raw: Uint8Array; readonly version: number }): FileMeta {
  return {
    version: file.version,
    length: file.raw.length,
    hashes: { sha256: contentHash('sha256', file.raw), sha512: contentHash('sha512', file.raw) },
  };
}

export function buildSnapshot(dialect: TrustDialect, meta: ReadonlyMap<RoleName, FileMeta>) {
  return (version: number, expires: number) =>
    (dialect === 'notary' ? notarySnapshot : tuf1Snapshot)(version, expires, meta);
}

export function buildTimestamp(dialect: TrustDialect, snapshot: FileMeta) {
  return (version: number, expires: number) =>
    (dialect === 'notary' ? notaryTimestamp : tuf1Timestamp)(version, expires, snapshot);
}
