import { type Document, isScalar, LineCounter } from 'yaml';
import { z } from 'zod';
import { AssayError } from '../lib/error.ts';
import { nearest } from '../lib/nearest.ts';
import { type YamlPath as Path, YamlPlaces, yamlWords } from '../lib/yaml-places.ts';
import { isOrganisationName } from '../oci/names.ts';
import { compileExpression, type ExpressionProblem } from './expression.ts';
import { gates } from './facts.ts';
import { policyDocuments } from './policy-documents.ts';
import { predicates } from './predicates/all.ts';
import { modes, type Policy, type Rule } from './rule.ts';

/** Largest policy file in bytes, and most policies and rules in it. */
export const POLICY_LIMITS = { bytes: 256 * 1024, policies: 100, rules: 200 } as const;

/** Something wrong in a policy file; line and column count from 1. */
export interface PolicyProblem extends ExpressionProblem {
  /** JSON pointer into the document. */
  readonly pointer: string;
}

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and - (at most 63)');
const globs = z.array(z.string().min(1).max(300)).min(1).max(200);

const ruleFrame = z.object({
  id: slug.optional(),
  message: z.string().max(300).optional(),
  cure: z.string().max(300).optional(),
  unscanned: z.enum(['deny', 'allow']).default('deny'),
});

const document = z.strictObject({
  policy: slug.refine(
    (name) => name !== 'quarantine',
    'the name quarantine is taken: it stands for what people hold back',
  ),
  organisation: z.string().refine(isOrganisationName, 'the name of an organisation').optional(),
  description: z.string().max(1000).default(''),
  mode: z.enum(modes).default('audit'),
  gates: z
    .array(z.enum(gates))
    .min(1)
    .default([...gates]),
  repositories: globs.optional(),
  tags: globs.optional(),
  labels: z.record(z.string().max(200), z.string().max(1000)).optional(),
  actors: globs.optional(),
  rules: z.array(z.record(z.string(), z.unknown())).min(1).max(POLICY_LIMITS.rules),
});

const byName = new Map(predicates.map((each) => [each.name, each]));
const frameKeys = Object.keys(ruleFrame.shape);
const ruleKeys = [...byName.keys(), 'cel', ...frameKeys];

/**
 * Reads the policies of a YAML file, every expression compiled and checked. Throws `policy-invalid` whose detail lists each
 * problem with line, column and, for a word that is not known, the nearest right one.
 */
export function readPolicies(text: string): Policy[] {
  if (Buffer.byteLength(text) > POLICY_LIMITS.bytes)
    throw new AssayError('policy-invalid', `a policy file has at most ${POLICY_LIMITS.bytes} bytes`);
  const lines = new LineCounter();
  const all = policyDocuments(text, lines);
  if (all.length === 0) throw new AssayError('policy-invalid', 'there is no policy in the file');
  if (all.length > POLICY_LIMITS.policies)
    throw new AssayError('policy-invalid', `a file has at most ${POLICY_LIMITS.policies} policies`);
  const problems: PolicyProblem[] = [];
  const policies = all.flatMap((each) => new PolicyReader(each, lines, problems).read() ?? []);
  if (problems.length > 0) throw invalid(problems);
  const twice = policies.find((each, at) => policies.some((other, before) => before < at && sameName(each, other)));
  if (twice) throw new AssayError('policy-invalid', `the policy ${twice.name} is in the file twice`);
  return policies;
}

function sameName(a: Policy, b: Policy): boolean {
  return a.name === b.name && a.organisation === b.organisation;
}

function invalid(problems: readonly PolicyProblem[]): AssayError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new AssayError('policy-invalid', `line ${first!.line}, column ${first!.column}: ${first!.message}${more}`, {
    detail: problems.slice(0, 50).map(({ line, column, message, pointer }) => ({
      pointer,
      code: 'policy-invalid',
      detail: `line ${line}, column ${column}: ${message}`,
    })),
  });
}

class PolicyReader {
  readonly #document: Document;
  readonly #places: YamlPlaces;
  readonly #problems: PolicyProblem[];

  constructor(yaml: Document, lines: LineCounter, problems: PolicyProblem[]) {
    this.#document = yaml;
    this.#places = new YamlPlaces(yaml, lines);
    this.#problems = problems;
  }

