import { contentOf, readDer, readObjectIdentifier, readSequence } from './der-read.ts';

const COMMON_NAME = '2.5.4.3';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const EXTENSIONS = 0xa3;
/** UTF8String, PrintableString, IA5String: the forms of text whose bytes are ASCII or UTF-8 (RFC 5280 section 4.1.2.4). */
const TEXTS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x16]);
/** Of a GeneralName (RFC 5280 section 4.2.1.6). */
const KINDS: Readonly<Record<number, CertificateNameKind>> = { 0x81: 'email', 0x82: 'dns', 0x86: 'uri' };

export type CertificateNameKind = 'cn' | 'email' | 'dns' | 'uri';

export interface SubjectName {
  readonly kind: CertificateNameKind;
  readonly text: string;
}

/**
 * The names a certificate gives its holder: the common names of its subject, and e-mail addresses, host names and URIs of
 * its alternative names. Read from the DER itself, since a text form of them can be made to say something else. Names
 * with control characters are left out; what is not a certificate throws `input-invalid`.
 */
export function namesOfCertificate(raw: Uint8Array): SubjectName[] {
  const body = readSequence(readSequence(readDer(raw)[0])[0]);
  // version, serial number, signature, issuer, validity, subject; version is there in every certificate with extensions.
  const subject = body[body[0]?.tag === 0xa0 ? 5 : 4];
  const names: SubjectName[] = [];
  for (const part of readSequence(subject))
    for (const attribute of readDer(contentOf(part, 0x31))) {
      const [type, value] = readSequence(attribute);
      if (readObjectIdentifier(type) === COMMON_NAME && value && TEXTS.has(value.tag))
        names.push({ kind: 'cn', text: textOf(value.content) });
    }
  const extensions = body.find((each) => each.tag === EXTENSIONS);
  for (const extension of extensions ? readSequence(readDer(extensions.content)[0]) : []) {
    const parts = readSequence(extension);
    if (readObjectIdentifier(parts[0]) !== SUBJECT_ALTERNATIVE_NAME) continue;
    for (const name of readSequence(readDer(contentOf(parts.at(-1), 0x04))[0])) {
      const kind = KINDS[name.tag];
      if (kind) names.push({ kind, text: textOf(name.content) });
    }
  }
  // oxlint-disable-next-line no-control-regex
  return names.filter(({ text }) => text !== '' && !/[\u0000-\u001f\u007f\ufffd]/.test(text));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
