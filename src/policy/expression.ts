import { type ASTNode, Environment, serialize } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { nearest } from '../lib/nearest.ts';
import { elementTypes, factTypes, listTypes, valueTypes } from './fact-types.ts';
import type { FactValues } from './fact-values.ts';
import { type Root, roots } from './facts.ts';

/** Longest expression in characters, and the most parts and levels that it may have. */
const LIMITS = { text: 8000, nodes: 2000, depth: 60, pattern: 500 } as const;
/** Steps that one evaluation may take: parts of the expression times the lengths of the lists that its loops run over. */
const MAX_STEPS = 20_000_000;
/** Longest text in characters that a pattern is tried on. */
const MAX_MATCHED = 65_536;

/** Where in the text of an expression something is wrong; line and column count from 1. */
export interface ExpressionProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type ExpressionResult =
  | { readonly kind: 'value'; readonly value: boolean }
  /** The expression could not be evaluated; that denies, with these words. */
  | { readonly kind: 'error'; readonly detail: string };

/** A checked expression (Common Expression Language) over the facts; it says true or false, or why it cannot. */
export interface Expression {
  readonly text: string;
  /** The roots that it looks at. */
  readonly roots: ReadonlySet<Root>;
  evaluate(values: FactValues): ExpressionResult;
}

export type Compiled =
  | { readonly kind: 'compiled'; readonly expression: Expression }
  | { readonly kind: 'refused'; readonly problem: ExpressionProblem };

/** Functions that loop over their list; `bind` counts too, since what it names can grow in each level. */
const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map', 'bind']);

const environment = makeEnvironment();

function makeEnvironment(): Environment {
  const made = new Environment({
    unlistedVariablesAreDyn: false,
    limits: { maxAstNodes: LIMITS.nodes, maxDepth: LIMITS.depth, maxListElements: 1000, maxMapEntries: 1000 },
  });
  for (const [name, fields] of Object.entries(elementTypes)) made.registerType(name, { fields: { ...fields } });
  for (const [name, schema] of Object.entries(factTypes)) made.registerVariable({ name, schema: { ...schema } });
  for (const [name, type] of Object.entries({ ...listTypes, ...valueTypes })) made.registerVariable(name, type);
  // The engine's own `matches` backtracks; expressions are rewritten to this one, which runs in linear time.
  made.registerFunction('string.matchesLinear(string): bool', matchesLinear);
  return made;
}

const patterns = new Map<string, RE2JS>();

