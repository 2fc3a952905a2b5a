import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import {
  DAY,
  factsOf,
  finding,
  NOW,
  observation,
  OTHER,
  requestOf,
  rulesOf,
  signature,
} from '../../../test/policy-facts.ts';
import { evaluate } from '../evaluate.ts';
import { compileExpression } from '../expression.ts';
import type { Facts, PolicyRequest } from '../facts.ts';
import { readPolicies } from '../read-policy.ts';
import type { RuleResult } from '../verdict.ts';
import { predicates } from './all.ts';

function ask(
  rule: string,
  facts: Facts = factsOf(),
  tag: string | undefined = 'v1',
  asked: Partial<PolicyRequest> = {},
): RuleResult {
  const rules = rulesOf(`policy: p\nmode: enforce\nrules:\n  - ${rule}\n`);
  return evaluate({ facts }, rules, requestOf({ tag, ...asked }), NOW).results[0]!;
}

interface Case {
  readonly rule: string;
  readonly holds: Facts;
  readonly breaks: Facts;
  /** What is asked for in the broken case. */
  readonly asked?: Partial<PolicyRequest>;
  /** Statement, first evidence and cure of the breach. */
  readonly says: readonly [statement: RegExp, evidence: RegExp, cure: RegExp];
}

const trust = (more: Partial<NonNullable<Facts['trust']>>) =>
  factsOf({ trust: { state: 'verified', signatures: [], turnsAt: [], ...more } });

