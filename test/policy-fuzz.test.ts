import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssayError, isAssayError } from '../src/lib/error.ts';
import { evaluate } from '../src/policy/evaluate.ts';
import { readProfile } from '../src/policy/health/read-profile.ts';
import { plainProfile } from '../src/policy/health/profile.ts';
import { predicates } from '../src/policy/predicates/all.ts';
import { readPolicies } from '../src/policy/read-policy.ts';
import { splitDocuments } from '../src/work/policy/split-documents.ts';
import { damage } from './fuzz.ts';
import { factsOf, finding, NOW, observation, requestOf } from './policy-facts.ts';
import { Random } from './random.ts';

const ROUNDS = Number(process.env['ASSAY_FUZZ_ROUNDS'] ?? 300);
const random = new Random(Number(process.env['ASSAY_FUZZ_SEED'] ?? 20261127));
const chance = () => random.next();

const GOOD = [
  '# the rules of the shop',
  'policy: base',
  'organisation: shop',
  'mode: enforce',
  'gates: [pull, deploy]',
  'repositories: ["shop/**"]',
  'tags: ["v*"]',
  'labels: { team: "sh?p" }',
  'actors: ["@person", "ann*"]',
  'rules:',
  ...predicates.map(({ name, example }) => `  - { id: of-${name}, ${example} }`),
  '  - cel: |',
  '      findings.all(f, f.severity != "critical" || !f.fixable) &&',
  '        image.labels.all(k, k.matches("^[a-z.]+$"))',
  '    message: no critical one',
  '---',
  'policy: second',
  'rules: [{ user: not-root, unscanned: allow }]',
].join('\n');

const PIECES = [
  ...Array.from('{}[],:&*!|>-?%@`"\'\n\t #'),
  '<<: ',
  '__proto__: ',
  '---\n',
  '\u0000',
  '\u2028',
  '!!binary ',
  '0x1',
  '1e999',
  '~',
  'cel: ',
];

function mangled(text: string): string {
  let out = text;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(out.length + 1);
    const act = chance();
    if (act < 0.5) out = out.slice(0, at) + random.pick(PIECES) + out.slice(at);
    else if (act < 0.7) out = out.slice(0, at) + out.slice(at + 1 + random.below(20));
    else if (act < 0.85) out = out.slice(0, at) + out.slice(random.below(out.length + 1));
    else out = damage(Buffer.from(out), chance).toString('utf8');
  }
  return out;
}

const facts = factsOf({ findings: [finding()], observations: [observation()], image: { labels: { team: 'shop' } } });

function read<T>(reader: () => T, text: string): T | undefined {
  try {
    return reader();
  } catch (error) {
    assert.ok(
      error instanceof AssayError && isAssayError(error, 'policy-invalid'),
      `${JSON.stringify(text)}: ${String(error)}`,
    );
    return undefined;
  }
}

test('mangled policies are read, or refused with a place; what is read can be judged by, and be read again as it is stored', () => {
  const seen = { read: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const text = mangled(GOOD);
    const policies = read(() => readPolicies(text), text);
    seen[policies ? 'read' : 'refused']++;
    if (!policies) continue;
    evaluate({ facts }, { policies, exceptions: [], profile: plainProfile, digest: '' }, requestOf(), NOW);
    const stored = splitDocuments(text, policies);
    for (const policy of policies) {
      const again = readPolicies(stored.get(policy) ?? '').find((each) => each.name === policy.name);
      assert.deepEqual(
        again?.rules.map(({ id, expression }) => [id, expression.text]),
        policy.rules.map(({ id, expression }) => [id, expression.text]),
        JSON.stringify(text),
      );
    }
  }
  assert.ok(seen.read > ROUNDS / 60 && seen.refused > ROUNDS / 5, JSON.stringify(seen));
});

test('deep and wide documents are refused, not followed', () => {
  for (const text of [
    '['.repeat(100_000),
    `policy: ${'{a: '.repeat(50_000)}`,
    `${'- '.repeat(100_000)}x`,
    `policy: a\nrules:\n  - cel: "${'('.repeat(7000)}"\n`,
    `policy: a\nrules:\n  - cel: "${'!'.repeat(7000)}true"\n`,
    `policy: a\nrules:\n  - cel: "${'-'.repeat(7000)}1 > 0"\n`,
    `policy: a\nrules:\n  - cel: "${'['.repeat(3000)}${']'.repeat(3000)} == []"\n`,
    `policy: a\nrules:\n  - cel: "${'true ? '.repeat(1000)}true${' : true'.repeat(1000)}"\n`,
    `${'? '.repeat(30_000)}a`,
    `"${'\\x41'.repeat(60_000)}`,
  ])
    assert.equal(
      read(() => readPolicies(text), text.slice(0, 80)),
      undefined,
      text.slice(0, 80),
    );
});

test('mangled health profiles are read, or refused', () => {
  const good = 'organisation: shop\nminimum: B\nlines:\n  licences: off\n  signatures: 30\n  age: 1.5\n';
  for (let round = 0; round < ROUNDS; round++) {
    const text = mangled(good);
    read(() => readProfile(text), text);
  }
  read(() => readProfile('['.repeat(16_000)), 'deep');
});