  read(): Policy | undefined {
    const errors = [...this.#document.errors, ...this.#document.warnings];
    for (const error of errors) this.#report([], yamlWords(error), error.pos[0]);
    if (errors.length > 0) return undefined;
    let value: unknown;
    try {
      value = this.#document.toJS({ maxAliasCount: 0 });
    } catch {
      this.#report([], 'anchors and aliases are not read in policies');
      return undefined;
    }
    const parsed = document.safeParse(value);
    if (!parsed.success) {
      this.#zodProblems(parsed.error, [], Object.keys(document.shape));
      return undefined;
    }
    const before = this.#problems.length;
    this.#checkRepositories(parsed.data.repositories ?? [], parsed.data.organisation);
    const rules = parsed.data.rules.flatMap((each, at) => this.#rule(each, at) ?? []);
    if (this.#problems.length > before) return undefined;
    const twice = rules.findIndex((rule, at) => rules.findIndex((other) => other.id === rule.id) < at);
    if (twice >= 0) {
      this.#report(['rules', twice], `two rules are called ${rules[twice]!.id}; give one an id of its own`);
      return undefined;
    }
    const { policy, organisation, description, mode, gates: some, repositories, tags, labels, actors } = parsed.data;
    return {
      name: policy,
      organisation,
      description,
      mode,
      scope: { gates: some, repositories, tags, labels, actors },
      rules,
    };
  }

  /** Patterns none of which can match a repository would be a policy that silently rules nothing. */
  #checkRepositories(patterns: readonly string[], organisation: string | undefined): void {
    const [first, ...rest] = patterns.map((pattern) => deadPattern(pattern, organisation));
    if (first !== undefined && rest.every((each) => each !== undefined)) this.#report(['repositories', 0], first);
  }

  #rule(raw: Readonly<Record<string, unknown>>, at: number): Rule | undefined {
    const path = ['rules', at];
    const named = Object.keys(raw).filter((key) => !frameKeys.includes(key));
    const frame = ruleFrame.safeParse(raw);
    if (!frame.success) {
      this.#zodProblems(frame.error, path, ruleKeys);
      return undefined;
    }
    const unknown = named.find((key) => key !== 'cel' && !byName.has(key));
    if (unknown !== undefined) {
      const right = nearest(unknown, ruleKeys);
      this.#report([...path, unknown], `no rule is called ${unknown}${right ? `; did you mean ${right}?` : ''}`, 'key');
      return undefined;
    }
    const [name] = named;
    if (name === undefined || named.length > 1) {
      this.#report(
        path,
        named.length > 1 ? `a rule has one predicate, not ${named.join(' and ')}` : 'a rule needs a predicate, or cel',
      );
      return undefined;
    }
    const { id, message, cure, unscanned } = frame.data;
    const options = raw[name];
    const predicate = byName.get(name);
    if (!predicate) {
      if (typeof options !== 'string') {
        this.#report([...path, 'cel'], 'cel is a text');
        return undefined;
      }
      return this.#compiled([...path, 'cel'], options, {
        id: id ?? `cel-${at + 1}`,
        ready: undefined,
        message,
        cure,
        unscanned,
      });
    }
    const parsed = predicate.options.safeParse(options);
    if (!parsed.success) {
      this.#zodProblems(parsed.error, [...path, name], optionKeys(predicate.options));
      return undefined;
    }
    const ready = { predicate, options: parsed.data };
    return this.#compiled([...path, name], predicate.cel(parsed.data), {
      id: id ?? name,
      ready,
      message,
      cure,
      unscanned,
    });
  }

  #compiled(path: Path, text: string, rest: Omit<Rule, 'expression'>): Rule | undefined {
    const compiled = compileExpression(text);
    if (compiled.kind === 'compiled') return { ...rest, expression: compiled.expression };
    const { line, column, message } = compiled.problem;
    const start = this.#places.ofValue(path);
    const node = this.#document.getIn(path, true);
    const block = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
    // A block's text begins on the line after its sign; its columns are counted within the expression.
    this.#problems.push({
      pointer: pointerOf(path),
      line: start.line + line - 1 + (block ? 1 : 0),
      column: line === 1 && !block ? start.column + column - 1 : column,
      message,
    });
    return undefined;
  }

  #zodProblems(error: z.ZodError, path: Path, words: readonly string[]): void {
    for (const issue of error.issues.slice(0, 20)) {
      const at = [...path, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
      if (issue.code !== 'unrecognized_keys') this.#report(at, issue.message);
      else
        for (const key of issue.keys) {
          const right = nearest(key, words);
          this.#report([...at, key], `the key ${key} is not known${right ? `; did you mean ${right}?` : ''}`, 'key');
        }
    }
  }

  #report(path: Path, message: string, at?: number | 'key'): void {
    const places = this.#places;
    const place =
      typeof at === 'number' ? places.ofOffset(at) : at === 'key' ? places.ofKey(path) : places.ofValue(path);
    this.#problems.push({ pointer: pointerOf(path), ...place, message });
  }
}

/** Why a pattern can match no repository; none when it can. */
function deadPattern(pattern: string, organisation: string | undefined): string | undefined {
  if (pattern.includes('/') || pattern.includes('**')) return undefined;
  const meant = organisation ?? (pattern.includes('*') ? '*' : 'library');
  return `${pattern} matches no repository: a name has its organisation in front; write ${meant}/${pattern}, or ** for all`;
}

function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function optionKeys(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((each) => (each instanceof z.ZodType ? optionKeys(each) : []));
  return [];
}
