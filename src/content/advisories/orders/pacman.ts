import { compareDigits, compareText, digitsEnd, isDigit, isLetter } from './characters.ts';

/** Order of pacman versions (vercmp(8)): epoch, version, and the package release when both have one. */
export function comparePacman(a: string, b: string): number {
  if (a === b) return 0;
  const left = cut(a);
  const right = cut(b);
  return (
    compareDigits(left.epoch, 0, left.epoch.length, right.epoch, 0, right.epoch.length) ||
    compareVersion(left.version, right.version) ||
    (left.release !== undefined && right.release !== undefined ? compareVersion(left.release, right.release) : 0)
  );
}

function cut(text: string): { epoch: string; version: string; release: string | undefined } {
  const end = digitsEnd(text, 0);
  const start = text.charCodeAt(end) === 0x3a ? end + 1 : 0;
  const dash = text.lastIndexOf('-');
  return dash < start
    ? { epoch: text.slice(0, Math.max(start - 1, 0)), version: text.slice(start), release: undefined }
    : { epoch: text.slice(0, Math.max(start - 1, 0)), version: text.slice(start, dash), release: text.slice(dash + 1) };
}

function compareVersion(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const startA = separatorsEnd(a, i);
    const startB = separatorsEnd(b, j);
    if (startA >= a.length || startB >= b.length) {
      i = startA;
      j = startB;
      break;
    }
    if (startA - i !== startB - j) return startA - i - (startB - j);
    const numeric = isDigit(a.charCodeAt(startA));
    if (numeric !== isDigit(b.charCodeAt(startB))) return numeric ? 1 : -1;
    i = runEnd(a, startA, numeric);
    j = runEnd(b, startB, numeric);
    const order = numeric
      ? compareDigits(a, startA, i, b, startB, j)
      : compareText(a.slice(startA, i), b.slice(startB, j));
    if (order !== 0) return order;
  }
  if (i >= a.length && j >= b.length) return 0;
  // What is left: letters are before the end, anything else behind it.
  return (i >= a.length && !isLetter(b.charCodeAt(j))) || isLetter(a.charCodeAt(i)) ? -1 : 1;
}

function separatorsEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigit(text.charCodeAt(at)) && !isLetter(text.charCodeAt(at))) at++;
  return at;
}

function runEnd(text: string, from: number, numeric: boolean): number {
  if (numeric) return digitsEnd(text, from);
  let at = from;
  while (isLetter(text.charCodeAt(at))) at++;
  return at;
}
