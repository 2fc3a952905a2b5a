/** Where a value stands in a text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface CanonicalParts {
  readonly signed: Span;
  readonly signatures: Span;
}

interface Budget {
  readonly maxDepth: number;
  readonly maxValues: number;
}

/**
 * Finds `signed` and `signatures` in a metadata file whose values are written in canonical form already, as most
 * publishers write them. What is signed is then a part of the file itself and needs not be written anew; keys in rising
 * order cannot stand twice. Undefined for every other file, canonical or not: one that holds escapes or surrogates in
 * keys, other members, or more than the budget.
 */
export function canonicalParts(text: string, budget: Budget): CanonicalParts | undefined {
  const scan = new Scan(text, budget);
  const spans = new Map<string, Span>();
  if (!scan.take(OPEN_BRACE)) return undefined;
  for (let more = true; more; more = scan.take(COMMA)) {
    const key = scan.key();
    if ((key !== 'signed' && key !== 'signatures') || spans.has(key) || !scan.take(COLON)) return undefined;
    const start = scan.at;
    if (!scan.value(1)) return undefined;
    spans.set(key, { start, end: scan.at });
  }
  if (!scan.take(CLOSE_BRACE) || scan.at !== text.length) return undefined;
  const [signed, signatures] = [spans.get('signed'), spans.get('signatures')];
  return signed && signatures && { signed, signatures };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Fewer digits than the largest safe integer has. */
const MAX_DIGITS = 15;

/** Walks over a text; each method leaves `at` behind what it found, and says false when that is not canonical. */
class Scan {
  at = 0;
  readonly #text: string;
  readonly #maxDepth: number;
  #values: number;

  constructor(text: string, { maxDepth, maxValues }: Budget) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#values = maxValues;
  }

  take(code: number): boolean {
    if (this.#text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }

  value(depth: number): boolean {
    if (depth >= this.#maxDepth || --this.#values < 0) return false;
    const code = this.#text.charCodeAt(this.at);
    if (code === QUOTE) return this.#string() !== 'wrong';
    if (code === OPEN_BRACE) return this.#object(depth);
    if (code === OPEN_BRACKET) return this.#array(depth);
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.#integer();
    for (const word of ['true', 'false', 'null'])
      if (this.#text.startsWith(word, this.at)) {
        this.at += word.length;
        return true;
      }
    return false;
  }

  /** A key without escapes and surrogates, whose order in UTF-16 is that of its UTF-8 bytes. */
  key(): string | undefined {
    const start = this.at + 1;
    return this.#text.charCodeAt(this.at) === QUOTE && this.#string() === 'plain'
      ? this.#text.slice(start, this.at - 1)
      : undefined;
  }

  #object(depth: number): boolean {
    this.at++;
    if (this.take(CLOSE_BRACE)) return true;
    let before: string | undefined;
    do {
      const key = this.key();
      if (key === undefined || (before !== undefined && before >= key)) return false;
      before = key;
      if (!this.take(COLON) || !this.value(depth + 1)) return false;
    } while (this.take(COMMA));
    return this.take(CLOSE_BRACE);
  }

  #array(depth: number): boolean {
    this.at++;
    if (this.take(CLOSE_BRACKET)) return true;
    do if (!this.value(depth + 1)) return false;
    while (this.take(COMMA));
    return this.take(CLOSE_BRACKET);
  }

  #string(): 'plain' | 'special' | 'wrong' {
    const text = this.#text;
    let kind: 'plain' | 'special' = 'plain';
    for (let at = this.at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return kind;
      }
      if (code === BACKSLASH) {
        const escaped = text.charCodeAt(++at);
        if (escaped !== QUOTE && escaped !== BACKSLASH) return 'wrong';
        kind = 'special';
      } else if (code < 0x20) return 'wrong';
      else if (code >= 0xd800 && code <= 0xdfff) kind = 'special';
    }
    return 'wrong';
  }

  #integer(): boolean {
    const negative = this.take(MINUS);
    const start = this.at;
    for (let code = this.#text.charCodeAt(this.at); code >= ZERO && code <= NINE; )
      code = this.#text.charCodeAt(++this.at);
    const digits = this.at - start;
    if (digits === 0 || digits > MAX_DIGITS) return false;
    return this.#text.charCodeAt(start) !== ZERO || (digits === 1 && !negative);
  }
}
