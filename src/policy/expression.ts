import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { nearest } from '../lib/nearest.ts';
import { costOf, depthOf, isNode, loops, partsOf } from './expression-cost.ts';
import { elementTypes, factTypes, listTypes, valueTypes } from './fact-types.ts';
import type { FactValues } from './fact-values.ts';
import { type Root, roots } from './facts.ts';

/** Longest expression in characters, and the most parts and levels that it may have. */
const LIMITS = { text: 8000, nodes: 2000, depth: 60, pattern: 500 } as const;
/** Steps that one evaluation may take (`expression-cost.ts`), and how deep loops may stand in each other. */
const MAX_STEPS = 20_000_000;
const MAX_LOOPS = 3;
/** Longest text in characters that a pattern is tried on. */
const MAX_MATCHED = 65_536;
/** Characters that the patterns of one evaluation may be tried on altogether. */
const MAX_MATCHED_IN_ALL = 8_000_000;

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

/**
 * Functions that expressions may call: those of the language's own specification. What the engine offers beyond it (split,
 * join, JSON) makes lists of which nothing bounds the length.
 */
const functions: ReadonlySet<string> = new Set([
  ...loops,
  ...'bind has size startsWith endsWith contains matches duration timestamp type dyn bool int uint double string'.split(
    ' ',
  ),
  ...'lowerAscii upperAscii trim getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours'.split(' '),
  ...'getMilliseconds getMinutes getMonth getSeconds'.split(' '),
]);

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
/** Of the evaluation that runs; evaluations are synchronous. */
let matched = 0;

function matchesLinear(text: string, pattern: string): boolean {
  if (pattern.length > LIMITS.pattern) throw new Error(`a pattern has at most ${LIMITS.pattern} characters`);
  if (text.length > MAX_MATCHED) throw new Error(`text of more than ${MAX_MATCHED} characters is not matched`);
  matched += text.length;
  if (matched > MAX_MATCHED_IN_ALL)
    throw new Error(`patterns are tried on at most ${MAX_MATCHED_IN_ALL} characters in one evaluation`);
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
  const runnable = environment.parse(text);
  const shape = survey(text, runnable.ast);
  if (shape.problem) return refused(text, shape.problem.at, shape.problem.message);
  if (depthOf(runnable.ast) > MAX_LOOPS)
    return refused(text, 0, 'loops (all, exists, filter, map …) stand at most three deep');
  const cost = costOf(runnable.ast);
  useLinearMatches(runnable.ast);
  return {
    kind: 'compiled',
    expression: {
      text,
      roots: shape.roots,
      evaluate({ roots: values, sizes }) {
        const steps = Math.ceil(cost(sizes));
        if (steps > MAX_STEPS)
          return {
            kind: 'error',
            detail: `the expression could take ${steps} steps here; at most ${MAX_STEPS} are allowed`,
          };
        matched = 0;
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
  ...functions,
];

function withNearest(summary: string, word: string): string {
  if (!/no such key|unknown variable|found no matching|not found/i.test(summary)) return summary;
  const named = /^[A-Za-z_]+$/.test(word) ? word : /: ([A-Za-z_]+)/.exec(summary)?.[1];
  const right = named === undefined ? undefined : nearest(named, names);
  return right === undefined || right === named ? summary : `${summary}; did you mean ${right}?`;
}

interface Shape {
  readonly roots: Set<Root>;
  /** A function that is not offered, or a pattern that is written out and cannot be read. */
  readonly problem: { readonly at: number; readonly message: string } | undefined;
}

/** The roots that are named, and what stands against running it. */
function survey(text: string, ast: ASTNode): Shape {
  const found = new Set<Root>();
  let problem: Shape['problem'];
  const visit = (node: ASTNode): void => {
    problem ??= foreignFunction(node) ?? unreadablePattern(node) ?? openChain(text, node);
    if (node.op === 'id' && isRoot(node.args)) found.add(node.args);
    for (const part of partsOf(node)) visit(part);
  };
  visit(ast);
  return { roots: found, problem };
}

function foreignFunction(node: ASTNode): Shape['problem'] {
  if ((node.op !== 'rcall' && node.op !== 'call') || functions.has(node.args[0])) return undefined;
  const right = nearest(node.args[0], [...functions]);
  const hint = right === undefined ? '' : `; did you mean ${right}?`;
  return { at: node.start, message: `no function is called ${node.args[0]} here${hint}` };
}

function unreadablePattern(node: ASTNode): Shape['problem'] {
  if (node.op !== 'rcall' || node.args[0] !== 'matches') return undefined;
  const [pattern] = node.args[2];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return undefined;
  try {
    RE2JS.compile(pattern.args);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return { at: pattern.start, message: `the pattern cannot be read: ${reason}` };
  }
}

const RELATIONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

/**
 * `a == b > c`: the language reads it from left to right, most people and this engine do not. It must be written with
 * parentheses, so that it says the same everywhere.
 */
function openChain(text: string, { op, args }: ASTNode): Shape['problem'] {
  if (!RELATIONS.has(op) || !Array.isArray(args)) return undefined;
  const right: unknown = args[1];
  if (!isNode(right) || !RELATIONS.has(right.op)) return undefined;
  const own = text.slice(right.start, right.end).replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/gs, '');
  const enclosed = /\(\s*$/.test(text.slice(0, right.start)) && own.split('(').length >= own.split(')').length;
  return enclosed ? undefined : { at: right.start, message: `put parentheses around one side of ${op}` };
}

function isRoot(name: string): name is Root {
  return roots.some((each) => each === name);
}

/** Calls every `matches` of the tree by the name of the linear one, in place: writing it out anew could change what it says. */
function useLinearMatches(node: ASTNode): void {
  if (node.op === 'rcall' && node.args[0] === 'matches') (node.args as [string, ...unknown[]])[0] = 'matchesLinear';
  for (const part of partsOf(node)) useLinearMatches(part);
}
