import type { ASTNode } from '@marcbachmann/cel-js';

/** How large the facts are: what loops run over, and what a comparison of texts reads. */
export interface FactSizes {
  /** Length of the longest list or map that stands anywhere under this name. */
  readonly lists: ReadonlyMap<string, number>;
  /** Characters of the longest text. */
  readonly text: number;
}

/** Steps that an expression may take at most over facts of these sizes. */
export type Cost = (sizes: FactSizes) => number;

/** Functions that loop over their list; `bind` only names a value. */
export const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** A step reads at most so many characters of a text. */
const CHARACTERS = 1024;

/** Bounds of what a part gives: the length of a list or map, and the characters of a text or of any text in it. */
interface Extent {
  readonly list: Cost;
  readonly text: Cost;
}

type Names = ReadonlyMap<string, Extent>;

/**
 * The bound of an expression: each part costs a step and what it reads of texts, each loop its body as often as its list is
 * long, and what is joined costs what it is joined to. Lists and texts that the expression makes itself are bounded by what
 * they are made of.
 */
export function costOf(ast: ASTNode): Cost {
  return new Bounds(count(ast, (node) => node.op === 'map') > 0).steps(ast, new Map());
}

/** How deep loops stand in each other. */
export function depthOf(node: ASTNode): number {
  return Math.max(0, ...partsOf(node).map(depthOf)) + (isLoop(node) ? 1 : 0);
}

export function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}

export function partsOf({ args }: ASTNode): ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? (args as readonly unknown[]).flat(2).filter(isNode) : [];
}

function count(node: ASTNode, wanted: (node: ASTNode) => boolean): number {
  return partsOf(node).reduce((sum, each) => sum + count(each, wanted), wanted(node) ? 1 : 0);
}

function isLoop(node: ASTNode): boolean {
  return node.op === 'rcall' && loops.has(node.args[0]);
}

class Bounds {
  /** The expression makes maps: a field may then be one of theirs, and as large as they are. */
  readonly #makesMaps: boolean;
  /** A part stands in one scope; its extent is worked out once. */
  readonly #extents = new Map<ASTNode, Extent>();

  constructor(makesMaps: boolean) {
    this.#makesMaps = makesMaps;
  }

  steps(node: ASTNode, names: Names): Cost {
    if (node.op === 'rcall' && loops.has(node.args[0])) {
      const [, list, [variable, ...bodies]] = node.args;
      const over = this.#extent(list, names);
      const within = named(names, variable, over);
      const outside = this.steps(list, names);
      const inside = bodies.map((body) => this.steps(body, within));
      return (sizes) => outside(sizes) + Math.max(1, over.list(sizes)) * (1 + sum(inside, sizes));
    }
    const scopes = partsOf(node).map((part) => [part, this.#scopeOf(node, part, names)] as const);
    const parts = scopes.map(([part, scope]) => this.steps(part, scope));
    const read = scopes.map(([part, scope]) => this.#extent(part, scope).text);
    const made = node.op === '+' ? this.#extent(node, names) : undefined;
    return (sizes) =>
      1 +
      sum(parts, sizes) +
      largest(read, sizes) / CHARACTERS +
      (made ? made.list(sizes) + made.text(sizes) / CHARACTERS : 0);
  }

  /** Within the last part of `cel.bind(name, value, part)` the name stands for the value. */
  #scopeOf(node: ASTNode, part: ASTNode, names: Names): Names {
    if (node.op !== 'rcall' || node.args[0] !== 'bind') return names;
    const [variable, value, body] = node.args[2];
    return part === body && value ? named(names, variable, this.#extent(value, names)) : names;
  }

  #extent(node: ASTNode, names: Names): Extent {
    const known = this.#extents.get(node);
    if (known) return known;
    const { list, text } = this.#measure(node, names);
    const extent = { list: once(list), text: once(text) };
    this.#extents.set(node, extent);
    return extent;
  }

  #measure(node: ASTNode, names: Names): Extent {
    if (node.op === 'value') return constant(0, typeof node.args === 'string' ? node.args.length : 0);
    if (node.op === 'id') return names.get(node.args) ?? factsNamed(node.args);
    if (node.op === 'rcall') return this.#ofCall(node.args, names);
    const parts = partsOf(node).map((part) => this.#extent(part, names));
    if (node.op === '+')
      return { list: (sizes) => sum(parts.map(listOf), sizes), text: (sizes) => sum(parts.map(textOf), sizes) };
    const longest = longestOf(parts);
    if (node.op === 'list' || node.op === 'map') {
      const own = node.args.length;
      return { list: (sizes) => Math.max(own, longest.list(sizes)), text: longest.text };
    }
    if (node.op !== '.' && node.op !== '.?') return longest;
    const field = factsNamed(node.args[1]);
    return this.#makesMaps ? longestOf([field, longest]) : field;
  }

  #ofCall([name, receiver, parts]: Extract<ASTNode, { op: 'rcall' }>['args'], names: Names): Extent {
    const on = this.#extent(receiver, names);
    const [variable, ...rest] = parts;
    if (name === 'bind') {
      const [value, body] = rest;
      return value && body ? this.#extent(body, named(names, variable, this.#extent(value, names))) : on;
    }
    if (name !== 'map')
      return longestOf([on, ...(loops.has(name) ? [] : parts.map((part) => this.#extent(part, names)))]);
    const within = named(names, variable, on);
    return longestOf([on, ...rest.map((body) => this.#extent(body, within))]);
  }
}

/** A name that a loop or `bind` makes. What a loop hands out may itself be a list, of a list of lists. */
function named(names: Names, variable: ASTNode | undefined, extent: Extent): Names {
  return variable?.op === 'id' ? new Map(names).set(variable.args, extent) : names;
}

/** A list of the facts is as long as the longest of its name; a name that none has is no list. */
function factsNamed(name: string): Extent {
  return { list: ({ lists }) => lists.get(name) ?? 0, text: ({ text }) => text };
}

function constant(list: number, text: number): Extent {
  return { list: () => list, text: () => text };
}

const listOf = ({ list }: Extent): Cost => list;
const textOf = ({ text }: Extent): Cost => text;

function longestOf(parts: readonly Extent[]): Extent {
  return { list: (sizes) => largest(parts.map(listOf), sizes), text: (sizes) => largest(parts.map(textOf), sizes) };
}

function sum(some: readonly Cost[], sizes: FactSizes): number {
  return some.reduce((total, each) => total + each(sizes), 0);
}

function largest(some: readonly Cost[], sizes: FactSizes): number {
  return some.reduce((found, each) => Math.max(found, each(sizes)), 0);
}

/** The same, worked out once for the same facts: a name may be used again and again. */
function once(cost: Cost): Cost {
  let of: FactSizes | undefined;
  let known = 0;
  return (sizes) => {
    if (of !== sizes) {
      known = cost(sizes);
      of = sizes;
    }
    return known;
  };
}
