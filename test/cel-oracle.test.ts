import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCelError, run } from '@bufbuild/cel';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { compileExpression } from '../src/policy/expression.ts';
import { factValues } from '../src/policy/fact-values.ts';
import { factsOf, finding, NOW, observation, requestOf, signature } from './policy-facts.ts';
import { Random } from './random.ts';

const ROUNDS = Number(process.env['ASSAY_FUZZ_ROUNDS'] ?? 1200);
const random = new Random(Number(process.env['ASSAY_FUZZ_SEED'] ?? 20261127));

const facts = factsOf({
  image: { labels: { team: 'shop', 'a.b': '' }, tags: ['v1', 'latest', 'prod'], ports: ['80/tcp'] },
  findings: [
    finding({ fixedVersion: '3.0.2', epss: 0.7, exploited: true }),
    finding({ id: 'CVE-2026-2', severity: 'low', epss: 0.00000000001 }),
    finding({ id: 'GHSA-é😀', severity: 'unknown', aliases: [] }),
  ],
  observations: [observation(), observation({ kind: 'secret', id: 'jwt', severity: 'medium', removed: true })],
  trust: { state: 'verified', signatures: [signature(), signature({ tag: 'v0', signers: [] })], turnsAt: [] },
});
const values = factValues(facts, requestOf(), NOW);

type Input = NonNullable<Parameters<typeof run>[1]>[string];

/** The same values as the other engine takes them: records are maps there. */
function inputOf(value: unknown): Input {
  if (value instanceof Date) return timestampFromDate(value);
  if (Array.isArray(value)) return value.map(inputOf);
  if (value instanceof Map) return new Map(Array.from(value, ([key, each]) => [String(key), inputOf(each)]));
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, inputOf(each)]])));
  assert.ok(
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean',
  );
  return value;
}
const bindings = Object.fromEntries(Object.entries(values.roots).map(([name, value]) => [name, inputOf(value)]));

function oracle(text: string): boolean | 'error' {
  try {
    const answer = run(text, bindings);
    return isCelError(answer) || typeof answer !== 'boolean' ? 'error' : answer;
  } catch {
    return 'error';
  }
}

type Kind = 'bool' | 'int' | 'double' | 'string' | 'time' | 'span' | 'strings';

const leaves: Readonly<Record<Kind, readonly string[]>> = {
  bool: ['true', 'false', 'image.root', 'image.healthcheck', '"team" in image.labels', 'has(image.user)'],
  int: [
    '0',
    '7',
    '-3',
    'image.size',
    'analysis.packages',
    'size(findings)',
    'image.tags.size()',
    '9007199254740993',
    '(1 / 0)',
  ],
  double: ['0.0', '0.5', '1e-11', '-2.25', '0.00000000001', '1e300'],
  string: [
    '""',
    '"v1"',
    "'it''s'".replace("''", "\\'"),
    'image.user',
    'image.labels["team"]',
    'image.labels["absent"]',
    'request.tag',
    'r"\\d+"',
    '"\\u00e9"',
  ],
  time: ['now', 'image.createdAt', 'analysis.advisoriesAt', 'timestamp("2026-11-27T12:00:00Z")'],
  span: ['duration("24h")', 'duration("90m")', 'now - image.createdAt', 'duration("-1s")'],
  strings: ['image.tags', 'image.ports', '["v1", "x"]', '[]', 'findings.map(f, f.id)', 'image.labels.map(k, k)'],
};
const inFinding: Partial<Record<Kind, readonly string[]>> = {
  bool: ['f.exploited', 'f.fixable'],
  double: ['f.epss'],
  string: ['f.id', 'f.severity', 'f.fixedVersion'],
  strings: ['f.aliases'],
};

function make(kind: Kind, depth: number, loop: boolean): string {
  if (depth <= 0 || random.next() < 0.15)
    return random.pick([...leaves[kind], ...(loop ? (inFinding[kind] ?? []) : [])]);
  const some = (other: Kind) => make(other, depth - 1, loop);
  const compared = random.pick(['int', 'double', 'string', 'time', 'span'] as const);
  const shapes: Record<Kind, readonly (() => string)[]> = {
    bool: [
      () => `(${some('bool')} && ${some('bool')})`,
      () => `(${some('bool')} || ${some('bool')})`,
      () => `!(${some('bool')})`,
      () => `(${some(compared)} ${random.pick(['<', '<=', '>', '>=', '==', '!='])} ${some(compared)})`,
      () => `(${some('bool')} == ${some('bool')})`,
      () => `(${some('string')} in ${some('strings')})`,
      () => `${some('string')}.${random.pick(['startsWith', 'endsWith', 'contains'])}(${some('string')})`,
      () => `${some('string')}.matches("${random.pick(['^v[0-9]+$', '', 'CVE-\\\\d{4}', '(a|b)*', '^[^/]*$'])}")`,
      () =>
        loop
          ? some('bool')
          : `findings.${random.pick(['all', 'exists', 'exists_one'])}(f, ${make('bool', depth - 1, true)})`,
      () => (loop ? some('bool') : `(size(findings.filter(f, ${make('bool', depth - 1, true)})) > 0)`),
      () => `(${some('bool')} ? ${some('bool')} : ${some('bool')})`,
      () => `${some('strings')}.exists(s, s == ${some('string')})`,
    ],
    int: [
      () => `(${some('int')} ${random.pick(['+', '-', '*', '/', '%'])} ${some('int')})`,
      () => `${some('int')} ${random.pick(['+', '-'])} (${some('int')} ${random.pick(['+', '-'])} ${some('int')})`,
      () => `size(${some('string')})`,
      () => `size(${some('strings')})`,
      () => `(${some('bool')} ? ${some('int')} : ${some('int')})`,
    ],
    double: [
      () => `(${some('double')} ${random.pick(['+', '-', '*', '/'])} ${some('double')})`,
      () => `double(${some('int')})`,
      () => `-(${some('double')})`,
    ],
    string: [
      () => `(${some('string')} + ${some('string')})`,
      () => `(${some('bool')} ? ${some('string')} : ${some('string')})`,
    ],
    time: [() => `(${some('time')} ${random.pick(['+', '-'])} ${some('span')})`],
    span: [() => `(${some('time')} - ${some('time')})`, () => `(${some('span')} + ${some('span')})`],
    strings: [
      () => `(${some('strings')} + ${some('strings')})`,
      () => `${some('strings')}.filter(s, s != ${some('string')})`,
    ],
  };
  return random.pick(shapes[kind])();
}

test('generated expressions say here what they say in another implementation of the language', () => {
  const seen = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const text = make('bool', 1 + random.below(4), false);
    const compiled = compileExpression(text);
    if (compiled.kind === 'refused') {
      seen.set('refused', (seen.get('refused') ?? 0) + 1);
      continue;
    }
    const own = compiled.expression.evaluate(values);
    const answer = own.kind === 'value' ? own.value : 'error';
    assert.equal(answer, oracle(text), `${text} (${own.kind === 'error' ? own.detail : own.value})`);
    seen.set(String(answer), (seen.get(String(answer)) ?? 0) + 1);
  }
  for (const kind of ['true', 'false', 'error'])
    assert.ok((seen.get(kind) ?? 0) > ROUNDS / 100, `${kind}: ${seen.get(kind)}`);
  assert.ok((seen.get('refused') ?? 0) < ROUNDS / 4, `refused: ${seen.get('refused')}`);
});
