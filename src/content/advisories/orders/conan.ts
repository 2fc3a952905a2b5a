import { compareDigits, compareText, digitsEnd } from './characters.ts';

const MAX_LENGTH = 512;

/**
 * Order of Conan 2 versions: items between dots, zeros at the end do not count; a pre-release (behind `-`) is before its
 * version, a build (behind `+`) after it. Two numbers are compared as such, anything else as text.
 */
export function compareConan(a: string, b: string): number {
  if (a === b) return 0;
  const left = parse(a);
  const right = parse(b);
  const main = compareItems(left.items, right.items);
  if (main !== 0) return main;
  if (left.pre !== undefined || right.pre !== undefined) {
    if (left.pre === undefined || right.pre === undefined) return left.pre === undefined ? 1 : -1;
    const order = compareItems(left.pre, right.pre);
    if (order !== 0) return order;
  }
  if (left.build === undefined || right.build === undefined)
    return Number(left.build !== undefined) - Number(right.build !== undefined);
  return compareItems(left.build, right.build);
}

function parse(version: string): { items: string[]; pre: string[] | undefined; build: string[] | undefined } {
  const text = version.slice(0, MAX_LENGTH).trim().toLowerCase();
  const plus = text.lastIndexOf('+');
  const rest = plus < 0 ? text : text.slice(0, plus);
  const dash = rest.indexOf('-');
  return {
    items: itemsOf(dash < 0 ? rest : rest.slice(0, dash)),
    pre: dash < 0 ? undefined : itemsOf(rest.slice(dash + 1)),
    build: plus < 0 ? undefined : itemsOf(text.slice(plus + 1)),
  };
}

function itemsOf(text: string): string[] {
  const items = text.split('.');
  while (items.length > 0 && /^0+$/.test(items.at(-1)!)) items.pop();
  return items;
}

function compareItems(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const left = a[at]!;
    const right = b[at]!;
    const order =
      isNumber(left) && isNumber(right)
        ? compareDigits(left, 0, left.length, right, 0, right.length)
        : compareText(asText(left), asText(right));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** A number beside a word is text without the zeros in front: `01` is 1. */
function asText(item: string): string {
  return isNumber(item) ? item.replace(/^0+(?=\d)/, '') : item;
}

function isNumber(text: string): boolean {
  return text !== '' && digitsEnd(text, 0) === text.length;
}
