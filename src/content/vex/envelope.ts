/** Media types of attestations: the DSSE envelope, the statement in it, and sigstore's bundle around it. */
export const DSSE_TYPE = 'application/vnd.dsse.envelope.v1+json';
export const IN_TOTO_TYPE = 'application/vnd.in-toto+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** Type of an OpenVEX predicate as cosign, Trivy and Grype look for it. */
export const OPENVEX_PREDICATE = 'https://openvex.dev/ns';

/** An in-toto statement (v1) whose predicate is a VEX document about the image of this digest. */
export function vexAttestation(document: object, image: { readonly name: string; readonly digest: string }): object {
  const [algorithm = '', value = ''] = image.digest.split(':');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: OPENVEX_PREDICATE,
    subject: [{ name: image.name, digest: { [algorithm]: value } }],
    predicate: document,
  };
}

/** The bytes that a DSSE signature is over (DSSE 1.0, "PAE"). */
export function preAuthentication(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ]);
}

/**
 * What an envelope or a bundle holds; the value itself when it is neither. Signatures are not looked at: whoever wants to
 * rely on one verifies it first.
 */
export function unwrapped(value: unknown): unknown {
  const envelope = isRecord(value) && isRecord(value['dsseEnvelope']) ? value['dsseEnvelope'] : value;
  if (!isRecord(envelope) || typeof envelope['payload'] !== 'string' || typeof envelope['payloadType'] !== 'string')
    return value;
  return JSON.parse(Buffer.from(envelope['payload'], 'base64').toString('utf8')) as unknown;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
