import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { ed25519FromRaw, fingerprintOf, keyFromSpki, type PublicKey, spkiOf } from '../../keys/public-key.ts';
import { canonicalJson } from '../canonical-json.ts';
import { invalid, isObject } from '../envelope.ts';

/** A public key as Notary v1 writes it; the empty private half is part of what its id is computed over. */
export interface NotaryKey {
  readonly keytype: string;
  readonly keyval: { readonly private: null; readonly public: string };
}

/** Hex SHA-256 over the canonical JSON of the key, with its literal `"private":null`. */
export function notaryKeyId(key: NotaryKey): string {
  return createHash('sha256').update(canonicalJson(key)).digest('hex');
}

/** A public key in Notary's form: `ecdsa` and `rsa` as base64 of the SPKI, `ed25519` of the 32 raw bytes. */
export function notaryKey(key: KeyObject): NotaryKey {
  const spki = spkiOf(key);
  const kind = key.asymmetricKeyType;
  if (kind === 'ec') return make('ecdsa', spki);
  if (kind === 'rsa') return make('rsa', spki);
  if (kind === 'ed25519') return make('ed25519', spki.subarray(-32));
  throw invalid(`keys of the kind ${kind} are not used in Notary metadata`);
}

/** A certificate (PEM) as key of the root role or of a delegation: the type tells its key's kind. */
export function notaryCertificateKey(pem: string): NotaryKey {
  const kind = new X509Certificate(pem).publicKey.asymmetricKeyType === 'rsa' ? 'rsa-x509' : 'ecdsa-x509';
  return make(kind, Buffer.from(pem, 'utf8'));
}

function make(keytype: string, bytes: Uint8Array): NotaryKey {
  return { keytype, keyval: { private: null, public: Buffer.from(bytes).toString('base64') } };
}

/** Reads a key of metadata or of a request. A kind that is not known stays without a key object and never verifies. */
export function readNotaryKey(value: unknown): PublicKey {
  if (!isObject(value) || typeof value['keytype'] !== 'string' || !isObject(value['keyval']))
    throw invalid('a key has no type or value');
  const text = value['keyval']['public'];
  if (typeof text !== 'string') throw invalid('a key has no public half');
  const keytype = value['keytype'];
  const id = notaryKeyId({ keytype, keyval: { private: null, public: text } });
  const bytes = Buffer.from(text, 'base64');
  const certificates = keytype.endsWith('-x509') ? bytes.toString('utf8') : undefined;
  const key = certificates === undefined ? plainKey(keytype, bytes) : certificateKey(keytype, certificates);
  return {
    id,
    keyType: keytype,
    fingerprint: key ? fingerprintOf(key) : id,
    key,
    ...(certificates !== undefined && { certificates }),
  };
}

const KINDS: Readonly<Record<string, string>> = { ecdsa: 'ec', rsa: 'rsa', ed25519: 'ed25519' };

function plainKey(keytype: string, bytes: Uint8Array): KeyObject | undefined {
  const key = keytype === 'ed25519' ? ed25519FromRaw(bytes) : keyFromSpki(bytes);
  return key && key.asymmetricKeyType === KINDS[keytype] ? key : undefined;
}

function certificateKey(keytype: string, pem: string): KeyObject | undefined {
  try {
    const key = new X509Certificate(pem).publicKey;
    return key.asymmetricKeyType === KINDS[keytype.replace(/-x509$/, '')] ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The id under which clients keep the private half: that of the plain key, also when metadata names a certificate. */
export function canonicalKeyId(key: KeyObject): string {
  return notaryKeyId(notaryKey(key));
}
