import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AssayError } from '../lib/error.ts';
import { parseRepositoryName } from '../oci/names.ts';
import { evaluate } from './evaluate.ts';
import { actorClasses, gates } from './facts.ts';
import { plainProfile } from './health/profile.ts';
import type { Policy } from './rule.ts';
import { factsOfTest, testFacts } from './test-facts.ts';
import { denialLine, resultStates } from './verdict.ts';

/** Largest file of tests in bytes, and most tests in it. */
export const POLICY_TEST_LIMITS = { bytes: 1024 * 1024, tests: 1000 } as const;

const testShape = z.strictObject({
  name: z.string().min(1).max(200),
  gate: z.enum(gates).default('pull'),
  repository: z.string().max(255).default('library/app'),
  tag: z.string().max(128).optional(),
  platform: z.string().max(100).optional(),
  actor: z
    .strictObject({ class: z.enum(actorClasses).default('person'), name: z.string().max(200).default('somebody') })
    .prefault({}),
  /** The moment of the decision. */
  now: z.iso.datetime().default('2026-01-01T00:00:00Z'),
  facts: testFacts.prefault({}),
  expect: z.strictObject({
    outcome: z.enum(['allow', 'deny']),
    /** Rules, by id or `policy/id`, with the state that each must have. */
    rules: z.record(z.string(), z.enum(resultStates)).default({}),
    /** Part of the line that a client would show. */
    says: z.string().max(500).optional(),
  }),
});

const fileShape = z.strictObject({
  /** Policy files, by path from the file of the tests. */
  policies: z.array(z.string().min(1).max(1000)).min(1).max(50),
  tests: z.array(testShape).min(1).max(POLICY_TEST_LIMITS.tests),
});

export type PolicyTestFile = z.output<typeof fileShape>;
export type PolicyTest = PolicyTestFile['tests'][number];

/** Reads tests of policies (YAML). Throws `policy-invalid` that names the place. */
export function readPolicyTests(text: string): PolicyTestFile {
  if (Buffer.byteLength(text) > POLICY_TEST_LIMITS.bytes)
    throw new AssayError('policy-invalid', `a file of tests has at most ${POLICY_TEST_LIMITS.bytes} bytes`);
  const document = parseDocument(text, { strict: true, uniqueKeys: true, logLevel: 'error' });
  const [error] = document.errors;
  if (error) throw new AssayError('policy-invalid', error.message.split('\n', 1)[0] ?? 'unreadable');
  // Tests are written and run by the same people: anchors save them words, and cannot grow beyond this.
  const parsed = fileShape.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AssayError(
    'policy-invalid',
    `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`,
  );
}

/** What a test came to: empty when it passed. */
export interface PolicyTestResult {
  readonly name: string;
  readonly failures: readonly string[];
  /** What a client would have been told. */
  readonly line: string;
}

/** Runs one test against policies, by the evaluator that every gate asks. */
export function runPolicyTest(policies: readonly Policy[], test: PolicyTest): PolicyTestResult {
  const { gate, tag, platform, actor, expect, name } = test;
  const repository = parseRepositoryName(test.repository);
  const now = Date.parse(test.now);
  const facts = factsOfTest(test.facts, { repository, tag, now });
  const rules = { policies, exceptions: [], profile: plainProfile, digest: '' };
  const verdict = evaluate({ facts }, rules, { gate, repository, tag, platform, actor }, now);
  const line = denialLine(verdict);
  const failures: string[] = [];
  if (verdict.outcome !== expect.outcome) failures.push(`outcome ${verdict.outcome}, not ${expect.outcome}: ${line}`);
  for (const [rule, state] of Object.entries(expect.rules)) {
    const found = verdict.results.filter((each) => each.rule === rule || `${each.policy}/${each.rule}` === rule);
    if (found.length === 0) failures.push(`rule ${rule} was not asked; it should be ${state}`);
    for (const each of found)
      if (each.state !== state) failures.push(`rule ${rule} is ${each.state}, not ${state}: ${each.statement}`);
  }
  if (expect.says !== undefined && !line.includes(expect.says)) failures.push(`says “${line}”, not “${expect.says}”`);
  return { name, failures, line };
}

/** Rules that no test saw hold, and that none saw broken: tests that say nothing of a rule do not protect it. */
export function unseenRules(policies: readonly Policy[], tests: readonly PolicyTest[]): string[] {
  const seen = new Map<string, Set<string>>();
  for (const test of tests) {
    const repository = parseRepositoryName(test.repository);
    const now = Date.parse(test.now);
    const { gate, tag, platform, actor } = test;
    const facts = factsOfTest(test.facts, { repository, tag, now });
    const rules = { policies, exceptions: [], profile: plainProfile, digest: '' };
    for (const { policy, rule, state } of evaluate({ facts }, rules, { gate, repository, tag, platform, actor }, now)
      .results) {
      const states = seen.get(`${policy}/${rule}`) ?? new Set();
      seen.set(`${policy}/${rule}`, states.add(state));
    }
  }
  return policies.flatMap(({ name, rules }) =>
    rules.flatMap(({ id }) => {
      const states = seen.get(`${name}/${id}`);
      const missing = ['holds', 'broken'].filter((state) => !states?.has(state));
      return missing.length === 0 ? [] : [`${name}/${id}: never ${missing.join(' or ')}`];
    }),
  );
}
