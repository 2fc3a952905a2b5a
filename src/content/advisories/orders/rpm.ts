import { compareDigits, compareText, digitsEnd, isDigit, isLetter } from './characters.ts';

/** Order of RPM epoch, version and release (rpm-version(7)): a missing epoch is 0, a missing release is oldest. */
export function compareRpm(a: string, b: string): number {
  if (a === b) return 0;
  const colonA = epochEnd(a);
  const colonB = epochEnd(b);
  const epoch = compareDigits(a, 0, Math.max(colonA, 0), b, 0, Math.max(colonB, 0));
  if (epoch !== 0) return epoch;
  const startA = colonA + 1;
  const startB = colonB + 1;
  const dashA = a.lastIndexOf('-');
  const dashB = b.lastIndexOf('-');
  const version = compareRpmPart(
    a.slice(startA, dashA < startA ? undefined : dashA),
    b.slice(startB, dashB < startB ? undefined : dashB),
  );
  if (version !== 0) return version;
  if (dashA < startA || dashB < startB) return Number(dashA >= startA) - Number(dashB >= startB);
  return compareRpmPart(a.slice(dashA + 1), b.slice(dashB + 1));
}

/** Position of the colon after an epoch, -1 without one. */
function epochEnd(version: string): number {
  const end = digitsEnd(version, 0);
  return version.charCodeAt(end) === 0x3a ? end : -1;
}

const TILDE = 0x7e;
const CARET = 0x5e;

/** Order of one part: runs of digits and of letters; `~` is before the end, `^` after it but before anything more. */
export function compareRpmPart(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const codeA = a.charCodeAt(i);
    const codeB = b.charCodeAt(j);
    if (codeA === TILDE || codeB === TILDE) {
      if (codeA !== TILDE) return 1;
      if (codeB !== TILDE) return -1;
      i++;
      j++;
      continue;
    }
    if (codeA === CARET || codeB === CARET) {
      if (Number.isNaN(codeA)) return -1;
      if (Number.isNaN(codeB)) return 1;
      if (codeA !== CARET) return 1;
      if (codeB !== CARET) return -1;
      i++;
      j++;
      continue;
    }
    if (Number.isNaN(codeA) || Number.isNaN(codeB)) break;
    const numeric = isDigit(codeA);
    if (numeric !== isDigit(codeB)) return numeric ? 1 : -1;
    const endA = numeric ? digitsEnd(a, i) : lettersEnd(a, i);
    const endB = numeric ? digitsEnd(b, j) : lettersEnd(b, j);
    const order = numeric ? compareDigits(a, i, endA, b, j, endB) : compareText(a.slice(i, endA), b.slice(j, endB));
    if (order !== 0) return order;
    i = endA;
    j = endB;
  }
  return Number(i < a.length) - Number(j < b.length);
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code) || code === TILDE || code === CARET) break;
  }
  return at;
}

function lettersEnd(text: string, from: number): number {
  let at = from;
  while (isLetter(text.charCodeAt(at))) at++;
  return at;
}