const cases: readonly Case[] = [
  {
    rule: 'signed: true',
    holds: factsOf(),
    breaks: trust({ signatures: [signature({ tag: 'v2' })] }),
    says: [/^not signed: nobody signed tag v1$/, /^$/, /^sign it: assay trust sign shop\/app:v1$/],
  },
  {
    rule: 'signed: { by: [targets/alice], threshold: 1 }',
    holds: trust({ signatures: [signature({ signers: ['targets', 'targets/alice'] })] }),
    breaks: factsOf(),
    says: [/^not signed by targets\/alice$/, /^v1 is signed by targets\/releases$/, /^sign it/],
  },
  {
    rule: `signed: { by: [${'c'.repeat(64)}, ${'d'.repeat(64)}], threshold: 2 }`,
    holds: trust({ signatures: [signature({ keys: ['c'.repeat(64), 'd'.repeat(64)] })] }),
    breaks: factsOf(),
    says: [/\(2 of them\)$/, /is signed by/, /^sign it/],
  },
  {
    rule: 'scanned: { within: 7d, complete: true }',
    holds: factsOf(),
    breaks: factsOf({ analysis: { ...factsOf().analysis!, advisoriesAt: NOW - 8 * DAY } }),
    says: [/^judged with advisories older than 7 days$/, /8 days ago/, /assay advisories update/],
  },
  {
    rule: 'scanned: { within: 7d }',
    holds: factsOf(),
    breaks: factsOf({ analysis: { ...factsOf().analysis!, advisoriesAt: 0 } }),
    says: [/^judged without advisories: none are imported$/, /^$/, /bring advisories in/],
  },
  {
    rule: 'scanned: { complete: true }',
    holds: factsOf(),
    breaks: factsOf({ analysis: { ...factsOf().analysis!, state: 'incomplete', incomplete: ['a.jar: too large'] } }),
    says: [/could not be read/, /^a\.jar: too large$/, /take the unreadable files out/],
  },
  {
    rule: 'scanned: { judged: true }',
    holds: factsOf(),
    breaks: factsOf({ analysis: { ...factsOf().analysis!, unjudged: 3 } }),
    says: [/all but 3 of its 10 packages/, /^$/, /import a feed/],
  },
  {
    rule: 'vulnerabilities: { atLeast: high, fixable: true, max: 1 }',
    holds: factsOf({
      findings: [finding({ fixedVersion: '2' }), finding({ id: 'b' }), finding({ severity: 'medium' })],
    }),
    breaks: factsOf({
      findings: [finding({ fixedVersion: '3.0.2' }), finding({ severity: 'high', fixedVersion: '4' })],
    }),
    says: [
      /^2 vulnerabilities are high or worse and fixable; 1 are allowed$/,
      /^CVE-2026-1 \(critical\) in openssl 3\.0\.1, fixed in 3\.0\.2$/,
      /^upgrade openssl to 3\.0\.2 and 1 more/,
    ],
  },
  {
    rule: 'exploited: none',
    holds: factsOf({ findings: [finding()] }),
    breaks: factsOf({ findings: [finding({ exploited: true })] }),
    says: [/^1 vulnerability is known to be exploited$/, /\(critical, exploited\)/, /no fix is known/],
  },
  {
    rule: 'epss: { below: 0.5 }',
    holds: factsOf({ findings: [finding({ epss: 0.49 })] }),
    breaks: factsOf({ findings: [finding({ epss: 0.5 }), finding({ id: 'worst', epss: 0.9 })] }),
    says: [/^2 vulnerabilities have an EPSS of 0\.5 or more$/, /^worst .*EPSS 0\.900$/, /no fix/],
  },
  {
    rule: 'secrets: none',
    holds: factsOf({ observations: [observation({ kind: 'licence' })] }),
    breaks: factsOf({
      observations: [observation({ kind: 'secret', id: 'jwt', severity: 'low', path: 'a', removed: true })],
    }),
    says: [/^1 secrets/, /^jwt \(low\) in a, in a deleted file$/, /revoke the secret/],
  },
  {
    rule: 'secrets: { atLeast: high }',
    holds: factsOf({ observations: [observation({ kind: 'secret', severity: 'medium' })] }),
    breaks: factsOf({ observations: [observation({ kind: 'secret', id: 'k', severity: 'high', path: 'a', line: 3 })] }),
    says: [/^1 secrets/, /^k \(high\) in a:3$/, /revoke/],
  },
  {
    rule: 'malware: none',
    holds: factsOf(),
    breaks: factsOf({ observations: [observation({ kind: 'malware', id: 'eicar', severity: 'critical' })] }),
    says: [/^1 marks of malware/, /^eicar \(critical\) in image$/, /find out/],
  },
  {
    rule: 'licences: { deny: [forbidden] }',
    holds: factsOf({ observations: [observation({ kind: 'licence', id: 'unknown-licence' })] }),
    breaks: factsOf({
      observations: [observation({ kind: 'licence', id: 'forbidden-licence', detail: 'AGPL-3.0 in x' })],
    }),
    says: [/^licences of the classes forbidden/, /^AGPL-3\.0 in x$/, /replace/],
  },
  {
    rule: 'practices: { deny: [ssh-exposed] }',
    holds: factsOf({ observations: [observation()] }),
    breaks: factsOf({ observations: [observation({ id: 'ssh-exposed', severity: 'medium', cure: 'leave it out' })] }),
    says: [/^1 findings that this rule/, /^ssh-exposed \(medium\) in image$/, /^leave it out$/],
  },
  {
    rule: 'user: not-root',
    holds: factsOf(),
    breaks: factsOf({ image: { root: true, user: '0:0' } }),
    says: [/^runs as root$/, /^user 0:0$/, /USER 10001/],
  },
  {
    rule: 'age: { max: 30d }',
    holds: factsOf({ image: { createdAt: NOW - 30 * DAY } }),
    breaks: factsOf({ image: { createdAt: NOW - 31 * DAY } }),
    says: [/^older than 30 days$/, /^built 2026-10-27, 31 days ago$/, /fresh base/],
  },
  {
    rule: 'supported: true',
    holds: factsOf(),
    breaks: factsOf({ distribution: { id: 'd', version: '9', name: 'Debian 9', end: { endedAt: '2020-07-18' } } }),
    says: [/^Debian 9 gets no more fixes/, /^ended 2020-07-18$/, /supported/],
  },
  {
    rule: 'supported: { extended: true }',
    holds: factsOf({
      distribution: { id: 'd', version: '12', name: 'D', end: { endedAt: '2026-07-11', extendedAt: '2028-06-30' } },
    }),
    breaks: factsOf({ distribution: { id: 'd', version: '1', name: 'D' } }),
    says: [/gets no more fixes, or nobody knows$/, /no end of life is on record/, /supported/],
  },
  {
    rule: 'base: { in: ["docker.io/library/debian:*"] }',
    holds: factsOf(),
    breaks: factsOf({ origin: { ...factsOf().origin!, baseName: 'docker.io/library/debian/x:13' } }),
    says: [/which is not on the list$/, /^allowed: docker\.io/, /allowed base/],
  },
  {
    rule: 'source: { in: ["https://git.example.com/**"] }',
    holds: factsOf(),
    breaks: factsOf({ origin: { ...factsOf().origin!, source: '' } }),
    says: [/^does not say where its source is$/, /^allowed: https/, /allowed source/],
  },
  {
    rule: 'labels: { equal: { team: shop } }',
    holds: factsOf({ image: { labels: { team: 'shop' } } }),
    breaks: factsOf({ image: { labels: { team: 'other' } } }),
    says: [/^1 labels are missing or differ$/, /^team: other$/, /LABEL team=shop/],
  },
  {
    rule: 'labels: { present: [constructor] }',
    holds: factsOf({ image: { labels: { constructor: 'x' } } }),
    breaks: factsOf(),
    says: [/^1 labels/, /^constructor: missing$/, /LABEL/],
  },
  {
    rule: 'platform: { in: [linux/amd64] }',
    holds: factsOf(),
    breaks: factsOf({ image: { platform: 'linux/arm64' } }),
    says: [/^made for linux\/arm64$/, /^allowed: linux\/amd64$/, /build it for linux\/amd64/],
  },
  {
    rule: 'released: by-person',
    holds: factsOf({ release: { state: 'released', by: 'olga', reason: 'looked at', at: NOW } }),
    breaks: factsOf(),
    says: [/^in quarantine, not released yet$/, /^$/, /assay quarantine release shop\/app@sha256/],
  },
  {
    rule: 'container: { allow: ["cap:NET_ADMIN"] }',
    holds: factsOf(),
    breaks: factsOf(),
    asked: { gate: 'run', powers: ['cap:NET_ADMIN', 'privileged'] },
    says: [/^the container asks for more/, /^cap:NET_ADMIN$/, /no more than cap:NET_ADMIN$/],
  },
  {
    rule: 'health: { atLeast: B }',
    holds: factsOf(),
    breaks: factsOf({ image: { root: true } }),
    says: [/^health C, score \d+; B or better is asked for$/, /^Practices and user C: runs as root$/, /USER 10001/],
  },
];

