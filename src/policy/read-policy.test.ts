import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AssayError, isAssayError } from '../lib/error.ts';
import { POLICY_LIMITS, readPolicies } from './read-policy.ts';

function refused(text: string): AssayError {
  try {
    readPolicies(text);
  } catch (error) {
    assert.ok(isAssayError(error, 'policy-invalid'), String(error));
    return error;
  }
  return assert.fail(`read: ${text}`);
}

interface Problem {
  readonly pointer: string;
  readonly detail: string;
}

function problems(text: string): Problem[] {
  const { detail } = refused(text);
  assert.ok(Array.isArray(detail));
  return detail as Problem[];
}

test('a policy is read with its defaults: audit, every gate, unknown denies', () => {
  const [policy] = readPolicies('policy: base\nrules:\n  - user: not-root\n');
  assert.equal(policy?.mode, 'audit');
  assert.deepEqual(policy?.scope.gates, ['build', 'push', 'pull', 'deploy', 'run']);
  assert.equal(policy?.organisation, undefined);
  assert.deepEqual(
    policy?.rules.map(({ id, unscanned, expression }) => ({ id, unscanned, text: expression.text })),
    [{ id: 'user', unscanned: 'deny', text: '!image.root' }],
  );
});

test('several documents are several policies; one name twice is refused, in two organisations it is not', () => {
  const one = 'policy: a\nrules: [{ user: not-root }]\n';
  assert.equal(readPolicies(`${one}---\n${one.replace('a', 'b')}---\n`).length, 2);
  assert.match(refused(`${one}---\n${one}`).message, /the policy a is in the file twice/);
  assert.equal(readPolicies(`${one}organisation: shop\n---\n${one}organisation: other\n---\n${one}`).length, 3);
  assert.match(refused('').message, /there is no policy/);
  assert.match(refused('# only words\n---\n').message, /there is no policy/);
});

test('every problem says line, column and where in the document', () => {
  assert.deepEqual(
    problems('policy: a\nmod: enforce\nrules:\n  - user: root\n').map(({ pointer, detail }) => `${pointer} ${detail}`),
    ['/mod line 2, column 1: the key mod is not known; did you mean mode?'],
  );
  const found = problems(
    [
      'policy: a',
      'rules:',
      '  - vulnerabilites: { atLeast: high }',
      '  - vulnerabilities: { atleast: high }',
      '  - user: root',
      '  - cel: image.rot',
      '  - cel: |',
      '      image.root &&',
      '        image.healthchek',
      '  - { user: not-root, age: { max: 3d } }',
      '  - message: nothing',
    ].join('\n'),
  ).map(({ pointer, detail }) => `${pointer} ${detail}`);
  assert.deepEqual(
    found.map((each) => each.split(':')[0]),
    [
      '/rules/0/vulnerabilites line 3, column 5',
      '/rules/1/vulnerabilities/atleast line 4, column 24',
      '/rules/2/user line 5, column 11',
      '/rules/3/cel line 6, column 16',
      '/rules/4/cel line 9, column 9',
      '/rules/5 line 10, column 5',
      '/rules/6 line 11, column 5',
    ],
    found.join('\n'),
  );
  assert.match(found[0] ?? '', /did you mean vulnerabilities\?/);
  assert.match(found[1] ?? '', /did you mean atLeast\?/);
  assert.match(found[3] ?? '', /did you mean root\?/);
  assert.match(found[4] ?? '', /did you mean healthcheck\?/);
  assert.match(found[5] ?? '', /one predicate, not user and age/);
});

test('a key twice, anchors and aliases, tags and broken YAML are refused', () => {
  assert.match(refused('policy: a\npolicy: b\nrules: [{ user: not-root }]\n').message, /line 2.*unique/i);
  assert.match(refused('policy: &x a\ndescription: *x\nrules: [{ user: not-root }]\n').message, /anchors and aliases/);
  const bomb = `a: &a [${'x,'.repeat(9)}x]\nb: &b [${'*a,'.repeat(9)}*a]\nc: [${'*b,'.repeat(9)}*b]\n`;
  assert.match(refused(`policy: a\nrules: [{ user: not-root }]\n${bomb}`).message, /anchors and aliases/);
  assert.match(refused('policy: a\nrules: [{ user: not-root }\n').message, /line \d+, column \d+/);
  refused('policy: !!js/function "x"\nrules: [{ user: not-root }]\n');
  refused('- a\n- b\n');
  refused('policy: a\nrules: {}\n');
  refused('policy: A Policy\nrules: [{ user: not-root }]\n');
  refused('__proto__: { policy: a }\nrules: [{ user: not-root }]\n');
});

test('merge keys bring nothing in by a side door', () => {
  refused('policy: a\n<<: { mode: audit }\nrules: [{ user: not-root }]\n');
});

test('files, policies and rules have their limits', () => {
  assert.match(refused(`# ${'x'.repeat(POLICY_LIMITS.bytes)}\n`).message, /at most 262144 bytes/);
  const many = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at));
  const policies = many(POLICY_LIMITS.policies + 1, (at) => `policy: p${at}\nrules: [{ user: not-root }]\n`).join(
    '---\n',
  );
  assert.match(refused(policies).message, /at most 100 policies/);
  const rules = many(POLICY_LIMITS.rules + 1, (at) => `  - { id: r${at}, user: not-root }`).join('\n');
  refused(`policy: a\nrules:\n${rules}\n`);
  const deep = `policy: a\nrules: [{ user: ${'['.repeat(5000)}${']'.repeat(5000)} }]\n`;
  refused(deep);
});

test('two rules of one name are told apart by an id', () => {
  const text = 'policy: a\nrules:\n  - age: { max: 3d }\n  - age: { max: 4d }\n';
  assert.match(refused(text).message, /two rules are called age; give one an id/);
  assert.deepEqual(
    readPolicies(text.replace('  - age: { max: 4d }', '  - { id: older, age: { max: 4d } }'))[0]?.rules.map(
      ({ id }) => id,
    ),
    ['age', 'older'],
  );
  assert.deepEqual(
    readPolicies('policy: a\nrules: [{ cel: "true" }, { cel: "true" }]\n')[0]?.rules.map(({ id }) => id),
    ['cel-1', 'cel-2'],
  );
});

test('names of the house’s own are not taken: quarantine is what people hold back', () => {
  assert.match(refused('policy: quarantine\nrules: [{ user: not-root }]\n').message, /quarantine/);
});

test('patterns that can match no repository are refused, with the one that was meant', () => {
  const reads = (pattern: string, organisation = '') =>
    `policy: p\n${organisation}repositories: ["${pattern}"]\nrules: [{ user: not-root }]\n`;
  assert.match(refused(reads('app')).message, /line 2, column 16: app matches no repository: .*write library\/app/);
  assert.match(refused(reads('*')).message, /write \*\/\*, or \*\* for all/);
  assert.match(refused(reads('app', 'organisation: shop\n')).message, /write shop\/app/);
  for (const good of ['**', 'shop/**', '*/app', '**/app']) assert.equal(readPolicies(reads(good)).length, 1, good);
  assert.equal(readPolicies(reads('*/app', 'organisation: shop\n')).length, 1);
});
