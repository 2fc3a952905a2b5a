import { compareDigits, compareText, isDigit } from './characters.ts';

const MAX_LENGTH = 1024;

/** Order of RubyGems versions: numbers and words between dots, words before numbers, `-` begins a pre-release. */
export function compareGem(a: string, b: string): number {
  if (a === b) return 0;
  const left = segmentsOf(a);
  const right = segmentsOf(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareSegments(left[at] ?? '0', right[at] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

/** Zeros at the end of the release part and at the end of the whole do not count. */
function segmentsOf(version: string): string[] {
  const all =
    version
      .slice(0, MAX_LENGTH)
      .trim()
      .replaceAll('-', '.pre.')
      .match(/[0-9]+|[a-z]+/gi) ?? [];
  const cut = all.findIndex((segment) => !isDigit(segment.charCodeAt(0)));
  return cut < 0 ? dropZeros(all) : [...dropZeros(all.slice(0, cut)), ...dropZeros(all.slice(cut))];
}

function dropZeros(segments: readonly string[]): string[] {
  let end = segments.length;
  while (end > 0 && /^0+$/.test(segments[end - 1]!)) end--;
  return segments.slice(0, end);
}

function compareSegments(a: string, b: string): number {
  const numericA = isDigit(a.charCodeAt(0));
  const numericB = isDigit(b.charCodeAt(0));
  if (numericA !== numericB) return numericA ? 1 : -1;
  return numericA ? compareDigits(a, 0, a.length, b, 0, b.length) : compareText(a, b);
}
