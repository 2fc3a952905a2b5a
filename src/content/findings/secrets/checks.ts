import { crc32 } from 'node:zlib';
import type { Checked } from './rule.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Shannon's entropy of the characters, in bits each. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** A check that the characters are as mixed as chance would make them. */
export function mixed(bits: number): (value: string) => boolean {
  return (value) => entropy(value) >= bits;
}

/**
 * Tokens of GitHub and npm end in six characters of base 62: the CRC-32 of the part between prefix and checksum
 * (github.blog, "Behind GitHub's new authentication token formats").
 */
export function githubChecksum(value: string): Checked {
  const body = value.slice(value.indexOf('_') + 1, -6);
  let sum = crc32(body);
  let digits = '';
  for (let at = 0; at < 6; at++) {
    digits = BASE62[sum % 62]! + digits;
    sum = Math.floor(sum / 62);
  }
  if (digits === value.slice(-6)) return { remark: 'its checksum is right' };
  return entropy(body) < 3.5
    ? false
    : { remark: 'its checksum is wrong: perhaps none that was issued', severity: 'medium' };
}

/** Service account tokens of Grafana end in the CRC-32 of what stands before, in hex. */
export function grafanaChecksum(value: string): Checked {
  const cut = value.lastIndexOf('_');
  const wanted = Number.parseInt(value.slice(cut + 1), 16);
  if (crc32(value.slice(0, cut)) === wanted || crc32(value.slice('glsa_'.length, cut)) === wanted)
    return { remark: 'its checksum is right' };
  return { remark: 'its checksum is wrong: perhaps none that was issued', severity: 'medium' };
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** The text of base64 or base64url, or none when it is neither or no text. */
export function base64Text(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return undefined;
  try {
    return DECODER.decode(Buffer.from(value, 'base64'));
  } catch {
    return undefined;
  }
}

/** RFC 7519: header and claims are JSON objects; a token that has ended is told of with its end. */
export function jwt(value: string): Checked {
  const [header, claims] = value.split('.').map((part) => jsonOf(base64Text(part)));
  if (!header || !claims || typeof header['alg'] !== 'string') return false;
  if (header['alg'].toLowerCase() === 'none') return { severity: 'low', remark: 'it is not signed' };
  const expires = claims['exp'];
  if (typeof expires !== 'number') return { severity: 'high', remark: 'it never ends' };
  const end = new Date(Math.min(Math.max(expires, 0), 4e9) * 1000).toISOString().slice(0, 10);
  return { remark: `it ends on ${end}` };
}

function jsonOf(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** `user:password` in base64, as docker and npm keep sign-ins and HTTP sends them (RFC 7617). */
export function basicCredentials(value: string): boolean {
  const text = base64Text(value);
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 1 || colon === text.length - 1) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20 || text.charCodeAt(at) === 0x7f) return false;
  return true;
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** BIP 173, "Checksum": secret keys of age are bech32. */
export function bech32(value: string): boolean {
  const text = value.toLowerCase();
  const cut = text.lastIndexOf('1');
  const human = text.slice(0, cut);
  const symbols = [
    ...Array.from(human, (each) => each.charCodeAt(0) >> 5),
    0,
    ...Array.from(human, (each) => each.charCodeAt(0) & 31),
    ...Array.from(text.slice(cut + 1), (each) => BECH32.indexOf(each)),
  ];
  let sum = 1;
  for (const symbol of symbols) {
    if (symbol < 0) return false;
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ symbol;
    GENERATOR.forEach((each, bit) => {
      if ((top >>> bit) & 1) sum ^= each;
    });
  }
  return sum === 1;
}
