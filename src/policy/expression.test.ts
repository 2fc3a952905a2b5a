import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf, finding, NOW, observation, requestOf } from '../../test/policy-facts.ts';
import { compileExpression, type Expression } from './expression.ts';
import { factValues } from './fact-values.ts';
import type { Facts } from './facts.ts';

function compiled(text: string): Expression {
  const found = compileExpression(text);
  assert.ok(found.kind === 'compiled', found.kind === 'refused' ? found.problem.message : '');
  return found.expression;
}

function problem(text: string) {
  const found = compileExpression(text);
  assert.ok(found.kind === 'refused', `compiled: ${text}`);
  return found.problem;
}

function answer(text: string, facts: Facts = factsOf()) {
  return compiled(text).evaluate(factValues(facts, requestOf(), NOW));
}

test('an unknown field is refused where it stands, with the nearest right word', () => {
  for (const [text, line, column, word] of [
    ['image.labls["a"] == "b"', 1, 7, 'labels'],
    ['image.root &&\n  image.helthcheck', 2, 9, 'healthcheck'],
    ['findings.all(f, f.exploitd)', 1, 19, 'exploited'],
    ['imge.root', 1, 1, 'image'],
    ['trust.signatures.exists(s, s.signrs == [])', 1, 30, 'signers'],
  ] as const) {
    const found = problem(text);
    assert.deepEqual({ line: found.line, column: found.column }, { line, column }, `${text}: ${found.message}`);
    assert.match(found.message, new RegExp(`did you mean ${word}\\?`), text);
  }
});

test('what is no expression, or gives no true or false, is refused', () => {
  assert.match(problem('image.size').message, /answers true or false; this one gives int/);
  assert.match(problem('"text"').message, /gives string/);
  assert.equal(problem('image.root &&').line, 1);
  assert.match(problem('image.size == "x"').message, /no such overload/i);
  assert.match(problem('now + 1 > now').message, /no such overload/i);
  assert.match(problem(`"${'x'.repeat(9000)}" == ""`).message, /at most 8000 characters/);
  assert.match(problem(Array.from({ length: 1500 }, () => '1').join('<')).message, /maxAstNodes|nodes|exceeded/i);
  assert.match(problem('('.repeat(200) + 'true' + ')'.repeat(200)).message, /depth|deep|exceeded/i);
});

test('the roots that an expression looks at are those that it names', () => {
  assert.deepEqual([...compiled('image.root || findings.exists(f, f.fixable)').roots].sort(), ['findings', 'image']);
  assert.deepEqual([...compiled('has(image.platform) ? now > timestamp("2020-01-01T00:00:00Z") : true').roots].sort(), [
    'image',
    'now',
  ]);
  assert.deepEqual(
    [...compiled('[1].all(image, image == 1)').roots],
    ['image'],
    'a name that hides a root still counts',
  );
});

test('loops stand at most three deep, and their cost is bounded by what they run over', () => {
  const nested = (depth: number) =>
    `${'findings.all(f, '.repeat(depth)}true${')'.repeat(depth)}`.replaceAll('f,', () => 'f,');
  assert.equal(compileExpression(nested(3)).kind, 'compiled');
  assert.match(problem(nested(4)).message, /at most three deep/);
  const many = factsOf({ findings: Array.from({ length: 3000 }, (_, at) => finding({ id: `CVE-${at}` })) });
  const found = answer('findings.all(a, findings.all(b, findings.all(c, a.id == b.id || b.id == c.id || true)))', many);
  assert.equal(found.kind, 'error');
  assert.match(found.kind === 'error' ? found.detail : '', /could take \d+ steps here; at most 20000000/);
  assert.deepEqual(answer('findings.all(a, a.id != "")', many), { kind: 'value', value: true });
});

