import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DAY,
  DIGEST,
  exceptionOf,
  factsOf,
  finding,
  NOW,
  OTHER,
  requestOf,
  REPOSITORY,
  rulesOf,
  signature,
} from '../../test/policy-facts.ts';
import { evaluate, type Subject } from './evaluate.ts';
import type { PolicyException } from './exception.ts';
import type { Facts, PolicyRequest } from './facts.ts';
import { denialLine, type Verdict } from './verdict.ts';

const policy = (rule: string, mode = 'enforce') => `policy: base\nmode: ${mode}\nrules:\n  - ${rule}\n`;

function judge(
  text: string,
  facts: Facts | Subject = factsOf(),
  request: Partial<PolicyRequest> = {},
  exceptions: readonly PolicyException[] = [],
  now = NOW,
): Verdict {
  return evaluate('facts' in facts ? facts : { facts }, rulesOf(text, exceptions), requestOf(request), now);
}

const states = ({ results }: Verdict) => results.map(({ rule, state }) => `${rule} ${state}`);

test('a rule holds, is broken, or could not be evaluated; what could not be evaluated denies', () => {
  const holds = judge(policy('user: not-root'));
  assert.deepEqual([holds.outcome, states(holds)], ['allow', ['user holds']]);
  const broken = judge(policy('user: not-root'), factsOf({ image: { root: true, user: '' } }));
  assert.deepEqual([broken.outcome, states(broken)], ['deny', ['user broken']]);
  assert.match(denialLine(broken), /^policy base, rule user: runs as root: no user is set; end the Dockerfile/);
  const error = judge(policy('cel: image.labels["team"] == "shop"'));
  assert.deepEqual([error.outcome, states(error)], ['deny', ['cel-1 error']]);
  assert.match(error.results[0]!.statement, /could not be evaluated: .*team/);
});

test('what is not known yet denies with its own words and when to ask again, unless the rule says otherwise', () => {
  const gaps = { findings: { kind: 'pending', detail: 'it is not analysed yet' } } as const;
  const { findings: _, ...rest } = factsOf();
  const facts: Facts = { ...rest, gaps };
  const denied = judge(policy('exploited: none'), facts);
  assert.deepEqual([denied.outcome, states(denied), denied.retryAfter], ['deny', ['exploited unknown'], 5]);
  const allowed = judge(policy('{ exploited: none, unscanned: allow }'), facts);
  assert.deepEqual([allowed.outcome, states(allowed)], ['allow', ['exploited not-applicable']]);
  const both = judge(`${policy('exploited: none')}  - labels: { present: [team] }\n`, facts);
  assert.equal(both.retryAfter, undefined, 'waiting does not add a label');
  const absent = judge(policy('exploited: none'), { ...facts, gaps: { findings: { kind: 'absent', detail: 'none' } } });
  assert.deepEqual([absent.outcome, absent.retryAfter], ['deny', undefined]);
});

test('an artifact that is no image is not asked what only images have', () => {
  const gap = { kind: 'not-applicable', detail: 'an artifact, not an image' } as const;
  const facts = factsOf({ image: { kind: 'artifact', root: true }, gaps: { image: gap } });
  assert.deepEqual(states(judge(policy('user: not-root'), facts)), ['user not-applicable']);
  const other = judge(policy('cel: "!image.root && trust.state == \'verified\'"'), {
    ...facts,
    gaps: { image: gap, trust: { kind: 'pending', detail: 'later' } },
  });
  assert.equal(other.outcome, 'deny', 'what does not apply does not hide what is not known');
});

test('audit and warn let through; refusals come first', () => {
  const root = factsOf({ image: { root: true } });
  assert.equal(judge(policy('user: not-root', 'audit'), root).outcome, 'allow');
  assert.equal(judge(policy('user: not-root', 'warn'), root).outcome, 'allow');
  const text = ['audit', 'warn', 'enforce']
    .map(
      (mode) =>
        `policy: ${mode}\nmode: ${mode}\nrules: [{ user: not-root }, { labels: { present: [a] } }, { age: { max: 9d } }]\n`,
    )
    .join('---\n');
  assert.deepEqual(
    judge(text, root).results.map((each) => `${each.policy} ${each.state}`),
    ['enforce', 'enforce', 'warn', 'warn', 'audit', 'audit']
      .map((mode) => `${mode} broken`)
      .concat(['audit holds', 'warn holds', 'enforce holds']),
  );
});

test('what a person holds back passes no gate, whatever policies and exceptions say', () => {
  const facts = factsOf({ release: { state: 'held', by: 'olga', reason: 'found at a customer', at: NOW } });
  const verdict = judge(policy('user: not-root', 'audit'), facts, {}, [exceptionOf()]);
  assert.equal(verdict.outcome, 'deny');
  assert.match(denialLine(verdict), /policy quarantine, rule held: held back by olga: found at a customer/);
});

