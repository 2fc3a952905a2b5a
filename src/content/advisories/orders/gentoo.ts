import { compareDigits, compareText, digitsEnd, isDigit, isLower } from './characters.ts';

const MAX_LENGTH = 512;
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', '', 'p'];
const NO_SUFFIX = SUFFIXES.indexOf('');

interface Parts {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly (readonly [rank: number, digits: string])[];
  readonly revision: string;
  /** What does not follow the rules; empty for a version that does. */
  readonly rest: string;
}

/** Order of Gentoo versions (Package Manager Specification, "Version comparison"); what follows no rule is text. */
export function compareGentoo(a: string, b: string): number {
  if (a === b) return 0;
  const left = parse(a);
  const right = parse(b);
  return (
    compareNumbers(left.numbers, right.numbers) ||
    compareText(left.letter, right.letter) ||
    compareSuffixes(left.suffixes, right.suffixes) ||
    digits(left.revision, right.revision) ||
    compareText(left.rest, right.rest)
  );
}

function parse(version: string): Parts {
  const text = version.slice(0, MAX_LENGTH);
  const numbers: string[] = [];
  let at = digitsEnd(text, 0);
  numbers.push(text.slice(0, at));
  while (text.charCodeAt(at) === 0x2e && isDigit(text.charCodeAt(at + 1))) {
    const end = digitsEnd(text, at + 1);
    numbers.push(text.slice(at + 1, end));
    at = end;
  }
  const letter = isLower(text.charCodeAt(at)) ? text.charAt(at++) : '';
  const suffixes: [number, string][] = [];
  while (text.charCodeAt(at) === 0x5f) {
    let end = at + 1;
    while (isLower(text.charCodeAt(end))) end++;
    const rank = SUFFIXES.indexOf(text.slice(at + 1, end));
    if (rank < 0 || rank === NO_SUFFIX) break;
    at = digitsEnd(text, end);
    suffixes.push([rank, text.slice(end, at)]);
  }
  let revision = '';
  if (text.startsWith('-r', at) && isDigit(text.charCodeAt(at + 2))) {
    const end = digitsEnd(text, at + 2);
    revision = text.slice(at + 2, end);
    at = end;
  }
  return { numbers, letter, suffixes, revision, rest: text.slice(at) };
}

/** The first number is a number; later ones with a leading zero are fractions, compared as text without end zeros. */
function compareNumbers(a: readonly string[], b: readonly string[]): number {
  const first = digits(a[0]!, b[0]!);
  if (first !== 0) return first;
  for (let at = 1; at < Math.min(a.length, b.length); at++) {
    const left = a[at]!;
    const right = b[at]!;
    const fraction = left.startsWith('0') || right.startsWith('0');
    const order = fraction ? compareText(trimmed(left), trimmed(right)) : digits(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x30) end--;
  return text.slice(0, end);
}

function compareSuffixes(a: Parts['suffixes'], b: Parts['suffixes']): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [rankA, numberA] = a[at] ?? [NO_SUFFIX, ''];
    const [rankB, numberB] = b[at] ?? [NO_SUFFIX, ''];
    const order = rankA - rankB || digits(numberA, numberB);
    if (order !== 0) return order;
  }
  return 0;
}

function digits(a: string, b: string): number {
  return compareDigits(a, 0, a.length, b, 0, b.length);
}
