import type { KeyObject } from 'node:crypto';

/**
 * Something that holds a private key and signs with it: a file of the key store, a hardware token, a test key. ECDSA
 * signatures come as raw r‖s of the curve's width, RSA as PSS with SHA-256 and a salt of 32 bytes, Ed25519 as is.
 */
export interface Signer {
  readonly publicKey: KeyObject;
  sign(data: Uint8Array): Promise<Uint8Array>;
}