test('an exception sets a rule aside for its repository, image, policy, rule and gates, until it ends', () => {
  const root = factsOf({ image: { root: true } });
  const asked = (scope: Partial<PolicyException['scope']>, more: Partial<PolicyException> = {}) =>
    judge(policy('user: not-root'), root, {}, [exceptionOf({ scope: { repository: 'shop/**', ...scope }, ...more })]);
  const aside = asked({});
  assert.deepEqual([aside.outcome, states(aside)], ['allow', ['user set-aside']]);
  assert.deepEqual(aside.results[0]!.exception, {
    id: 'x',
    owner: 'olga',
    reason: 'a fix is on its way',
    expiresAt: NOW + DAY,
  });
  assert.equal(aside.results[0]!.statement, 'runs as root', 'what was set aside is still told');
  assert.equal(aside.validUntil, NOW + DAY);
  for (const scope of [{ digest: DIGEST }, { policy: 'base' }, { rule: 'user' }, { gates: ['pull'] }] as const)
    assert.equal(asked(scope).outcome, 'allow', JSON.stringify(scope));
  for (const scope of [
    { digest: OTHER },
    { policy: 'other' },
    { rule: 'age' },
    { gates: ['deploy'] },
    { repository: 'other/**' },
    { vulnerability: 'CVE-2026-1' },
  ] as const)
    assert.equal(asked(scope).outcome, 'deny', JSON.stringify(scope));
  assert.equal(asked({}, { expiresAt: NOW }).outcome, 'deny', 'at its end it is over');
  assert.equal(asked({}, { kind: 'break-glass', expiresAt: NOW + 1 }).outcome, 'allow');
});

test('an exception for a vulnerability takes it out by any of its ids, and nothing else', () => {
  const facts = factsOf({
    findings: [finding({ fixedVersion: '3' }), finding({ id: 'CVE-2026-2', aliases: [], fixedVersion: '4' })],
  });
  const of = (...ids: string[]) =>
    judge(
      policy('vulnerabilities: { fixable: true }'),
      facts,
      {},
      ids.map((vulnerability) => exceptionOf({ scope: { repository: 'shop/app', vulnerability } })),
    );
  assert.match(of().results[0]!.statement, /^2 vulnerabilities/);
  const one = of('ghsa-X');
  assert.equal(one.outcome, 'deny');
  assert.match(one.results[0]!.statement, /^1 vulnerability/);
  assert.equal(of('CVE-2026-1', 'CVE-2026-2').outcome, 'allow');
});

test('an index is refused when one of its images is; the image of one platform is judged alone', () => {
  const bad = factsOf({ image: { digest: OTHER, platform: 'linux/arm64', root: true } });
  const subject: Subject = { facts: factsOf({ image: { kind: 'index' } }), images: [factsOf(), bad] };
  const verdict = judge(policy('user: not-root'), subject);
  assert.equal(verdict.outcome, 'deny');
  assert.deepEqual(
    verdict.results.map(({ platform, state, digest }) => [platform, state, digest]),
    [
      ['linux/arm64', 'broken', OTHER],
      ['linux/amd64', 'holds', DIGEST],
    ],
  );
  assert.match(denialLine(verdict), /runs as root \(linux\/arm64\)/);
  assert.equal(judge(policy('user: not-root'), subject, { platform: 'linux/amd64' }).outcome, 'allow');
  assert.equal(judge(policy('user: not-root'), subject, { platform: 'linux/arm64' }).outcome, 'deny');
  assert.equal(
    judge(policy('user: not-root'), subject, { platform: 'windows/amd64' }).outcome,
    'deny',
    'no such image: all',
  );
});

test('a verdict is good until time alone could change it', () => {
  const until = (rule: string, facts = factsOf()) => judge(policy(rule), facts).validUntil;
  assert.equal(until('user: not-root'), undefined);
  assert.equal(until('age: { max: 3d }'), NOW - DAY + 3 * DAY + 1);
  assert.equal(until('age: { max: 12h }'), undefined, 'what is too old stays so');
  assert.equal(until('scanned: { within: 7d }'), NOW - DAY + 7 * DAY + 1);
  assert.equal(until('signed: true'), NOW + 100 * DAY);
  assert.equal(until('cel: now > timestamp("2026-01-01T00:00:00Z")'), NOW, 'may change at once');
  const soon = factsOf({
    trust: { state: 'verified', signatures: [signature()], turnsAt: [NOW - 5, NOW + 5, NOW + 9] },
  });
  assert.equal(until('signed: true', soon), NOW + 5, 'a role that the server signs expires first');
  assert.equal(until('cel: trust.state == "verified"', soon), NOW + 5, 'in an expression of one’s own too');
  const ends = factsOf({ distribution: { id: 'd', version: '1', name: 'D', end: { endedAt: '2026-11-28' } } });
  const day = Date.UTC(2026, 10, 29);
  assert.equal(until('supported: true', ends), day);
  assert.equal(until('cel: distribution.support == "supported"', ends), day);
  assert.equal(until('cel: health.score > 1', ends), day);
});