function matchesLinear(text: string, pattern: string): boolean {
  if (pattern.length > LIMITS.pattern) throw new Error(`a pattern has at most ${LIMITS.pattern} characters`);
  if (text.length > MAX_MATCHED) throw new Error(`text of more than ${MAX_MATCHED} characters is not matched`);
  let compiled = patterns.get(pattern);
  if (!compiled) {
    compiled = RE2JS.compile(pattern);
    if (patterns.size > 1000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(text).find();
}

/** Reads and checks an expression. Names, types, size and the depth of its loops are checked here, before it ever runs. */
export function compileExpression(text: string): Compiled {
  if (text.length > LIMITS.text)
    return refused(text, 0, `an expression has at most ${LIMITS.text} characters; this has ${text.length}`);
  const checked = environment.check(text);
  if (!checked.valid) {
    const { error } = checked;
    const range = error && 'range' in error ? error.range : undefined;
    const summary = error && 'summary' in error ? error.summary : 'unreadable';
    const at = range?.start ?? 0;
    return refused(text, at, withNearest(summary, text.slice(range?.start, range?.end)));
  }
  if (checked.type !== 'bool' && checked.type !== 'dyn')
    return refused(text, 0, `an expression answers true or false; this one gives ${checked.type}`);
  const { ast } = environment.parse(text);
  const shape = survey(ast);
  if (shape.unreadable)
    return refused(text, shape.unreadable.at, `the pattern cannot be read: ${shape.unreadable.reason}`);
  if (shape.loops > 3) return refused(text, 0, 'loops (all, exists, filter, map …) stand at most three deep');
  const runnable = environment.parse(serialize(withLinearMatches(ast)));
  return {
    kind: 'compiled',
    expression: {
      text,
      roots: shape.roots,
      evaluate({ roots: values, longest }) {
        const steps = shape.nodes * longest ** shape.loops;
        if (steps > MAX_STEPS)
          return {
            kind: 'error',
            detail: `the expression could take ${steps} steps here; at most ${MAX_STEPS} are allowed`,
          };
        try {
          const value: unknown = runnable(values);
          return typeof value === 'boolean'
            ? { kind: 'value', value }
            : { kind: 'error', detail: `the expression gave no true or false but ${typeof value}` };
        } catch (error) {
          const summary = error instanceof Error && 'summary' in error ? String(error.summary) : undefined;
          const detail = summary ?? (error instanceof Error ? error.message : 'unknown');
          return { kind: 'error', detail: detail.split('\n', 1)[0]!.slice(0, 300) };
        }
      },
    },
  };
}

function refused(text: string, at: number, message: string): Compiled {
  const before = text.slice(0, at).split('\n');
  return { kind: 'refused', problem: { line: before.length, column: before.at(-1)!.length + 1, message } };
}

const names = [
  ...Object.keys(factTypes),
  ...Object.keys(listTypes),
  ...Object.keys(valueTypes),
  ...[...Object.values(factTypes), ...Object.values(elementTypes)].flatMap(Object.keys),
  ...LOOPS,
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'has',
  'duration',
  'timestamp',
  'lowerAscii',
];

function withNearest(summary: string, word: string): string {
  if (!/no such key|unknown variable|found no matching|not found/i.test(summary)) return summary;
  const named = /^[A-Za-z_]+$/.test(word) ? word : /: ([A-Za-z_]+)/.exec(summary)?.[1];
  const right = named === undefined ? undefined : nearest(named, names);
  return right === undefined || right === named ? summary : `${summary}; did you mean ${right}?`;
}

interface Shape {
  readonly roots: Set<Root>;
  readonly nodes: number;
  readonly loops: number;
  /** A pattern that is written out and does not compile. */
  readonly unreadable: { readonly at: number; readonly reason: string } | undefined;
}

/** The roots that are named, the number of parts, and how deep loops stand in each other. */
function survey(ast: ASTNode): Shape {
  const found = new Set<Root>();
  let nodes = 0;
  let unreadable: Shape['unreadable'];
  const visit = (node: ASTNode): number => {
    nodes++;
    unreadable ??= unreadablePattern(node);
    if (node.op === 'id' && isRoot(node.args)) found.add(node.args);
    const inner = Math.max(0, ...partsOf(node).map(visit));
    return inner + (isLoop(node) ? 1 : 0);
  };
  const loops = visit(ast);
  return { roots: found, nodes, loops, unreadable };
}

function unreadablePattern(node: ASTNode): Shape['unreadable'] {
  if (node.op !== 'rcall' || node.args[0] !== 'matches') return undefined;
  const [pattern] = node.args[2];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return undefined;
  try {
    RE2JS.compile(pattern.args);
    return undefined;
  } catch (error) {
    return { at: pattern.start, reason: error instanceof Error ? error.message : 'unknown' };
  }
}

function isRoot(name: string): name is Root {
  return roots.some((each) => each === name);
}

function isLoop(node: ASTNode): boolean {
  return (node.op === 'rcall' || node.op === 'call') && LOOPS.has(node.args[0]);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function partsOf({ args }: ASTNode): ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? (args as readonly unknown[]).flat(2).filter(isNode) : [];
}

/** The same tree with every `matches` called by the name of the linear one. */
function withLinearMatches(ast: ASTNode): ASTNode {
  const visit = (node: ASTNode): void => {
    if (node.op === 'rcall' && node.args[0] === 'matches') (node.args as [string, ...unknown[]])[0] = 'matchesLinear';
    for (const part of partsOf(node)) visit(part);
  };
  visit(ast);
  return ast;
}
