import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  der,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';
import { writePem } from './pem.ts';

const OIDS = {
  commonName: '2.5.4.3',
  organizationName: '2.5.4.10',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAlternativeName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  acmeIdentifier: '1.3.6.1.5.5.7.1.31',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaPss: '1.2.840.113549.1.1.10',
  mgf1: '1.2.840.113549.1.1.8',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

export const ECDSA_WITH_SHA256 = OIDS.ecdsaWithSha256;

export interface CertificateName {
  readonly commonName: string;
  readonly organization?: string;
}

/**
 * An authority signs others; a server has names: host names and addresses; a challenge of ACME has one; a client is known by its common name; code
 * signing is what Notary clients make for root keys.
 */
export type CertificatePurpose =
  | { readonly authority: true }
  | { readonly serverNames: readonly string[] }
  | { readonly acmeChallenge: { readonly name: string; readonly digest: Uint8Array } }
  | { readonly client: true }
  | { readonly codeSigning: true };

export interface CertificateContent {
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  readonly publicKey: KeyObject;
  readonly issuerPublicKey: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly purpose: CertificatePurpose;
}

export interface CertificateRequest extends CertificateContent {
  /** ECDSA P-256 key of the issuer. */
  readonly issuerKey: KeyObject;
}

/** A signed X.509 version 3 certificate (RFC 5280) in PEM. */
export function issueCertificate(request: CertificateRequest): string {
  const { toSign, finish } = certificateToSign(request, 'ecdsa-sha256');
  return finish(sign('sha256', toSign, { key: request.issuerKey, dsaEncoding: 'der' }));
}

/** How a certificate is signed: ECDSA as DER, or RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 4055 section 3.1). */
export type CertificateSignature = 'ecdsa-sha256' | 'rsa-pss-sha256';

/** A certificate whose signature is made elsewhere, as by a token: what to sign, and the PEM once it is signed. */
export function certificateToSign(
  request: CertificateContent,
  signature: CertificateSignature,
): { readonly toSign: Buffer; finish(signature: Uint8Array): string } {
  const algorithm = signature === 'ecdsa-sha256' ? sequence(objectIdentifier(OIDS.ecdsaWithSha256)) : rsaPss();
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.subject),
    spki(request.publicKey),
    explicit(3, sequence(...extensions(request))),
  );
  return {
    toSign: body,
    finish: (signed) => writePem('CERTIFICATE', sequence(body, algorithm, bitString(signed))),
  };
}

function rsaPss(): Buffer {
  const sha256 = sequence(objectIdentifier(OIDS.sha256), der(0x05));
  const mgf = sequence(objectIdentifier(OIDS.mgf1), sha256);
  return sequence(
    objectIdentifier(OIDS.rsaPss),
    sequence(explicit(0, sha256), explicit(1, mgf), explicit(2, integer(Buffer.from([32])))),
  );
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function nameOf(name: CertificateName): Buffer {
  const part = (oid: string, text: string) => set(sequence(objectIdentifier(oid), utf8String(text)));
  const organization = name.organization === undefined ? [] : [part(OIDS.organizationName, name.organization)];
  return sequence(...organization, part(OIDS.commonName, name.commonName));
}

/** SHA-1 over the key bits, method 1 of RFC 5280 section 4.2.1.2; an identifier, not a protection. */
function keyIdentifier(key: KeyObject): Buffer {
  const point = spki(key).subarray(-65);
  return createHash('sha1').update(point).digest();
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** The names of a server, host names and addresses, as an extension of its certificate or of a request for one. */
export function certificateNamesExtension(names: readonly string[]): Buffer {
  return extension(OIDS.subjectAlternativeName, false, sequence(...names.map(generalName)));
}

function extensions(request: CertificateContent): Buffer[] {
  const common = [
    extension(OIDS.subjectKeyIdentifier, false, octetString(keyIdentifier(request.publicKey))),
    extension(OIDS.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier(request.issuerPublicKey)))),
  ];
  if ('authority' in request.purpose)
    return [
      extension(OIDS.basicConstraints, true, sequence(boolean(true), integer(Buffer.from([0])))),
      // keyCertSign and cRLSign
      extension(OIDS.keyUsage, true, bitString(Buffer.from([0x06]), 1)),
      ...common,
    ];
  if ('codeSigning' in request.purpose)
    return [
      // digitalSignature and keyEncipherment
      extension(OIDS.keyUsage, true, bitString(Buffer.from([0xa0]), 5)),
      extension(OIDS.extendedKeyUsage, false, sequence(objectIdentifier(OIDS.codeSigning))),
      extension(OIDS.basicConstraints, true, sequence()),
    ];
  if ('acmeChallenge' in request.purpose) {
    const { name, digest } = request.purpose.acmeChallenge;
    // RFC 8737 section 3: this name alone, and the critical acmeIdentifier.
    return [certificateNamesExtension([name]), extension(OIDS.acmeIdentifier, true, octetString(digest))];
  }
  if ('client' in request.purpose)
    return [
      extension(OIDS.basicConstraints, true, sequence()),
      extension(OIDS.keyUsage, true, bitString(Buffer.from([0x80]), 7)),
      extension(OIDS.extendedKeyUsage, false, sequence(objectIdentifier(OIDS.clientAuth))),
      ...common,
    ];
  return [
    extension(OIDS.basicConstraints, true, sequence()),
    // digitalSignature
    extension(OIDS.keyUsage, true, bitString(Buffer.from([0x80]), 7)),
    extension(OIDS.extendedKeyUsage, false, sequence(objectIdentifier(OIDS.serverAuth))),
    certificateNamesExtension(request.purpose.serverNames),
    ...common,
  ];
}

/** dNSName or iPAddress (RFC 5280 section 4.2.1.6). */
function generalName(name: string): Buffer {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)) return der(0x87, Buffer.from(name.split('.').map(Number)));
  if (name.includes(':')) return der(0x87, addressBytes(name));
  return implicit(2, Buffer.from(name, 'ascii'));
}

function addressBytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const left = groups(head);
  const right = groups(tail);
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
