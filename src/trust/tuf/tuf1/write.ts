import type { KeyObject } from 'node:crypto';
import { derFromRaw } from '../../keys/ecdsa-signature.ts';
import type { Signer } from '../../keys/signer.ts';
import { canonicalText, escapeControls } from '../canonical-json.ts';
import { tuf1Key, tuf1KeyId } from './key.ts';

/** The version of the specification that our metadata follows. */
export const SPEC_VERSION = '1.0.34';

/** Whole seconds in UTC (specification 1.0.34 section 4.2.2). */
export function tuf1Time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

export interface Tuf1Signature {
  readonly keyid: string;
  /** Hex. */
  readonly sig: string;
}

/** Signs and writes a file of TUF 1.x. */
export async function writeTuf1(signed: unknown, signers: readonly Signer[]): Promise<Uint8Array> {
  const text = canonicalText(signed);
  const bytes = Buffer.from(text, 'utf8');
  return assembleTuf1(text, await Promise.all(signers.map((signer) => signTuf1(signer, bytes))));
}

/** One signature of TUF 1.x. */
export async function signTuf1(signer: Signer, signedBytes: Uint8Array): Promise<Tuf1Signature> {
  const raw = await signer.sign(signedBytes);
  return { keyid: tuf1KeyId(tuf1Key(signer.publicKey)), sig: encodeTuf1Signature(signer.publicKey, raw) };
}

/** Hex of what a signer gave; ECDSA goes out as DER. */
export function encodeTuf1Signature(key: KeyObject, raw: Uint8Array): string {
  return Buffer.from(key.asymmetricKeyType === 'ec' ? derFromRaw(raw) : raw).toString('hex');
}

export function assembleTuf1(canonical: string, signatures: readonly Tuf1Signature[]): Uint8Array {
  return Buffer.from(`{"signatures":${JSON.stringify(signatures)},"signed":${escapeControls(canonical)}}`, 'utf8');
}