test('lists that an expression makes do not slip past the bound of its loops', () => {
  const facts = factsOf({ findings: Array.from({ length: 100 }, (_, at) => finding({ id: `CVE-${at}` })) });
  const written = `[${Array.from({ length: 600 }, (_, at) => at).join(',')}]`;
  const loop = (list: string, body = 'true') => `${list}.all(x, ${list}.all(y, ${body}))`;
  for (const text of [
    `cel.bind(l, ${written}, l.all(x, l.all(y, l.all(z, x + y + z >= 0))))`,
    `cel.bind(l, ${written}, cel.bind(m, l + l + l + l + l, cel.bind(n, m + m + m + m + m, ${loop('n')})))`,
    `cel.bind(l, findings + findings + findings + findings, cel.bind(m, l + l + l + l + l, cel.bind(n, m + m + m, ${loop('n')})))`,
    `{"a": findings + findings + findings + findings}.a.map(f, findings + findings).all(l, l.all(x, l.all(y, l.size() >= 0)))`,
  ]) {
    const found = compileExpression(text);
    if (found.kind === 'refused') continue;
    const result = found.expression.evaluate(factValues(facts, requestOf(), NOW));
    assert.match(result.kind === 'error' ? result.detail : '', /could take/, text);
  }
});

test('what is joined again and again is bounded before it is made', () => {
  const doubled = (first: string, levels: number, last: (name: string) => string) => {
    let text = last(`v${levels}`);
    for (let level = levels; level > 0; level--) text = `cel.bind(v${level}, v${level - 1} + v${level - 1}, ${text})`;
    return `cel.bind(v0, ${first}, ${text})`;
  };
  const facts = factsOf({ findings: [finding()], image: { labels: { a: 'x'.repeat(1000) } } });
  for (const text of [
    doubled('findings', 14, (name) => `size(${name} + ${name}) > 0`),
    doubled('image.labels["a"]', 14, (name) => `${name}.contains("yz")`),
    `cel.bind(v, image.labels["a"]${' + image.labels["a"]'.repeat(300)}, findings.all(f, cel.bind(w, v${' + v'.repeat(300)}, cel.bind(u, w${' + w'.repeat(300)}, u == w))))`,
  ]) {
    const found = compileExpression(text);
    if (found.kind === 'refused') continue;
    const result = found.expression.evaluate(factValues(facts, requestOf(), NOW));
    assert.ok(result.kind === 'value' || /could take/.test(result.detail), text);
  }
  const deep = compileExpression(doubled('image.labels["a"]', 26, (name) => `${name}.contains("yz")`));
  if (deep.kind === 'refused') return assert.match(deep.problem.message, /depth|deep|exceeded/i);
  const result = deep.expression.evaluate(factValues(facts, requestOf(), NOW));
  assert.match(result.kind === 'error' ? result.detail : '', /could take/);
});

test('long lists elsewhere in the facts do not count against a short one', () => {
  const facts = factsOf({ findings: Array.from({ length: 5000 }, (_, at) => finding({ id: `CVE-${at}` })) });
  const text = 'trust.signatures.exists(s, size(["targets/releases"].filter(r, r in s.signers || r in s.keys)) >= 1)';
  assert.deepEqual(answer(text, facts), { kind: 'value', value: true });
  assert.deepEqual(answer('findings.all(f, f.aliases.all(a, a.startsWith("GHSA-")))', facts), {
    kind: 'value',
    value: true,
  });
});

test('long texts count against loops that read them', () => {
  const labels = { a: 'x'.repeat(60_000) };
  const many = Array.from({ length: 2000 }, (_, at) => finding({ id: `CVE-${at}` }));
  const facts = factsOf({ findings: many, image: { labels } });
  assert.equal(
    answer('findings.all(f, findings.all(g, image.labels["a"].contains("y") == false))', facts).kind,
    'error',
  );
  assert.equal(answer('findings.all(f, image.labels["a"].matches("y+z$") == false)', facts).kind, 'error');
});

test('an expression means what is written: grouping, small numbers and escapes are kept', () => {
  const facts = factsOf({ findings: [finding({ epss: 1e-11 })] });
  for (const [text, value] of [
    ['image.size - (600 - 500) == 900', true],
    ['image.size - (600 - 500) == 300', false],
    ['image.root == (1 > 2)', true],
    ['findings.all(f, f.epss > 0.000000000001)', true],
    ['image.user.matches("^\\\\d+$")', true],
    ["image.user.matches(r'^\\d{4}$')", true],
    ['(image.root || image.healthcheck) && image.size > 1', true],
    ['image.root || (image.healthcheck && image.size > 1)', true],
    ['(image.root ? 1 : 2) == 2', true],
    ['7 / (2 * 3) == 1', true],
    ['!(image.root && image.healthcheck)', true],
  ] as const)
    assert.deepEqual(answer(text, facts), { kind: 'value', value }, text);
});

