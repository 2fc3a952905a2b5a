import { type Document, isMap, isScalar, type LineCounter } from 'yaml';

export type YamlPath = readonly (string | number)[];

/** Line and column, both from 1. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** Tells where in a YAML text the parts of its document stand, so that a problem names line and column. */
export class YamlPlaces {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(yaml: Document, lines: LineCounter) {
    this.#document = yaml;
    this.#lines = lines;
  }

  /** Of the value at this path, or of the nearest parent that is there. */
  ofValue(path: YamlPath): YamlPlace {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? this.#document.contents : this.#document.getIn(path.slice(0, length), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
        return this.ofOffset(Number(node.range[0]));
    }
    return { line: 1, column: 1 };
  }

  /** Of the key that ends this path, or of what its value has. */
  ofKey(path: YamlPath): YamlPlace {
    const parent = this.#document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((each) => isScalar(each.key) && each.key.value === path.at(-1))
      : undefined;
    return pair && isScalar(pair.key) && pair.key.range ? this.ofOffset(pair.key.range[0]) : this.ofValue(path);
  }

  ofOffset(offset: number): YamlPlace {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** What the YAML reader says, without its own place and excerpt: the place is told once. */
export function yamlWords({ message }: Error): string {
  return message.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:?$/, '');
}
