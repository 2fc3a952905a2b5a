import { type KeyObject, sign } from 'node:crypto';
import { certificateNamesExtension, ECDSA_WITH_SHA256 } from './certificate.ts';
import { bitString, der, explicit, integer, objectIdentifier, sequence, set } from './der.ts';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** A request for a certificate of these names (PKCS #10, RFC 2986) in DER, signed with its own ECDSA P-256 key. */
export function certificateRequest(
  names: readonly string[],
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): Buffer {
  const attributes = sequence(objectIdentifier(EXTENSION_REQUEST), set(sequence(certificateNamesExtension(names))));
  const body = sequence(
    integer(Buffer.from([0])),
    der(0x30),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(0, attributes),
  );
  const signature = sign('sha256', body, { key: keys.privateKey, dsaEncoding: 'der' });
  return sequence(body, sequence(objectIdentifier(ECDSA_WITH_SHA256)), bitString(signature));
}
