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

type Size = (sizes: FactSizes) => number;

/** What is known while the tree is walked: sizes of the names that loops and `bind` make. */
interface Scope {
  readonly names: ReadonlyMap<string, Size>;
  /** The expression makes maps: a field may then be one of theirs, and as large as they are. */
  readonly maps: boolean;
}

function withName({ names, maps }: Scope, name: string, size: Size): Scope {
  return { names: new Map(names).set(name, size), maps };
}

/**
 * The bound of an expression: each part costs a step, each loop its body as often as its list is long, and a part that may
 * read a text as many steps as the longest has parts. Lists that the expression makes itself are bounded by what they are
 * made of.
 */
export function costOf(ast: ASTNode): Cost {
  const steps = stepsOf(ast, { names: new Map(), maps: count(ast, (node) => node.op === 'map') > 0 });
  const added = 1 + count(ast, (node) => node.op === '+');
  return (sizes) => steps(sizes) * (1 + (sizes.text * added) / CHARACTERS);
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

function stepsOf(node: ASTNode, scope: Scope): Cost {
  if (node.op === 'rcall' && loops.has(node.args[0])) {
    const [, list, [variable, ...bodies]] = node.args;
    const length = sizeOf(list, scope);
    // What a loop hands out may itself be a list, of a list of lists.
    const within = variable?.op === 'id' ? withName(scope, variable.args, length) : scope;
    const outside = stepsOf(list, scope);
    const inside = bodies.map((body) => stepsOf(body, within));
    return (sizes) => outside(sizes) + Math.max(1, length(sizes)) * (1 + sum(inside, sizes));
  }
  const parts = partsOf(node).map((part) => stepsOf(part, withBound(node, part, scope)));
  return (sizes) => 1 + sum(parts, sizes);
}

function sum(some: readonly Cost[], sizes: FactSizes): number {
  return some.reduce((total, each) => total + each(sizes), 0);
}

/** Within the last part of `cel.bind(name, value, part)` the name stands for the value. */
function withBound(node: ASTNode, part: ASTNode, scope: Scope): Scope {
  if (node.op !== 'rcall' || node.args[0] !== 'bind') return scope;
  const [variable, value, body] = node.args[2];
  if (part !== body || variable?.op !== 'id' || !value) return scope;
  return withName(scope, variable.args, sizeOf(value, scope));
}

/** Bound of the length of what a part gives, if that is a list or a map. */
function sizeOf(node: ASTNode, scope: Scope): Size {
  if (node.op === 'value') return () => 0;
  if (node.op === 'id') return scope.names.get(node.args) ?? named(node.args);
  if (node.op === 'rcall') return sizeOfCall(node.args, scope);
  const parts = partsOf(node).map((part) => sizeOf(part, scope));
  const longest: Size = (sizes) => Math.max(0, ...parts.map((size) => size(sizes)));
  if (node.op === '+') return (sizes) => sum(parts, sizes);
  if (node.op === 'list' || node.op === 'map') {
    const own = node.args.length;
    return (sizes) => Math.max(own, longest(sizes));
  }
  if (node.op !== '.' && node.op !== '.?') return longest;
  const field = named(node.args[1]);
  return scope.maps ? (sizes) => Math.max(field(sizes), longest(sizes)) : field;
}

function sizeOfCall([name, receiver, parts]: Extract<ASTNode, { op: 'rcall' }>['args'], scope: Scope): Size {
  const list = sizeOf(receiver, scope);
  if (name === 'bind') {
    const [variable, value, body] = parts;
    if (variable?.op !== 'id' || !value || !body) return list;
    return sizeOf(body, withName(scope, variable.args, sizeOf(value, scope)));
  }
  if (name !== 'map') return list;
  const [variable, ...bodies] = parts;
  const within = variable?.op === 'id' ? withName(scope, variable.args, list) : scope;
  const made = bodies.map((body) => sizeOf(body, within));
  return (sizes) => Math.max(list(sizes), ...made.map((size) => size(sizes)));
}

/** A list of the facts is as long as the longest of its name; a name that none has is no list. */
function named(name: string): Size {
  return ({ lists }) => lists.get(name) ?? 0;
}
