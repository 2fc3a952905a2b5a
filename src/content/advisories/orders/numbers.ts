import { compareDigits, compareText, digitsEnd, isDigit } from './characters.ts';

/**
 * Order of versions that are lists of numbers, the longer one newer when it begins with the shorter: Hackage (between
 * dots) and CRAN (between dots and hyphens). What is neither number nor separator is compared as text, at the end.
 */
export function compareNumberLists(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
    const endA = digitsEnd(a, i);
    const endB = digitsEnd(b, j);
    const order = compareDigits(a, i, endA, b, j, endB);
    if (order !== 0) return order;
    i = next(a, endA);
    j = next(b, endB);
  }
  const more = Number(isDigit(a.charCodeAt(i))) - Number(isDigit(b.charCodeAt(j)));
  return more || compareText(a.slice(i), b.slice(j));
}

function next(text: string, end: number): number {
  const code = text.charCodeAt(end);
  return (code === 0x2e || code === 0x2d) && isDigit(text.charCodeAt(end + 1)) ? end + 1 : end;
}
