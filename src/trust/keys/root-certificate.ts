import { certificateToSign } from '../../lib/certificate.ts';
import { AssayError } from '../../lib/error.ts';
import { derFromRaw } from './ecdsa-signature.ts';
import type { Signer } from './signer.ts';

const DAY_MS = 24 * 3600_000;
const YEARS = 10;

/**
 * The certificate under which a root key stands for one collection, as Notary clients make it: self-signed, common name
 * the GUN, ten years, for code signing. PEM. The same key has another certificate for every collection.
 */
export async function issueRootCertificate(signer: Signer, gun: string, now: number): Promise<string> {
  const kind = signer.publicKey.asymmetricKeyType;
  if (kind !== 'rsa' && signer.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new AssayError('key-invalid', 'a root key of Notary metadata is a P-256 or RSA key');
  if (gun === '' || /[^\x20-\x7e]/.test(gun))
    throw new AssayError('gun-invalid', 'the collection has no name that a certificate can carry');
  const start = Math.floor(now / 1000) * 1000;
  const name = { commonName: gun };
  const { toSign, finish } = certificateToSign(
    {
      subject: name,
      issuer: name,
      publicKey: signer.publicKey,
      issuerPublicKey: signer.publicKey,
      notBefore: start,
      notAfter: start + YEARS * 365 * DAY_MS,
      purpose: { codeSigning: true },
    },
    kind === 'rsa' ? 'rsa-pss-sha256' : 'ecdsa-sha256',
  );
  const signature = await signer.sign(toSign);
  return finish(kind === 'rsa' ? signature : derFromRaw(signature));
}
