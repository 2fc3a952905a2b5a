import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Signer } from '../../src/trust/keys/signer.ts';

export type KeyKind = 'ecdsa' | 'ed25519' | 'rsa';

/** A signer over a private key in memory. */
export function signerOf(privateKey: KeyObject, publicKey: KeyObject): Signer {
  return {
    publicKey,
    async sign(data) {
      const kind = privateKey.asymmetricKeyType;
      if (kind === 'ec') return sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      if (kind === 'rsa')
        return sign('sha256', data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
      return sign(null, data, privateKey);
    },
  };
}

export function newSigner(kind: KeyKind = 'ecdsa'): Signer {
  if (kind === 'rsa') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return signerOf(privateKey, publicKey);
  }
  if (kind === 'ed25519') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return signerOf(privateKey, publicKey);
  }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return signerOf(privateKey, publicKey);
}
