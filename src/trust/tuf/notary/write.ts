import type { KeyObject } from 'node:crypto';
import { canonicalKeyId } from './key.ts';
import type { Signer } from '../../keys/signer.ts';
import { canonicalText, escapeChar, escapeControls } from '../canonical-json.ts';

/** RFC 3339 as Go writes it: trailing zeros of the fraction cut off. */
export function notaryTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  const fraction = text.slice(20, 23).replace(/0+$/, '');
  return `${text.slice(0, 19)}${fraction ? `.${fraction}` : ''}Z`;
}

/** A key that signs, under the id that the metadata knows it by (that of the certificate for roots). */
export interface NotarySigner {
  readonly keyId: string;
  readonly signer: Signer;
}

/** Signs and writes a file in the exact layout of Go's encoder, which notary-server hashes. */
export async function writeNotary(signed: unknown, signers: readonly NotarySigner[]): Promise<Uint8Array> {
  const text = canonicalText(signed);
  const bytes = Buffer.from(text, 'utf8');
  const signatures = await Promise.all(
    signers.map(async ({ keyId, signer }) => ({
      keyid: keyId,
      method: methodOf(signer.publicKey),
      sig: Buffer.from(await signer.sign(bytes)).toString('base64'),
    })),
  );
  return assembleNotary(text, signatures);
}

export interface NotarySignature {
  readonly keyid: string;
  readonly method: string;
  readonly sig: string;
}

/** Go's encoder writes `<`, `>`, `&`, control characters and two line separators as escapes; signatures do not cover that. */
export function assembleNotary(canonical: string, signatures: readonly NotarySignature[]): Uint8Array {
  const escaped = escapeControls(canonical).replaceAll(/[<>&\u2028\u2029]/g, escapeChar);
  return Buffer.from(`{"signed":${escaped},"signatures":${JSON.stringify(signatures)}}`, 'utf8');
}

/** The word for signatures by this kind of key. */
export function methodOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'rsapss';
  return key.asymmetricKeyType === 'ed25519' ? 'eddsa' : 'ecdsa';
}

/** A signer under the id of its plain key. */
export function plainSigner(signer: Signer): NotarySigner {
  return { keyId: canonicalKeyId(signer.publicKey), signer };
}
