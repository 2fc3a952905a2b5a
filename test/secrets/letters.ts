import { Random } from '../random.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';

/** The alphabets in which issuers write tokens. */
export const alphabets = {
  alnum: UPPER + LOWER + DIGITS,
  base32: `${UPPER}234567`,
  base58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  base62: DIGITS + UPPER + LOWER,
  base64: `${UPPER + LOWER + DIGITS}+/`,
  base64url: `${UPPER + LOWER + DIGITS}-_`,
  bech32: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
  digits: DIGITS,
  hex: `${DIGITS}abcdef`,
  lowerAlnum: LOWER + DIGITS,
  password: `${UPPER + LOWER + DIGITS}!%*-_.`,
  upperAlnum: UPPER + DIGITS,
} as const;
export type Alphabet = keyof typeof alphabets;

/** Random values of given lengths in given alphabets, the same for the same seed. */
export class Letters {
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  of(alphabet: Alphabet, length: number): string {
    const letters = alphabets[alphabet];
    return Array.from({ length }, () => letters[this.random.below(letters.length)] ?? '').join('');
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.random.below(256)));
  }

  /** RFC 9562, version 4. */
  uuid(): string {
    const hex = this.of('hex', 30);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18)}`;
  }
}

/** CRC-32 in base 62, six digits: the last part of tokens of GitHub, npm and others. */
export function base62Checksum(checksum: number): string {
  let text = '';
  for (let rest = checksum >>> 0; rest > 0; rest = Math.floor(rest / 62))
    text = `${alphabets.base62[rest % 62]}${text}`;
  return text.padStart(6, '0');
}
