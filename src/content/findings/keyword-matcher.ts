const CLASSES = 64;
/** Pieces of a text that are walked side by side: a step waits for memory, and the others go on meanwhile. */
const LANES = 4;
/** Shorter texts are walked in one piece. */
const SHORT = 2048;

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
  readonly #next: Uint16Array;
  /** States from here on end a keyword. */
  readonly #firstAccepting: number;
  readonly #found: readonly (readonly number[])[];
  readonly #lengths: readonly number[];
  readonly #longest: number;

  constructor(keywords: readonly string[]) {
    this.#classes = classesOf(keywords);
    this.#lengths = keywords.map((each) => each.length);
    this.#longest = Math.max(0, ...this.#lengths);
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
    if (trie.length > 0xffff) throw new RangeError('keywords need too many states');
    this.#next = new Uint16Array(trie.length * CLASSES);
    for (const state of order)
      for (let symbol = 0; symbol < CLASSES; symbol++)
        this.#next[renamed.get(state)! * CLASSES + symbol] = renamed.get(table[state * CLASSES + symbol]!)!;
    this.#firstAccepting = silent.length;
    this.#found = accepting.map((state) => ends[state]!);
  }

  /** Tells of each keyword (by its number) that ends within `bytes`, in the order of their ends, with the place of its first byte. */
  scan(bytes: Uint8Array, tell: (keyword: number, at: number) => void): void {
    if (bytes.length < Math.max(SHORT, LANES * this.#longest)) this.#walk(bytes, 0, 0, tell);
    else this.#walkLanes(bytes, tell);
  }

  #walk(bytes: Uint8Array, from: number, begin: number, tell: (keyword: number, at: number) => void): void {
    const classes = this.#classes;
    const next = this.#next;
    const bar = this.#firstAccepting;
    let state = begin;
    for (let at = from; at < bytes.length; at++) {
      state = next[state * CLASSES + classes[bytes[at]!]!]!;
      if (state >= bar) this.#tell(state, at, tell);
    }
  }

  #walkLanes(bytes: Uint8Array, tell: (keyword: number, at: number) => void): void {
    const classes = this.#classes;
    const next = this.#next;
    const bar = this.#firstAccepting;
    const second = Math.floor(bytes.length / LANES);
    const third = 2 * second;
    const fourth = 3 * second;
    let a = 0;
    let b = this.#stateAt(bytes, second);
    let c = this.#stateAt(bytes, third);
    let d = this.#stateAt(bytes, fourth);
    // What the first lane meets is told at once, the others' in turn: a state and its place.
    const met: [number[], number[], number[]] = [[], [], []];
    for (let at = 0; at < second; at++) {
      a = next[a * CLASSES + classes[bytes[at]!]!]!;
      b = next[b * CLASSES + classes[bytes[at + second]!]!]!;
      c = next[c * CLASSES + classes[bytes[at + third]!]!]!;
      d = next[d * CLASSES + classes[bytes[at + fourth]!]!]!;
      if (a >= bar) this.#tell(a, at, tell);
      if (b >= bar) met[0].push(b, at + second);
      if (c >= bar) met[1].push(c, at + third);
      if (d >= bar) met[2].push(d, at + fourth);
    }
    for (const lane of met)
      for (let each = 0; each < lane.length; each += 2) this.#tell(lane[each]!, lane[each + 1]!, tell);
    this.#walk(bytes, LANES * second, d, tell);
  }

  /** The state before the byte at `place`: it depends on no more bytes than the longest keyword has. */
  #stateAt(bytes: Uint8Array, place: number): number {
    let state = 0;
    for (let at = place - this.#longest; at < place; at++)
      state = this.#next[state * CLASSES + this.#classes[bytes[at]!]!]!;
    return state;
  }

  #tell(state: number, at: number, tell: (keyword: number, at: number) => void): void {
    for (const id of this.#found[state - this.#firstAccepting]!) tell(id, at + 1 - this.#lengths[id]!);
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
