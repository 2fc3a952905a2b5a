import { constants, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { algorithmOf, publicHalf } from './algorithm.ts';
import type { Signer } from './signer.ts';

const signLater = promisify(sign) as (algorithm: string | null, data: Uint8Array, key: object) => Promise<Buffer>;

/** Signs with a private key in memory. Throws `key-invalid` for a key that is of no use here. */
export function softwareSigner(key: KeyObject): Signer {
  algorithmOf(key);
  return {
    publicKey: publicHalf(key),
    sign(data) {
      if (key.asymmetricKeyType === 'ed25519') return signLater(null, data, { key });
      if (key.asymmetricKeyType === 'ec') return signLater('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
      return signLater('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
    },
  };
}
