import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, factsOf, finding, NOW, observation, OTHER, signature } from '../../../test/policy-facts.ts';
import type { Facts } from '../facts.ts';
import { healthCard, isWorse } from './card.ts';
import { grades } from './line.ts';
import { healthLines } from './lines/all.ts';
import { type HealthProfile, plainProfile } from './profile.ts';

function draw(
  facts: Facts = factsOf(),
  { tag = 'v1', profile = plainProfile }: { tag?: string; profile?: HealthProfile } = {},
) {
  return healthCard({ facts, tag, now: NOW }, profile);
}

function line(id: string, facts: Facts, tag: string | undefined = 'v1') {
  const found = healthCard({ facts, tag, now: NOW }, plainProfile).lines.find((each) => each.id === id);
  assert.ok(found, id);
  return found;
}

test('an image with nothing against it is an A with 100 points', () => {
  const card = draw();
  assert.deepEqual([card.state, card.grade, card.score], ['judged', 'A', 100]);
  assert.deepEqual(
    card.lines.filter(({ grade }) => grade !== 'A').map(({ id }) => id),
    [],
  );
});

test('weights add up to 100, ids are told apart, and every grade that is given is explained', () => {
  assert.equal(
    healthLines.reduce((sum, { weight }) => sum + weight, 0),
    100,
  );
  assert.equal(new Set(healthLines.map(({ id }) => id)).size, healthLines.length);
});

const trust = (more: Partial<NonNullable<Facts['trust']>>) =>
  factsOf({ trust: { state: 'verified', signatures: [], turnsAt: [], ...more } });
const seen = (kind: 'secret' | 'malware' | 'licence' | 'practice' | 'minimality', more: object) =>
  factsOf({ observations: [observation({ kind, ...more })] });
const findings = (...some: readonly Parameters<typeof finding>[0][]) =>
  factsOf({ findings: some.map((each) => finding(each)) });

const ladder: readonly (readonly [id: string, grade: string, facts: Facts])[] = [
  ['signatures', 'B', trust({ signatures: [signature({ goodUntil: NOW + 30 * DAY })] })],
  ['signatures', 'C', trust({ signatures: [signature({ tag: 'v2' })] })],
  ['signatures', 'D', trust({})],
  ['signatures', 'D', trust({ state: 'missing' })],
  ['signatures', 'E', trust({ state: 'expired', failure: 'x' })],
  ['signatures', 'F', trust({ state: 'failed', failure: 'x' })],
  ['signatures', 'F', trust({ signedAs: OTHER })],
  ['exploited', 'B', findings({ severity: 'low', fixedVersion: '2' })],
  ['exploited', 'C', findings({ severity: 'unknown', fixedVersion: '2' })],
  [
    'exploited',
    'D',
    findings({ severity: 'high', fixedVersion: '2' }, { id: 'b', severity: 'low', fixedVersion: '2' }),
  ],
  ['exploited', 'E', findings({ fixedVersion: '2' })],
  ['exploited', 'F', findings({ severity: 'low', exploited: true })],
  ['exploited', 'A', findings({})],
  ['vulnerabilities', 'A', findings({ severity: 'low' })],
  ['vulnerabilities', 'B', findings({ severity: 'unknown' })],
  ['vulnerabilities', 'C', findings({ severity: 'high' })],
  ['vulnerabilities', 'D', findings({})],
  ['vulnerabilities', 'E', findings({ severity: 'low', epss: 0.5 })],
  ['secrets', 'B', seen('secret', { severity: 'low' })],
  ['secrets', 'C', seen('secret', { severity: 'medium' })],
  ['secrets', 'F', seen('secret', { severity: 'high' })],
  ['malware', 'D', seen('malware', { severity: 'medium' })],
  ['malware', 'F', seen('malware', { severity: 'critical' })],
  ['licences', 'B', seen('licence', { id: 'unknown-licence', severity: 'low' })],
  ['licences', 'C', seen('licence', { id: 'forbidden-licence', severity: 'high' })],
  ['licences', 'A', seen('licence', { id: 'restricted-licence', severity: 'low' })],
  ['practices', 'B', seen('practice', { severity: 'low' })],
  ['practices', 'C', factsOf({ image: { root: true, user: '' } })],
  ['practices', 'D', seen('practice', { severity: 'high' })],
  ['practices', 'F', seen('practice', { severity: 'critical' })],
  ['age', 'A', factsOf({ image: { createdAt: NOW - 30 * DAY } })],
  ['age', 'B', factsOf({ image: { createdAt: NOW - 90 * DAY } })],
  ['age', 'C', factsOf({ image: { createdAt: NOW - 180 * DAY } })],
  ['age', 'D', factsOf({ image: { createdAt: NOW - 365 * DAY } })],
  ['age', 'E', factsOf({ image: { createdAt: NOW - 730 * DAY } })],
  ['age', 'F', factsOf({ image: { createdAt: NOW - 731 * DAY } })],
  ['age', 'F', factsOf({ image: { createdAt: NOW + 2 * DAY } })],
  [
    'distribution',
    'B',
    factsOf({ distribution: { id: 'd', version: '1', name: 'D', end: { endedAt: '2027-01-01' } } }),
  ],
  [
    'distribution',
    'C',
    factsOf({
      distribution: { id: 'd', version: '1', name: 'D', end: { endedAt: '2026-01-01', extendedAt: '2028-01-01' } },
    }),
  ],
  [
    'distribution',
    'F',
    factsOf({ distribution: { id: 'd', version: '1', name: 'D', end: { endedAt: '2026-01-01' } } }),
  ],
  ['minimality', 'B', seen('minimality', { severity: 'low' })],
  ['minimality', 'C', seen('minimality', { severity: 'medium' })],
  ['provenance', 'B', factsOf({ origin: { ...factsOf().origin!, attached: [] } })],
  ['provenance', 'C', factsOf({ origin: { ...factsOf().origin!, attached: [], revision: '' } })],
  ['provenance', 'D', factsOf({ origin: { source: '', revision: '', baseName: '', baseDigest: '', attached: [] } })],
  ['tag', 'A', factsOf({ naming: { moves: 3, movedAt: NOW, immutable: true } })],
  ['tag', 'B', factsOf({ naming: { moves: 3, movedAt: NOW, immutable: false } })],
  ['tag', 'C', { ...trust({}), naming: { moves: 3, movedAt: NOW, immutable: false } }],
];

