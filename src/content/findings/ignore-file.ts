import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { nearest } from '../../lib/nearest.ts';
import { YamlPlaces, yamlWords } from '../../lib/yaml-places.ts';

const MAX_LENGTH = 1024 * 1024;
const day = z.iso.date();
const names = z.array(z.string().min(1).max(400)).min(1);
const rule = z.strictObject({
  id: z.string().min(1).max(200),
  reason: z.string().trim().min(3).max(2000),
  expires: day,
  packages: names.optional(),
  paths: names.optional(),
  images: names.optional(),
});
const schema = z.strictObject({ ignore: z.array(rule) });
const WORDS = [...Object.keys(schema.shape), ...Object.keys(rule.shape)];

/** One line of `.assay-ignore.yaml`: a vulnerability that somebody decided to live with until a day, and why. */
export interface IgnoreRule {
  readonly id: string;
  readonly reason: string;
  /** Last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly packages?: readonly string[] | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly images?: readonly string[] | undefined;
}

/**
 * Reads the file; a rule without reason or last day, or with a key that is not known, is an error with line and column.
 * Throws `input-invalid`, and `content-budget-exceeded` for a file that is too long.
 */
export function readIgnoreFile(text: string, name: string): IgnoreRule[] {
  if (text.length > MAX_LENGTH) throw new AssayError('content-budget-exceeded', `${name} is too long`);
  const lineCounter = new LineCounter();
  const yaml = parseDocument(text, { lineCounter, uniqueKeys: true, logLevel: 'error' });
  const places = new YamlPlaces(yaml, lineCounter);
  const refuse = ({ line, column }: { line: number; column: number }, what: string, cause?: unknown): AssayError =>
    new AssayError('input-invalid', `${name}: line ${line}, column ${column}: ${what}`, { cause });
  const [wrong] = [...yaml.errors, ...yaml.warnings];
  if (wrong) throw refuse(places.ofOffset(wrong.pos[0]), yamlWords(wrong));
  let value: unknown;
  try {
    value = yaml.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw refuse({ line: 1, column: 1 }, 'its aliases expand to too much', cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data.ignore;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue?.code !== 'unrecognized_keys') {
    const of = path.at(-1);
    throw refuse(places.ofValue(path), `${typeof of === 'string' ? `${of}: ` : ''}${wordsOf(issue)}`);
  }
  const key = issue.keys[0] ?? '';
  const right = nearest(key, WORDS);
  const hint = right === undefined ? '' : `; did you mean ${right}?`;
  throw refuse(places.ofKey([...path, key]), `the key ${key} is not known${hint}`);
}

function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.path.length === 0) return 'the file has one key, ignore, and under it a list of rules';
  if (issue?.message.endsWith('received undefined')) return 'is missing';
  if (issue?.path.at(-1) === 'expires') return 'wants the last day of the rule, as in 2026-12-31';
  return issue?.message ?? 'not readable';
}

/** A rule holds to the end of its last day, UTC. */
export function isExpired(rule: IgnoreRule, now: number): boolean {
  return now >= Date.parse(rule.expires) + 86_400_000;
}

/** Whether a rule speaks of a finding; `*` at the end of a name stands for anything. */
export function ruleMatches(
  rule: IgnoreRule,
  of: { ids: readonly string[]; packages: readonly string[]; path: string; image: readonly string[] },
): boolean {
  const any = (patterns: readonly string[] | undefined, among: readonly string[]) =>
    patterns === undefined || patterns.some((pattern) => among.some((each) => matches(pattern, each)));
  return (
    of.ids.includes(rule.id) &&
    any(rule.packages, of.packages) &&
    any(rule.paths, [of.path]) &&
    any(rule.images, of.image)
  );
}

function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}
