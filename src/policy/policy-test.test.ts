import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../lib/error.ts';
import { readPolicyTests, runPolicyTest, unseenRules } from './policy-test.ts';
import { readPolicies } from './read-policy.ts';

const policies = readPolicies(
  'policy: base\nmode: enforce\nrules:\n  - user: not-root\n  - signed: true\n  - vulnerabilities: { fixable: true }\n',
);

const TESTS = `
policies: [base.yaml]
tests:
  - name: a good image
    tag: v1
    facts:
      trust: { signatures: [{}] }
      findings: [{ id: CVE-1, severity: critical }]
    expect: { outcome: allow, rules: { user: holds, base/signed: holds } }
  - name: runs as root
    facts: { image: { user: root }, trust: { state: missing }, findings: [] }
    expect: { outcome: deny, rules: { user: broken, signed: broken, vulnerabilities: holds }, says: runs as root }
  - name: not analysed yet
    tag: v1
    facts: { trust: { signatures: [{ tag: v1 }] }, pending: [findings] }
    expect: { outcome: deny, rules: { vulnerabilities: unknown } }
  - name: what is not given is not known
    facts: {}
    expect: { outcome: deny, rules: { signed: unknown } }
`;

test('tests of policies pass by the evaluator that gates ask', () => {
  const { tests } = readPolicyTests(TESTS);
  assert.deepEqual(
    tests.flatMap((each) => runPolicyTest(policies, each).failures),
    [],
  );
  assert.deepEqual(unseenRules(policies, tests), ['base/vulnerabilities: never broken']);
});

test('a test that expects something else fails with what was found', () => {
  const [first] = readPolicyTests(TESTS).tests;
  const wrong = runPolicyTest(policies, {
    ...first!,
    expect: { outcome: 'deny', rules: { user: 'broken', age: 'holds' }, says: 'something' },
  });
  assert.deepEqual(
    wrong.failures.map((each) => each.split(':')[0]),
    [
      'outcome allow, not deny',
      'rule user is holds, not broken',
      'rule age was not asked; it should be holds',
      'says “allowed”, not “something”',
    ],
  );
});

test('what cannot be read names its place', () => {
  const refused = (text: string) => {
    try {
      readPolicyTests(text);
    } catch (error) {
      assert.ok(isAssayError(error, 'policy-invalid'), String(error));
      return error.message;
    }
    return assert.fail(text);
  };
  assert.match(refused('policies: [a]\ntests: []\n'), /tests/);
  assert.match(refused(TESTS.replace('outcome: allow', 'outcome: maybe')), /tests\.0\.expect\.outcome/);
  assert.match(refused(TESTS.replace('user: root', 'usr: root')), /tests\.1\.facts\.image/);
  assert.match(refused('a: [\n'), /flow|bracket|]/i);
});
