import { parse } from 'yaml';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';

const MAX_LENGTH = 1024 * 1024;
const day = z.iso.date();
const names = z.array(z.string().min(1).max(400)).min(1);
const schema = z.strictObject({
  ignore: z.array(
    z.strictObject({
      id: z.string().min(1).max(200),
      reason: z.string().min(3).max(2000),
      expires: z.union([day, z.date().transform((date) => date.toISOString().slice(0, 10))]),
      packages: names.optional(),
      paths: names.optional(),
      images: names.optional(),
    }),
  ),
});

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

/** Reads the file; a rule without reason or expiry, or with a member that is not known, is an error. */
export function readIgnoreFile(text: string, name: string): IgnoreRule[] {
  if (text.length > MAX_LENGTH) throw new AssayError('content-budget-exceeded', `${name} is too long`);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new AssayError('input-invalid', `${name} is not YAML`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data.ignore;
  const issue = result.error.issues[0];
  throw new AssayError('input-invalid', `${name}: ${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not readable'}`);
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
