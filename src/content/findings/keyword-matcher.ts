const CLASSES = 64;

/** Letters fold to one case; what is in no keyword shares class 0. */
function classesOf(keywords: readonly string[]): Uint8Array {
  const classes = new Uint8Array(256);
  let next = 1;
  for (const keyword of keywords)
    for (const character of keyword.toLowerCase()) {
      const code = character.charCodeAt(0);
      if (code > 255) throw new RangeError(`a keyword holds ${character}, which is no single byte`);
      if (classes[code] !== 0) continue;
      classes[code] = next;
      classes[character.toUpperCase().charCodeAt(0)] = next++;
    }
  if (next > CLASSES) throw new RangeError('keywords use too many different characters');
  return classes;
}

/**
 * Finds many keywords in one pass over bytes, letters without regard to case (Aho and Corasick, "Efficient string
 * matching", 1975), as a whole table: each byte costs one step, whatever the text.
 */
export class KeywordMatcher {
  readonly #classes: Uint8Array;
  readonly #next: Int32Array;
  /** States from here on end a keyword. */
  readonly #firstAccepting: number;
  readonly #found: readonly (readonly number[])[];
  readonly #lengths: readonly number[];

  constructor(keywords: readonly string[]) {
    this.#classes = classesOf(keywords);
    this.#lengths = keywords.map((each) => each.length);
    const trie: Map<number, number>[] = [new Map()];
    const ends: number[][] = [[]];
    keywords.forEach((keyword, id) => {
      let state = 0;
      for (const character of keyword) {
        const symbol = this.#classes[character.charCodeAt(0)]!;
        let to = trie[state]!.get(symbol);
        if (to === undefined) {
          to = trie.push(new Map()) - 1;
          ends.push([]);
          trie[state]!.set(symbol, to);
        }
        state = to;
      }
      ends[state]!.push(id);
    });
    const { table, order } = determine(trie, ends);
    // Accepting states get the highest numbers, so that one comparison tells them.
    const silent = order.filter((state) => ends[state]!.length === 0);
    const accepting = order.filter((state) => ends[state]!.length > 0);
    const renamed = new Map([...silent, ...accepting].map((state, at) => [state, at] as const));
    this.#next = new Int32Array(trie.length * CLASSES);
    for (const state of order)
      for (let symbol = 0; symbol < CLASSES; symbol++)
        this.#next[renamed.get(state)! * CLASSES + symbol] = renamed.get(table[state * CLASSES + symbol]!)! * CLASSES;
    this.#firstAccepting = silent.length * CLASSES;
    this.#found = accepting.map((state) => ends[state]!);
  }

  /** Tells of each keyword (by its number) that lies within `bytes`, with the place of its first byte. */
  scan(bytes: Uint8Array, tell: (keyword: number, at: number) => void): void {
    const classes = this.#classes;
    const next = this.#next;
    const bar = this.#firstAccepting;
    let state = 0;
    for (let at = 0; at < bytes.length; at++) {
      state = next[state + classes[bytes[at]!]!]!;
      if (state >= bar) for (const id of this.#found[(state - bar) / CLASSES]!) tell(id, at + 1 - this.#lengths[id]!);
    }
  }
}

/** Breadth first: a state without a branch goes on where its longest proper suffix would, and ends what that ends. */
function determine(trie: readonly Map<number, number>[], ends: number[][]): { table: Int32Array; order: number[] } {
  const table = new Int32Array(trie.length * CLASSES);
  const suffix = new Int32Array(trie.length);
  const order = [0];
  for (const [symbol, to] of trie[0]!) table[symbol] = to;
  order.push(...trie[0]!.values());
  for (let at = 1; at < order.length; at++) {
    const state = order[at]!;
    const back = suffix[state]!;
    ends[state]!.push(...ends[back]!);
    for (let symbol = 0; symbol < CLASSES; symbol++) {
      const to = trie[state]!.get(symbol);
      const there = table[back * CLASSES + symbol]!;
      if (to === undefined) table[state * CLASSES + symbol] = there;
      else {
        table[state * CLASSES + symbol] = to;
        suffix[to] = there;
        order.push(to);
      }
    }
  }
  return { table, order };
}
