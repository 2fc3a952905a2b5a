import { AssayError } from '../../lib/error.ts';
import type { Metadata } from '../tuf/metadata.ts';
import { readNotary } from '../tuf/notary/read.ts';
import { readTuf1 } from '../tuf/tuf1/read.ts';

const DAY_MS = 24 * 3600_000;
/** Longest that the signing service lets a file be good for. */
const LONGEST_MS = { timestamp: 31 * DAY_MS, snapshot: 3 * 366 * DAY_MS } as const;

export interface Signable {
  readonly role: 'timestamp' | 'snapshot';
  readonly dialect: 'notary' | 'tuf-1.0';
  readonly signed: Uint8Array;
}

/**
 * Reads what is to be signed and refuses everything that is not timestamp or snapshot metadata in canonical form, with a
 * version above `lastVersion` and an expiry within the limit. Returns the version. Throws `signer-refused`.
 */
export function checkSignable({ role, dialect, signed }: Signable, lastVersion: number, now: number): number {
  const metadata = read(role, dialect, signed);
  if (metadata.version <= lastVersion)
    throw new AssayError(
      'signer-refused',
      `version ${metadata.version} of this ${role} is not above ${lastVersion}, which was signed already`,
      { detail: { role, dialect, lastVersion } },
    );
  if (metadata.expires > now + LONGEST_MS[role])
    throw new AssayError('signer-refused', `this ${role} would be good for longer than the signing service allows`);
  return metadata.version;
}

function read(role: 'timestamp' | 'snapshot', dialect: Signable['dialect'], signed: Uint8Array): Metadata {
  const file = Buffer.concat([Buffer.from('{"signatures":[],"signed":'), signed, Buffer.from('}')]);
  try {
    const { signed: metadata, signedBytes } = dialect === 'notary' ? readNotary(role, file) : readTuf1(role, file);
    if (!signed.every((byte, at) => byte === signedBytes[at]) || signed.length !== signedBytes.length)
      throw new AssayError('signer-refused', 'the metadata is not in canonical form');
    return metadata;
  } catch (cause) {
    if (cause instanceof AssayError && cause.code === 'signer-refused') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AssayError('signer-refused', `this is not ${role} metadata: ${reason}`, { cause });
  }
}