test('the same decision just before and after its end', () => {
  const facts = factsOf();
  const first = judge(policy('age: { max: 3d }'), facts);
  const at = (now: number) => judge(policy('age: { max: 3d }'), facts, {}, [], now).outcome;
  assert.deepEqual([first.outcome, at(first.validUntil! - 1), at(first.validUntil!)], ['allow', 'allow', 'deny']);
});

test('health is a fact like others: known, not known, and told line by line', () => {
  const good = judge(policy('health: { atLeast: B }'));
  assert.equal(good.outcome, 'allow');
  const bad = judge(policy('health: { atLeast: B }'), factsOf({ findings: [finding({ fixedVersion: '3.0.2' })] }));
  assert.equal(bad.outcome, 'deny');
  assert.match(
    denialLine(bad),
    /health E, score \d+; B or better is asked for: Exploited and fixable vulnerabilities E: .*; upgrade openssl to 3\.0\.2/,
  );
  const pending = { kind: 'pending', detail: 'it is not analysed yet' } as const;
  const { findings: _f, observations: _o, analysis: _a, ...rest } = factsOf();
  const unknown = judge(policy('health: { atLeast: F }'), {
    ...rest,
    gaps: { findings: pending, observations: pending, analysis: pending },
  });
  assert.deepEqual([states(unknown), unknown.retryAfter], [['health unknown'], 5]);
  const excepted = judge(
    policy('health: { atLeast: B }'),
    factsOf({ findings: [finding({ fixedVersion: '3.0.2' })] }),
    {},
    [exceptionOf({ scope: { repository: 'shop/app', vulnerability: 'CVE-2026-1' } })],
  );
  assert.equal(excepted.outcome, 'allow');
});

test('words of the policy take the place of ours, only where the rule is broken', () => {
  const text = policy('{ user: not-root, message: Ask the platform team, cure: see the handbook }');
  const broken = judge(text, factsOf({ image: { root: true } })).results[0]!;
  assert.deepEqual([broken.statement, broken.cure], ['Ask the platform team', 'see the handbook']);
  assert.equal(judge(text).results[0]!.statement, 'does not run as root');
});

test('a denial is one line whatever an image says of itself', () => {
  const facts = factsOf({ image: { root: true, user: 'root\r\nHTTP/1.1 200 OK\u202e\u0007' } });
  const line = denialLine(judge(policy('user: not-root'), facts));
  assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  assert.ok(line.length <= 900);
});

test('each of the four digests follows its own inputs', () => {
  const text = policy('user: not-root');
  const { key } = judge(text);
  const differs = (other: Verdict) =>
    Object.entries(key).flatMap(([name, value]) => (other.key[name as keyof typeof key] === value ? [] : [name]));
  assert.deepEqual(differs(judge(text)), []);
  assert.deepEqual(differs(judge(text, factsOf({ digest: 'more' }))), ['facts']);
  assert.deepEqual(differs(judge(text, factsOf({ image: { digest: OTHER } }))), ['subject']);
  assert.deepEqual(differs(judge(policy('user: not-root', 'warn'))), ['rules']);
  for (const request of [
    { gate: 'deploy' },
    { tag: 'v2' },
    { tag: undefined },
    { platform: 'linux/amd64' },
    { actor: { class: 'robot', name: 'ann' } },
  ] as const)
    assert.deepEqual(differs(judge(text, factsOf(), request)), ['request'], JSON.stringify(request));
  assert.equal(
    judge(text, factsOf(), { actor: { class: 'person', name: 'bob' } }).key.request,
    key.request,
    'no rule names an actor',
  );
  const named = `actors: [bob]\n${text}`;
  assert.notEqual(
    judge(named, factsOf(), { actor: { class: 'person', name: 'bob' } }).key.request,
    judge(named, factsOf(), { actor: { class: 'person', name: 'ann' } }).key.request,
  );
  const written = policy('cel: request.actor == "ann"');
  assert.notEqual(
    judge(written, factsOf(), { actor: { class: 'person', name: 'bob' } }).key.request,
    judge(written, factsOf(), { actor: { class: 'person', name: 'ann' } }).key.request,
  );
  assert.equal(judge(text).repository, REPOSITORY);
});
