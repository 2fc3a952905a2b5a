import { X509Certificate } from 'node:crypto';
import type { PublicKey } from '../../keys/public-key.ts';

const DAY_MS = 24 * 3600_000;
const MIN_RSA_BITS = 2048;
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const MAX_CHAIN = 10;

/**
 * The certificates of a root key, leaf first, when it may stand for this GUN: one leaf, in first place, whose common name
 * is the GUN or a wildcard `prefix/*` above it, in force (not before now + one day), no SHA-1, RSA of 2048 bits or more.
 */
export function rootCertificates(key: PublicKey, gun: string, now: number): X509Certificate[] | undefined {
  const chain = certificatesOf(key);
  const leaf = chain[0];
  if (!leaf || leaf.ca || chain.slice(1).some((each) => !each.ca)) return undefined;
  return coversGun(leaf, gun) && isSound(leaf, now) ? chain : undefined;
}

/** Certificates by the key that came with them; reading them takes longer than the checks that are made with them. */
const known = new WeakMap<PublicKey, X509Certificate[]>();

export function certificatesOf(key: PublicKey): X509Certificate[] {
  if (key.certificates === undefined) return [];
  let chain = known.get(key);
  if (!chain) known.set(key, (chain = readCertificates(key.certificates)));
  return chain;
}

function readCertificates(text: string): X509Certificate[] {
  const blocks = text.match(PEM) ?? [];
  if (blocks.length > MAX_CHAIN) return [];
  try {
    return blocks.map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
}

const names = new WeakMap<X509Certificate, string>();

export function commonNameOf(certificate: X509Certificate): string {
  let name = names.get(certificate);
  if (name === undefined) {
    const read: unknown = certificate.toLegacyObject().subject.CN;
    name = typeof read === 'string' ? read : '';
    names.set(certificate, name);
  }
  return name;
}

function coversGun(leaf: X509Certificate, gun: string): boolean {
  const name = commonNameOf(leaf);
  return name === gun || (name.length > 2 && name.endsWith('/*') && gun.startsWith(name.slice(0, -1)));
}

function isSound(leaf: X509Certificate, now: number): boolean {
  if (leaf.validFromDate.getTime() > now + DAY_MS || leaf.validToDate.getTime() < now) return false;
  if (/sha-?1(?!\d)|md5/i.test(leaf.signatureAlgorithm ?? '')) return false;
  const { publicKey } = leaf;
  return publicKey.asymmetricKeyType !== 'rsa' || (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
}