for (const { rule, holds, breaks, says, asked } of cases)
  test(`${rule}: holds, breaks, and says so`, () => {
    assert.equal(ask(rule, holds).state, 'holds', ask(rule, holds).statement);
    const found = ask(rule, breaks, 'v1', asked);
    assert.equal(found.state, 'broken', found.statement);
    assert.match(found.statement, says[0]);
    assert.match(found.evidence[0] ?? '', says[1]);
    assert.match(found.cure, says[2]);
  });

test('every predicate has its case, an example that compiles, and names itself once', () => {
  assert.deepEqual(
    predicates.map(({ name }) => name).filter((name) => !cases.some(({ rule }) => rule.startsWith(`${name}:`))),
    [],
  );
  for (const { name, example } of predicates) {
    assert.ok(readPolicies(`policy: p\nrules:\n  - ${example}\n`).length === 1, example);
    assert.deepEqual(Object.keys(parse(example) as object), [name]);
  }
  assert.equal(new Set(predicates.map(({ name }) => name)).size, predicates.length);
});

test('every predicate that looks at what is not known says so and denies', () => {
  for (const { rule } of cases) {
    const [policy] = readPolicies(`policy: p\nrules:\n  - ${rule}\n`);
    const roots = [...policy!.rules[0]!.expression.roots].filter(
      (root) => !['now', 'request', 'release', 'health'].includes(root),
    );
    for (const root of roots) {
      const found = ask(rule, factsOf({ gaps: { [root]: { kind: 'pending', detail: 'not yet' } } }));
      assert.equal(found.state, 'unknown', `${rule}: ${root}`);
      assert.equal(found.statement, 'not yet');
    }
  }
});

test('unsigned, signed as another image, expired and tampered are answers of their own', () => {
  const says = (facts: Facts, tag?: string) => ask('signed: true', facts, tag).statement;
  assert.match(says(trust({ state: 'missing' })), /^not signed: shop\/app has no trust data$/);
  assert.match(says(trust({ signedAs: OTHER })), /^not what was signed: tag v1 is signed as another image$/);
  assert.match(
    says(trust({ state: 'expired', failure: 'targets expired' })),
    /^the signatures of shop\/app have expired$/,
  );
  assert.match(says(trust({ state: 'failed', failure: 'rollback' })), /^the trust data of shop\/app does not verify$/);
  assert.equal(
    ask('signed: true', trust({ signatures: [signature({ goodUntil: NOW })] })).state,
    'broken',
    'over at its end',
  );
  assert.equal(
    ask('signed: true', trust({ signatures: [signature({ tag: 'v2' })] }), '').state,
    'holds',
    'by digest any tag',
  );
});

test('texts of policies cannot leave the literal that they stand in', () => {
  const evil = `a" || true || "b`;
  for (const rule of [
    `labels: { present: ['${evil}'] }`,
    `labels: { equal: { 'a': '${evil}' } }`,
    `platform: { in: ['${evil}'] }`,
    `base: { in: ['${evil}'] }`,
    `source: { in: ['${evil}\\'] }`,
    "labels: { present: ['\u2028\u0000\\\\x'] }",
  ]) {
    const found = ask(rule);
    assert.equal(found.state, 'broken', rule);
  }
  assert.equal(compileExpression('"\\u2028" == "\\u2028"').kind, 'compiled');
});