test('comparisons of comparisons are written with parentheses', () => {
  for (const text of [
    'image.root == image.size > 0',
    'image.root == (image.size) > 0',
    '"a" in image.tags == 1 in [1]',
  ])
    assert.match(problem(text).message, /put parentheses/, text);
  for (const text of [
    'image.root == (image.size > 0)',
    '(image.size > 0) == image.root',
    'image.root == ("x)" == image.user)',
  ])
    assert.equal(compileExpression(text).kind, 'compiled', text);
});

test('functions that only the engine has are not offered', () => {
  const found = problem('image.user.split("").all(c, c != "0")');
  assert.match(found.message, /no function is called split here/);
  assert.match(problem('image.tags.join(",") == ""').message, /no function is called join/);
  assert.match(problem('bytes(image.user) == b"1"').message, /no function is called bytes/);
});

// An engine that goes back would not end here.
test('patterns run in linear time, hostile ones too, and are refused when they cannot be read', () => {
  const facts = factsOf({ image: { labels: { a: `${'a'.repeat(50_000)}!` } } });
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '^(.*)*$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$'])
    assert.equal(answer(`image.labels["a"].matches('${pattern}')`, facts).kind, 'value', pattern);
  const bad = problem("image.user.matches('(')");
  assert.match(bad.message, /the pattern cannot be read/);
  assert.equal(bad.column, 20);
  assert.match(problem("image.user.matches('(?=a)b')").message, /cannot be read/, 'no look-ahead in a linear engine');
  const made = answer("image.labels.all(k, image.user.matches('(' + k))", factsOf({ image: { labels: { x: '' } } }));
  assert.equal(made.kind, 'error', 'a pattern that is made when it runs fails then');
  const long = factsOf({ image: { labels: { a: 'x'.repeat(70_000) } } });
  assert.equal(answer("image.labels['a'].matches('x')", long).kind, 'error');
});

test('a missing key is an error that says so, never true', () => {
  const found = answer('image.labels["absent"] == "x"');
  assert.equal(found.kind, 'error');
  assert.match(found.kind === 'error' ? found.detail : '', /absent|key/i);
  assert.deepEqual(answer('"absent" in image.labels && image.labels["absent"] == "x"'), {
    kind: 'value',
    value: false,
  });
  assert.equal(answer('image.createdAt < now', factsOf({ image: { createdAt: undefined as never } })).kind, 'error');
});

test('every root has its values', () => {
  const facts = factsOf({ findings: [finding({ fixedVersion: '3.0.2' })], observations: [observation({ path: 'x' })] });
  for (const text of [
    'image.digest.startsWith("sha256:") && image.repository == "shop/app" && image.tags == ["v1"]',
    'image.kind == "image" && image.platform == "linux/amd64" && image.size == 1000 && image.ports == []',
    'analysis.state == "complete" && analysis.packages == 10 && now - analysis.advisoriesAt == duration("24h")',
    'findings.exists(f, f.fixable && f.fixedVersion == "3.0.2" && f.aliases == ["GHSA-x"] && f.epss < 0.1)',
    'observations.exists(o, o.kind == "practice" && o.path == "x" && !o.removed && o.fingerprint == "")',
    'distribution.support == "supported" && distribution.id == "debian"',
    'trust.state == "verified" && trust.signatures.exists(s, s.gun == "shop/app" && s.goodUntil > now)',
    'origin.source.startsWith("https://") && origin.attached.size() == 1',
    'release.state == "none"',
    'request.gate == "pull" && request.actorClass == "person" && request.tag == "v1" && request.platform == ""',
  ])
    assert.deepEqual(answer(text, facts), { kind: 'value', value: true }, text);
});

test('the engine’s own backtracking matches cannot be reached', () => {
  const facts = factsOf({ image: { labels: { a: `${'a'.repeat(40)}!` } } });
  for (const text of [
    "matches(image.labels['a'], '^(a+)+$')",
    "['^(a+)+$'].all(p, image.labels['a'].matches(p))",
    "image.labels.all(k, image.labels[k].matches('^(a+)+$') || true)",
  ]) {
    const found = compileExpression(text);
    if (found.kind === 'compiled') found.expression.evaluate(factValues(facts, requestOf(), NOW));
  }
});
