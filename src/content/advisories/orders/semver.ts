import { compareDigits, compareText, digitsEnd, isDigit } from './characters.ts';

/**
 * Order of Semantic Versioning 2.0.0 section 11, forgiving as npm, Go and OSV records need it: a leading `v` or `=`,
 * any count of numbers (missing ones are 0) and numbers of any length; build metadata is not compared.
 */
export function compareSemver(a: string, b: string): number {
  if (a === b) return 0;
  let i = start(a);
  let j = start(b);
  while (isDigit(a.charCodeAt(i)) || isDigit(b.charCodeAt(j))) {
    const endA = digitsEnd(a, i);
    const endB = digitsEnd(b, j);
    const order = compareDigits(a, i, endA, b, j, endB);
    if (order !== 0) return order;
    i = nextNumber(a, endA);
    j = nextNumber(b, endB);
  }
  return comparePrerelease(a, i, b, j);
}

function start(text: string): number {
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x3d && code !== 0x76 && code !== 0x56) break;
  }
  return at;
}

/** After a number: the next one behind a dot, else where the numbers end. */
function nextNumber(text: string, end: number): number {
  return text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1)) ? end + 1 : end;
}

/** A version without pre-release is newer than the same with one; identifiers are compared one by one. */
function comparePrerelease(a: string, fromA: number, b: string, fromB: number): number {
  const endA = prereleaseEnd(a, fromA);
  const endB = prereleaseEnd(b, fromB);
  if (fromA === endA || fromB === endB) return Number(fromA === endA) - Number(fromB === endB);
  let i = identifierStart(a, fromA);
  let j = identifierStart(b, fromB);
  for (;;) {
    const stopA = identifierEnd(a, i, endA);
    const stopB = identifierEnd(b, j, endB);
    const order = compareIdentifier(a, i, stopA, b, j, stopB);
    if (order !== 0) return order;
    if (stopA >= endA || stopB >= endB) return Number(stopA < endA) - Number(stopB < endB);
    i = stopA + 1;
    j = stopB + 1;
  }
}

function prereleaseEnd(text: string, from: number): number {
  const plus = text.indexOf('+', from);
  return plus < 0 ? text.length : plus;
}

/** `1.2.3-beta`, and `1.2.3beta` as loose readers take it. */
function identifierStart(text: string, from: number): number {
  const code = text.charCodeAt(from);
  return code === 0x2d || code === 0x2e ? from + 1 : from;
}

function identifierEnd(text: string, from: number, end: number): number {
  const dot = text.indexOf('.', from);
  return dot < 0 || dot > end ? end : dot;
}

function compareIdentifier(a: string, fromA: number, endA: number, b: string, fromB: number, endB: number): number {
  const numericA = endA > fromA && digitsEnd(a, fromA) >= endA;
  const numericB = endB > fromB && digitsEnd(b, fromB) >= endB;
  if (numericA !== numericB) return numericA ? -1 : 1;
  return numericA
    ? compareDigits(a, fromA, endA, b, fromB, endB)
    : compareText(a.slice(fromA, endA), b.slice(fromB, endB));
}
