import { X509Certificate } from 'node:crypto';
import { AssayError } from '../../../lib/error.ts';
import type { Root, SignedFile } from '../metadata.ts';
import { rootCertificates } from '../notary/root-certificates.ts';
import { type SchemeOf, validSigners } from '../signatures.ts';

/** What a user knows beforehand about the roots of Notary collections; `certs` outranks `ca`, which outranks first use. */
export interface TrustPins {
  /** Ids of root keys by GUN; a name that ends in `*` stands for every GUN that begins so, the longest one counts. */
  readonly certs?: Readonly<Record<string, readonly string[]>>;
  /** PEM certificates of authorities by the beginning of a GUN; the longest one counts. */
  readonly ca?: Readonly<Record<string, string>>;
  /** Refuses a collection that was never seen and that no pin covers. */
  readonly disableTofu?: boolean;
}

export interface PinnedFor {
  readonly gun: string;
  readonly now: number;
  readonly pins: TrustPins;
}

/**
 * Requires that enough of the keys that signed a root are pinned for the GUN, where a pin covers it. Throws
 * `trust-not-pinned`; also when nothing covers it, no root was known and trust on first use is off.
 */
export function requirePinned(
  file: SignedFile<Root>,
  { gun, now, pins }: PinnedFor,
  known: boolean,
  schemeOf: SchemeOf,
): void {
  const { keys, roles } = file.signed;
  const ids = longest(Object.entries(pins.certs ?? {}), gun, (name) =>
    name.endsWith('*') ? gun.startsWith(name.slice(0, -1)) : name === gun,
  );
  const authority = ids ? undefined : longest(Object.entries(pins.ca ?? {}), gun, (name) => gun.startsWith(name));
  if (!ids && authority === undefined) {
    if (pins.disableTofu && !known)
      throw new AssayError('trust-not-pinned', `no root is pinned for ${gun}, and trust on first use is off`);
    return;
  }
  const pool = authority === undefined ? [] : certificatesIn(authority);
  const pinned = roles.root.keyIds.filter((id) => {
    if (ids) return ids.includes(id);
    const key = keys.get(id);
    const chain = key && rootCertificates(key, gun, now);
    return chain !== undefined && leadsTo(chain[0]!, chain.slice(1), pool, now);
  });
  const signers = validSigners(file, { ...roles.root, keyIds: pinned }, keys, schemeOf);
  if (signers.size >= roles.root.threshold) return;
  const how = ids ? 'a pinned certificate' : 'a certificate of the pinned authority';
  throw new AssayError(
    'trust-not-pinned',
    `the root of ${gun} is not signed by ${how}, but by ${roles.root.keyIds.join(', ')}`,
    {
      detail: { gun, keyIds: roles.root.keyIds },
    },
  );
}

function longest<T>(entries: [string, T][], gun: string, covers: (name: string) => boolean): T | undefined {
  return entries.filter(([name]) => covers(name)).sort(([a], [b]) => rank(b, gun) - rank(a, gun))[0]?.[1];
}

/** The GUN itself before any pattern, then the longer one. */
function rank(name: string, gun: string): number {
  return name === gun ? Number.POSITIVE_INFINITY : name.length;
}

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

function certificatesIn(pem: string): X509Certificate[] {
  try {
    return (pem.match(PEM) ?? []).map((each) => new X509Certificate(each));
  } catch (cause) {
    throw new AssayError('configuration-invalid', 'a pinned authority is not a PEM certificate', { cause });
  }
}

/** True when signatures lead from a certificate over authorities in force to one of the pool (RFC 5280 section 6, no names). */
function leadsTo(from: X509Certificate, between: X509Certificate[], pool: X509Certificate[], now: number): boolean {
  if (pool.some((each) => each.raw.equals(from.raw))) return true;
  const issued = (by: X509Certificate) =>
    by.ca &&
    by.validFromDate.getTime() <= now &&
    by.validToDate.getTime() >= now &&
    from.checkIssued(by) &&
    from.verify(by.publicKey);
  if (pool.some(issued)) return true;
  // Each step takes one certificate away, so that the search ends.
  return between.some((each, index) => issued(each) && leadsTo(each, between.toSpliced(index, 1), pool, now));
}
