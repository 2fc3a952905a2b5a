import { compareDigits, compareText, digitsEnd } from './characters.ts';
import { compareSemver } from './semver.ts';

/**
 * Order of OpenSSL's own versions: to 1.1.1 three numbers and letters (`1.0.2z` before `1.0.2za`), from 3.0 Semantic
 * Versioning. Pre-releases stand behind a hyphen in both.
 */
export function compareOpenssl(a: string, b: string): number {
  if (a === b) return 0;
  const left = cut(a);
  const right = cut(b);
  for (let at = 0; at < Math.max(left.numbers.length, right.numbers.length); at++) {
    const [x, y] = [left.numbers[at] ?? '', right.numbers[at] ?? ''];
    const order = compareDigits(x, 0, x.length, y, 0, y.length);
    if (order !== 0) return order;
  }
  return compareText(left.letters, right.letters) || compareSemver(`0${left.rest}`, `0${right.rest}`);
}

function cut(text: string): { numbers: string[]; letters: string; rest: string } {
  const numbers: string[] = [];
  let at = 0;
  for (;;) {
    const end = digitsEnd(text, at);
    numbers.push(text.slice(at, end));
    at = end;
    if (text.charCodeAt(at) !== 0x2e || numbers.length > 16) break;
    at++;
  }
  let end = at;
  while (end < text.length && /[a-z]/.test(text.charAt(end))) end++;
  return { numbers, letters: text.slice(at, end), rest: text.slice(end) };
}
