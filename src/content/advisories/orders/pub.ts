import { compareDigits, compareText, digitsEnd } from './characters.ts';
import { compareSemver } from './semver.ts';

const MAX_LENGTH = 512;

/** Order of Dart versions: Semantic Versioning, and build metadata counts: without is before with. */
export function comparePub(a: string, b: string): number {
  if (a === b) return 0;
  const order = compareSemver(a, b);
  if (order !== 0) return order;
  const left = buildOf(a);
  const right = buildOf(b);
  if (!left || !right) return Number(left !== undefined) - Number(right !== undefined);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compareIdentifier(left[at]!, right[at]!);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function buildOf(version: string): string[] | undefined {
  const plus = version.indexOf('+');
  return plus < 0 ? undefined : version.slice(plus + 1, plus + MAX_LENGTH).split('.');
}

function compareIdentifier(a: string, b: string): number {
  const numericA = a !== '' && digitsEnd(a, 0) === a.length;
  const numericB = b !== '' && digitsEnd(b, 0) === b.length;
  if (numericA !== numericB) return numericA ? -1 : 1;
  return numericA ? compareDigits(a, 0, a.length, b, 0, b.length) : compareText(a, b);
}