test('each line gives each of its grades, explains it, and says the way to the next one', () => {
  for (const [id, grade, facts] of ladder) {
    const found = line(id, facts);
    assert.equal(found.grade, grade, `${id}: ${found.statement}`);
    assert.ok(healthLines.find((each) => each.id === id)?.means[found.grade], `${id} ${grade} is explained`);
    if (grade === 'A') continue;
    assert.ok(found.next && found.next.step !== '', `${id} ${grade} has a next step`);
    assert.ok(found.next.grade && grades.indexOf(found.next.grade) < grades.indexOf(found.grade), `${id}: ${grade}`);
  }
  for (const { id, means } of healthLines)
    for (const grade of Object.keys(means))
      assert.ok(
        grade === 'A' ||
          ['minimality D'].includes(`${id} ${grade}`) ||
          ladder.some((each) => each[0] === id && each[1] === grade),
        `${id} ${grade}`,
      );
});

test('the grade is the worst of the lines, the score their weighted sum', () => {
  const card = draw(factsOf({ image: { root: true } }));
  assert.equal(card.grade, 'C');
  const practices = card.lines.find(({ id }) => id === 'practices')!;
  assert.deepEqual([practices.points, practices.weight], [4.2, 7]);
  assert.equal(card.score, Math.round(100 - 7 + 4.2));
});

test('what is not known is never good: no grade, no points, and the reason', () => {
  const { findings: _, ...rest } = factsOf();
  const gap = { kind: 'absent', detail: 'no advisories are imported' } as const;
  const card = draw({ ...rest, gaps: { findings: gap } });
  assert.deepEqual([card.state, card.grade, card.atMost, card.score, card.gap], ['unknown', undefined, 'A', 70, gap]);
  const worst = draw({
    ...rest,
    gaps: { findings: gap },
    observations: [observation({ kind: 'malware', severity: 'critical' })],
  });
  assert.deepEqual([worst.state, worst.grade], ['judged', 'F'], 'nothing that is found later makes it better');
  const age = draw(factsOf({ image: { createdAt: 0 } }));
  assert.deepEqual(
    [age.grade, age.score],
    ['A', 95],
    'a line that is not essential leaves the grade and gives no points',
  );
});

