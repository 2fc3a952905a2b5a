import { compareDigits, compareText, digitsEnd, isDigit, isLower } from './characters.ts';

/** Kinds of parts in the order in which they may follow each other; what ends earlier is newer (apk-package(5)). */
const FIRST = 0;
const NUMBER = 1;
const LETTER = 2;
const SUFFIX = 3;
const SUFFIX_NUMBER = 4;
const COMMIT = 5;
const REVISION = 6;
const END = 7;
const INVALID = 8;

/** Suffixes before a release are negative, those after it positive. */
const SUFFIXES: Readonly<Record<string, number>> = {
  alpha: -4,
  beta: -3,
  pre: -2,
  rc: -1,
  cvs: 1,
  svn: 2,
  git: 3,
  hg: 4,
  p: 5,
};

/** Walks over one version; `kind` is the part at hand, its characters are [from, end). */
class Parts {
  readonly text: string;
  kind = FIRST;
  from = 0;
  end: number;
  suffix = 0;

  constructor(text: string) {
    this.text = text;
    this.end = digitsEnd(text, 0);
  }

  next(): void {
    const { text } = this;
    let at = this.end;
    const before = this.kind;
    if (at >= text.length) {
      this.kind = END;
      return;
    }
    const code = text.charCodeAt(at);
    if (isLower(code) && before <= NUMBER) {
      this.#take(LETTER, at, at + 1);
    } else if ((code === 0x2e && before <= NUMBER) || (isDigit(code) && before === SUFFIX)) {
      if (code === 0x2e) at++;
      const end = digitsEnd(text, at);
      if (end === at) this.kind = INVALID;
      else this.#take(before === SUFFIX ? SUFFIX_NUMBER : NUMBER, at, end);
    } else if (code === 0x5f && before <= SUFFIX_NUMBER) {
      let end = at + 1;
      while (isLower(text.charCodeAt(end))) end++;
      const suffix = SUFFIXES[text.slice(at + 1, end)];
      this.suffix = suffix ?? 0;
      if (suffix === undefined) this.kind = INVALID;
      else this.#take(SUFFIX, at + 1, end);
    } else if (code === 0x7e && before < COMMIT) {
      let end = at + 1;
      while (isHex(text.charCodeAt(end))) end++;
      if (end === at + 1) this.kind = INVALID;
      else this.#take(COMMIT, at + 1, end);
    } else if (code === 0x2d && before < REVISION && text.charCodeAt(at + 1) === 0x72) {
      const end = digitsEnd(text, at + 2);
      const after = text.charCodeAt(end);
      if (end === at + 2 && !Number.isNaN(after) && after !== 0x2d) this.kind = INVALID;
      else this.#take(REVISION, at + 2, end);
    } else {
      this.kind = INVALID;
    }
  }

  #take(kind: number, from: number, end: number): void {
    this.kind = kind;
    this.from = from;
    this.end = end;
  }
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x66);
}

/** Order of Alpine versions as apk-tools 3 has it; after a character that fits no rule the rests are strings. */
export function compareApk(a: string, b: string): number {
  if (a === b) return 0;
  const left = new Parts(a);
  const right = new Parts(b);
  while (left.kind === right.kind && left.kind < END) {
    const order = comparePart(left, right);
    if (order !== 0) return order;
    left.next();
    right.next();
  }
  if (left.kind === right.kind) return left.kind === INVALID ? compareRests(left, right) : 0;
  if (left.kind === SUFFIX && left.suffix < 0) return -1;
  if (right.kind === SUFFIX && right.suffix < 0) return 1;
  return right.kind - left.kind;
}

function comparePart(a: Parts, b: Parts): number {
  if (a.kind === SUFFIX) return a.suffix - b.suffix;
  if (a.kind === LETTER) return a.text.charCodeAt(a.from) - b.text.charCodeAt(b.from);
  const leadingZero = a.text.charCodeAt(a.from) === 0x30 || b.text.charCodeAt(b.from) === 0x30;
  if (a.kind === COMMIT || (a.kind === NUMBER && leadingZero))
    return compareText(a.text.slice(a.from, a.end), b.text.slice(b.from, b.end));
  return compareDigits(a.text, a.from, a.end, b.text, b.from, b.end);
}

/** What follows a revision says nothing; what makes the version itself unreadable is compared as text. */
function compareRests(a: Parts, b: Parts): number {
  const restA = a.text.slice(a.end);
  const restB = b.text.slice(b.end);
  return restA.startsWith('-') && restB.startsWith('-') ? 0 : compareText(restA, restB);
}
