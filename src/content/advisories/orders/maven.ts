import { compareDigits, compareText, isDigit } from './characters.ts';

/** Order of Maven versions ("Version Order Specification" of the POM reference, as Maven 3.9 and 4 apply it). */
export function compareMaven(a: string, b: string): number {
  return a === b ? 0 : compareItems(parse(a.slice(0, MAX_LENGTH)), parse(b.slice(0, MAX_LENGTH)));
}

const MAX_LENGTH = 1024;

/** A number, a qualifier, a qualifier with its number, or what stands behind a hyphen or a change of kind. */
type Item =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mixed'; readonly text: string; readonly digits: string }
  | { readonly kind: 'list'; readonly items: Item[] };

const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const RELEASE = QUALIFIERS.indexOf('');
const RELEASES = new Set(['ga', 'final', 'release']);
const SHORT: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

function parse(version: string): Item {
  const text = version.toLowerCase();
  const top: Item[] = [];
  const lists = [top];
  let list = top;
  let from = 0;
  let digit = false;
  let mixed = false;
  const open = () => {
    const items: Item[] = [];
    list.push({ kind: 'list', items });
    lists.push(items);
    list = items;
  };
  const close = (end: number) => {
    list.push(end === from ? zero : itemOf(text.slice(from, end), digit, mixed));
    mixed = false;
    from = end + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) close(at);
    else if (code === 0x2d) {
      if (at > from && !digit && isDigit(text.charCodeAt(at + 1))) {
        mixed = true;
        continue;
      }
      close(at);
      open();
    } else if (isDigit(code)) {
      if (!digit && at > from) {
        mixed = true;
        if (list.length > 0) open();
      }
      digit = true;
    } else {
      if (digit && at > from) {
        close(at);
        from = at;
        open();
      }
      digit = false;
    }
  }
  if (text.length > from) {
    if (!digit && list.length > 0) open();
    list.push(itemOf(text.slice(from), digit, mixed));
  }
  for (const items of lists.reverse()) dropZeros(items);
  return { kind: 'list', items: top };
}

const zero: Item = { kind: 'number', digits: '' };

function itemOf(part: string, digit: boolean, mixed: boolean): Item {
  if (mixed) {
    const joined = part.replaceAll('-', '');
    let cut = 0;
    while (cut < joined.length && !isDigit(joined.charCodeAt(cut))) cut++;
    const word = joined.slice(0, cut);
    return { kind: 'mixed', text: alias(SHORT[word] ?? word), digits: stripZeros(joined.slice(cut)) };
  }
  return digit ? { kind: 'number', digits: stripZeros(part) } : { kind: 'text', text: alias(part) };
}

function alias(word: string): string {
  return word === 'cr' ? 'rc' : word;
}

function stripZeros(digits: string): string {
  let at = 0;
  while (digits.charCodeAt(at) === 0x30) at++;
  return digits.slice(at);
}

/** Zeros at the end, and before a qualifier, do not count: 1.0.0-rc is 1-rc. */
function dropZeros(items: Item[]): void {
  for (let at = items.length - 1; at >= 0; at--) {
    if (!isNothing(items[at]!)) continue;
    const next = items[at + 1];
    const following = next?.kind === 'list' ? next.items[0]?.kind : next?.kind;
    if (next === undefined || following === 'text' || (next.kind === 'list' && following === 'mixed'))
      items.splice(at, 1);
  }
}

function isNothing(item: Item): boolean {
  if (item.kind === 'number') return item.digits === '';
  if (item.kind === 'list') return item.items.length === 0;
  return item.kind === 'text' && item.text === '';
}

/** Rank of a qualifier: known ones in order, unknown ones behind them by name. */
function compareQualifiers(a: string, b: string): number {
  const left = rankOf(a);
  const right = rankOf(b);
  return left - right || (left === QUALIFIERS.length ? compareText(a, b) : 0);
}

function rankOf(word: string): number {
  if (RELEASES.has(word)) return RELEASE;
  const at = QUALIFIERS.indexOf(word);
  return at < 0 ? QUALIFIERS.length : at;
}

function compareNumbers(a: string, b: string): number {
  return compareDigits(a, 0, a.length, b, 0, b.length);
}

const STRENGTH = { text: 0, mixed: 1, list: 2, number: 3 } as const;

function compareItems(a: Item, b: Item | undefined): number {
  if (b === undefined) return compareToNothing(a);
  if (a.kind === 'number' && b.kind === 'number') return compareNumbers(a.digits, b.digits);
  if (a.kind === 'list' && b.kind === 'list') return compareLists(a.items, b.items);
  if ((a.kind === 'text' || a.kind === 'mixed') && (b.kind === 'text' || b.kind === 'mixed')) {
    const order = compareQualifiers(a.text, b.text);
    if (order !== 0) return order;
    const digitsA = a.kind === 'mixed' ? a.digits : '';
    const digitsB = b.kind === 'mixed' ? b.digits : '';
    // A number behind a qualifier is more than the qualifier alone; behind "ga" a zero is nothing.
    if ((a.kind === 'mixed' && b.kind === 'mixed') || rankOf(a.text) === RELEASE)
      return compareNumbers(digitsA, digitsB);
  }
  return STRENGTH[a.kind] - STRENGTH[b.kind];
}

function compareToNothing(item: Item): number {
  if (item.kind === 'number') return item.digits === '' ? 0 : 1;
  if (item.kind === 'list') {
    for (const each of item.items) {
      const order = compareToNothing(each);
      if (order !== 0) return order;
    }
    return 0;
  }
  const order = compareQualifiers(item.text, '');
  return order === 0 && item.kind === 'mixed' && item.digits !== '' ? 1 : order;
}

function compareLists(a: readonly Item[], b: readonly Item[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const left = a[at];
    const right = b[at];
    const order = left ? compareItems(left, right) : -compareToNothing(right!);
    if (order !== 0) return order;
  }
  return 0;
}