test('an analysis that is not whole, packages that nobody judges and old advisories hold grades down', () => {
  const analysis = factsOf().analysis!;
  const grade = (id: string, more: Partial<typeof analysis>) =>
    line(id, factsOf({ analysis: { ...analysis, ...more } })).grade;
  const incomplete = { state: 'incomplete', incomplete: ['a.jar: too large'] } as const;
  for (const id of ['secrets', 'malware', 'exploited', 'vulnerabilities']) assert.equal(grade(id, incomplete), 'C', id);
  assert.equal(grade('exploited', { unjudged: 1 }), 'B');
  assert.equal(grade('exploited', { unjudged: 2 }), 'C');
  assert.equal(grade('secrets', { unjudged: 2 }), 'A', 'feeds say nothing of secrets');
  assert.equal(grade('vulnerabilities', { advisoriesAt: NOW - 8 * DAY }), 'C');
  assert.equal(grade('vulnerabilities', { advisoriesAt: NOW - 31 * DAY }), undefined);
  const bad = factsOf({
    findings: [finding({ exploited: true })],
    analysis: { ...analysis, advisoriesAt: NOW - 31 * DAY },
  });
  assert.equal(line('exploited', bad).grade, 'F', 'what was found stays found');
});

test('an image without a distribution is not judged by one, unless its packages could not be judged', () => {
  const { distribution: _, ...rest } = factsOf();
  const gaps = { distribution: { kind: 'absent', detail: 'its distribution is not known' } } as const;
  assert.equal(line('distribution', { ...rest, gaps }).state, 'not-applicable');
  const hidden = line('distribution', { ...rest, gaps, analysis: { ...factsOf().analysis!, unjudged: 9 } });
  assert.deepEqual([hidden.state, hidden.points], ['unknown', 0]);
});

test('by digest the tag’s history does not count; an artifact has no health', () => {
  assert.equal(
    healthCard({ facts: factsOf(), tag: undefined, now: NOW }, plainProfile).lines.at(-1)?.state,
    'not-applicable',
  );
  const gap = { kind: 'not-applicable', detail: 'an artifact' } as const;
  const card = draw(factsOf({ gaps: { image: gap, findings: gap, observations: gap, origin: gap } }));
  assert.deepEqual([card.state, card.grade], ['not-applicable', undefined]);
});

test('a profile weighs otherwise and switches off; the rest then is the whole', () => {
  const facts = factsOf({ image: { root: true }, findings: [finding({ fixedVersion: '2' })] });
  const weights = new Map([
    ['exploited', 0],
    ['practices', 50],
  ]);
  const card = draw(facts, { profile: { organisation: 'shop', weights, minimum: 'B' } });
  assert.equal(card.grade, 'C', 'the line that is off does not count');
  assert.equal(card.lines.find(({ id }) => id === 'exploited')?.state, 'off');
  assert.equal(card.score, Math.round((100 * (73 + 30)) / 123));
});

test('a card is good until time alone could change it', () => {
  const at = draw().validUntil!;
  assert.ok(at > NOW);
  const before = healthCard({ facts: factsOf(), tag: 'v1', now: at - 1 }, plainProfile);
  const after = healthCard({ facts: factsOf(), tag: 'v1', now: at }, plainProfile);
  assert.deepEqual(
    before.lines.map(({ grade }) => grade),
    draw().lines.map(({ grade }) => grade),
  );
  assert.notDeepEqual(
    after.lines.map(({ grade }) => grade),
    before.lines.map(({ grade }) => grade),
  );
});

test('of several images the worst is shown: F, then what is not known, then the lower grade and score', () => {
  const good = draw();
  const { findings: _, ...rest } = factsOf();
  const unknown = draw({ ...rest, gaps: { findings: { kind: 'pending', detail: 'x' } } });
  const failing = draw(findings({ exploited: true }));
  const poor = draw(findings({ severity: 'high' }));
  const order = [good, failing, poor, unknown].sort((a, b) => (isWorse(a, b) ? -1 : 1));
  assert.deepEqual(order, [failing, unknown, poor, good]);
});
