import { compareDigits, digitsEnd, isDigit } from './characters.ts';

const MAX_LENGTH = 512;
/** PHP's version_compare: an unknown word is oldest, then these, then a number, then a patch level. */
const RANKS: Readonly<Record<string, number>> = {
  dev: 1,
  alpha: 2,
  a: 2,
  beta: 3,
  b: 3,
  rc: 4,
  c: 4,
  '#': 5,
  pl: 6,
  p: 6,
  patch: 6,
};
const NUMBER_RANK = RANKS['#']!;

/** Order of Composer versions, by the rules of PHP's version_compare that Packagist's records are written for. */
export function compareComposer(a: string, b: string): number {
  if (a === b) return 0;
  const left = partsOf(a);
  const right = partsOf(b);
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const order = compareParts(left[at]!, right[at]!);
    if (order !== 0) return order;
  }
  return left.length > shared ? restOrder(left, shared) : 0 - restOrder(right, shared);
}

/**
 * Order of the versions of Composer packages: as Composer compares them, after both were filled up to four numbers, so
 * that 1.2 is 1.2.0, and the branch 1.2.x-dev behind every 1.2; what advisories say of Packagist is matched by it.
 */
export function compareComposerPackage(a: string, b: string): number {
  return a === b ? 0 : compareComposer(filled(a), filled(b));
}

/** What Composer puts for the open numbers of a branch. */
const BRANCH_NUMBER = '9999999';

function filled(version: string): string {
  const branch = /^v?(\d+(?:\.\d+){0,2})\.[x*]-dev$/i.exec(version.slice(0, MAX_LENGTH).trim());
  if (branch) {
    const numbers = branch[1]!.split('.');
    return [...numbers, ...Array.from({ length: 4 - numbers.length }, () => BRANCH_NUMBER)].join('.') + '-dev';
  }
  const match = /^v?(\d+(?:\.\d+){0,3})(?![\d.]*\.\d)/i.exec(version.slice(0, MAX_LENGTH).trim());
  if (!match) return version;
  const numbers = match[1]!.split('.');
  const rest = version
    .trim()
    .slice(match[0].length)
    .replace(/^[._-]?stable[.\d-]*$/i, '');
  return [...numbers, ...Array.from({ length: 4 - numbers.length }, () => '0')].join('.') + rest;
}

/** What is left over: a number is more, a word counts as it would against a number. */
function restOrder(parts: readonly string[], from: number): number {
  for (let at = from; at < parts.length; at++) {
    if (isNumber(parts[at]!)) return 1;
    const order = rankOf(parts[at]!) - NUMBER_RANK;
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(version: string): string[] {
  const text = version
    .slice(0, MAX_LENGTH)
    .trim()
    .replace(/^v(?=\d)/i, '')
    .replace(/\+.*$/, '');
  return text.match(/\d+|[a-z]+|#/gi) ?? [];
}

function isNumber(part: string): boolean {
  return isDigit(part.charCodeAt(0)) && digitsEnd(part, 0) === part.length;
}

function rankOf(part: string): number {
  return isNumber(part) ? NUMBER_RANK : (RANKS[part.toLowerCase()] ?? 0);
}

function compareParts(a: string, b: string): number {
  return isNumber(a) && isNumber(b) ? compareDigits(a, 0, a.length, b, 0, b.length) : rankOf(a) - rankOf(b);
}
