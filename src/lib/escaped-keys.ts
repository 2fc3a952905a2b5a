/**
 * Reads a JSON text that is known to be valid and not deeply nested, object by object. It stands in for JSON.parse where
 * keys hold escapes: there V8 may take such a key for another one that it met in an object of the same shape
 * (nodejs/node issue 63785), so that two readers see different documents. Only single strings, numbers and words are
 * given to JSON.parse here.
 */
export function readEscapedKeys(text: string): unknown {
  return new Reader(text).value();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    const char = this.#next();
    if (char === '{') return Object.fromEntries(this.#members());
    return char === '[' ? [...this.#items()] : this.#scalar();
  }

  /** The character after white space. */
  #next(): string {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  *#members(): Generator<[string, unknown]> {
    for (this.#at++; this.#next() !== '}'; this.#skipComma()) {
      const key = String(this.#scalar());
      this.#next();
      this.#at++;
      yield [key, this.value()];
    }
    this.#at++;
  }

  *#items(): Generator {
    for (this.#at++; this.#next() !== ']'; this.#skipComma()) yield this.value();
    this.#at++;
  }

  #skipComma(): void {
    if (this.#next() === ',') this.#at++;
  }

  #scalar(): unknown {
    const start = this.#at;
    if (this.#text[start] === '"') {
      this.#at++;
      while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
      this.#at++;
    } else while (!',]} \t\n\r'.includes(this.#text[this.#at] ?? ',')) this.#at++;
    return JSON.parse(this.#text.slice(start, this.#at));
  }
}
