import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageAddress, parseAddress, safeReturn } from './addresses.ts';
import { loginCommand, pullCommand, pushCommands } from './clients.ts';
import { coreOf } from './core-sample.ts';
import { cvssScore } from './cvss.ts';
import { eventInWords, subjectOf } from './events.ts';
import { ago, counted, instruction, shortDigest, size } from './format.ts';
import { advisoryLinks } from './references.ts';
import { risksOf } from './risks.ts';
import { barOf, type Image, noCounts } from './severity.ts';
import { isKnown, shortStanding, standingOf } from './standing.ts';
import { compareVersions, newest } from './versions.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test('sizes in decimal units with one decimal', () => {
  assert.deepEqual([0, 999, 1000, 999_949, 999_950, 207_700_000, 1.42e9].map(size), [
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '207.7 MB',
    '1.4 GB',
  ]);
  assert.equal(counted(1, 'repository', 'repositories'), '1 repository');
  assert.equal(counted(2300, 'tag'), '2,300 tags');
});

test('times are relative for a day, then dates, with the year when it is another', () => {
  assert.equal(ago('2026-11-21T11:59:55Z', NOW), 'just now');
  assert.equal(ago('2026-11-21T11:59:20Z', NOW), '40 s ago');
  assert.equal(ago('2026-11-21T11:22:00Z', NOW), '38 min ago');
  assert.equal(ago('2026-11-20T12:00:01Z', NOW), '23 h ago');
  assert.equal(ago('2026-09-02T09:00:00Z', NOW), '2 Sep');
  assert.equal(ago('2024-03-11T09:00:00Z', NOW), '11 Mar 2024');
  assert.equal(ago('2027-02-19T12:00:00Z', NOW), '19 Feb 2027');
});

test('build steps without the shell’s wrapping', () => {
  assert.equal(instruction('/bin/sh -c #(nop)  CMD ["sh"]'), 'CMD ["sh"]');
  assert.equal(instruction('/bin/sh -c apt-get   update'), 'RUN apt-get update');
  assert.equal(instruction('RUN npm ci # buildkit'), 'RUN npm ci');
  assert.deepEqual(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`), {
    algorithm: 'sha256:',
    digits: '0123456789ab',
  });
});

test('an image’s address holds its repository and its tag or digest', () => {
  assert.equal(imageAddress('a/b', '1.0'), '/r/a/b:1.0');
  assert.deepEqual(parseAddress(imageAddress('a/b', 'sha256:ff')), {
    kind: 'image',
    repository: 'a/b',
    reference: 'sha256:ff',
  });
  assert.deepEqual(parseAddress('/r/a/b'), { kind: 'repository', repository: 'a/b' });
  assert.deepEqual(parseAddress('/vulnerabilities/CVE-1'), { kind: 'vulnerability', id: 'CVE-1' });
});

test('after signing in one returns to this console and nowhere else', () => {
  assert.equal(safeReturn('/r/a:1?tab=raw'), '/r/a:1?tab=raw');
  for (const bad of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/signin',
    null,
  ])
    assert.equal(safeReturn(bad), '/');
});

test('commands pin the digest and carry what loopback needs', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.equal(
    pullCommand('docker', 'registry.example.com', 'a/b', digest),
    `docker pull registry.example.com/a/b@${digest}`,
  );
  assert.match(
    pullCommand('skopeo', '127.0.0.1:5000', 'a/b', digest),
    /--src-tls-verify=false docker:\/\/127\.0\.0\.1:5000/,
  );
  assert.equal(loginCommand('podman', 'localhost:5000', 'ci'), 'podman login --tls-verify=false localhost:5000 -u ci');
  assert.deepEqual(pushCommands('docker', 'h', 'a/b', '1', 'x'), ['docker tag x h/a/b:1', 'docker push h/a/b:1']);
});

test('links of a record: http and https only', () => {
  const links = advisoryLinks('CVE-2026-1000', [
    'javascript:alert(1)',
    'https://security-tracker.debian.org/tracker/CVE-2026-1000',
    'x',
  ]);
  assert.deepEqual(
    links.map((link) => link.label),
    ['cve.org', 'security-tracker.debian.org CVE-2026-1000'],
  );
});

test('a bar’s parts grow with the square root and never vanish', () => {
  const bars = barOf({ ...noCounts, critical: 1, low: 100 }, { ...noCounts, low: 1 });
  assert.deepEqual(
    bars.map((bar) => [bar.severity, bar.fixable, bar.width]),
    [
      ['critical', false, 3],
      ['low', true, 3],
      ['low', false, 30],
    ],
  );
});

test('the core sample fills its rows and skips steps without a layer', () => {
  const core = coreOf([
    { size: 28e6, empty: false },
    { size: 0, empty: true },
    { size: 400, empty: false },
  ]);
  assert.equal(core.height, 108);
  assert.deepEqual(
    core.strata.map((each) => each.position),
    [0, 2],
  );
  const last = core.strata[1]!;
  assert.ok(last.height >= 6 && last.top + last.height <= core.height);
});

test('CVSS 3.1 base scores of the specification’s kind of vectors', () => {
  assert.equal(cvssScore('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'), 9.8);
  assert.equal(cvssScore('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H'), 10);
  assert.equal(cvssScore('CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N'), 6.1);
  assert.equal(cvssScore('CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:N'), 0);
  assert.equal(cvssScore('CVSS:4.0/AV:N'), undefined);
  assert.equal(cvssScore('CVSS:3.1/AV:N'), undefined);
});

test('versions: tilde before the end, digits as numbers, epoch first', () => {
  const ordered = ['1.0~rc1', '1.0', '1.0-1', '1.2', '1.10', '1:0.1'];
  assert.deepEqual(ordered.toReversed().toSorted(compareVersions), ordered);
  assert.equal(newest(['3.0.9-1', '3.0.11-1', '3.0.11-1~deb12u2']), '3.0.11-1');
  assert.equal(newest([]), undefined);
});

test('event types in words', () => {
  assert.equal(eventInWords('dev.assay.tag.moved.v1'), 'Tag set');
  assert.equal(eventInWords('dev.assay.tag.moved.v1', { previous: 'sha256:0' }), 'Tag moved');
  assert.equal(subjectOf('dev.assay.tag.moved.v1', 'a/b:1').href, '/r/a/b:1');
  assert.equal(subjectOf('dev.assay.image.judged.v1', 'a/b@sha256:ff').digest, 'sha256:ff');
  assert.equal(subjectOf('dev.assay.repository.deleted.v1', 'a/b').href, undefined);
  assert.deepEqual(subjectOf('dev.assay.account.created.v1', 'ci'), { text: 'ci' });
  assert.equal(eventInWords('something else'), 'something else');
});

function image(part: Partial<Image>): Image {
  return {
    repository: 'a',
    digest: 'sha256:0',
    mediaType: '',
    kind: 'image',
    size: 0,
    tags: [],
    annotations: {},
    judgement: { state: 'complete' },
    pulls: { total: 0 },
    history: [],
    ...part,
  };
}

test('unknown is never zero and never clean', () => {
  const counts = { ...noCounts };
  const none = image({ judgement: { state: 'complete', counts, fixable: counts, packages: 0, unjudged: 0 } });
  assert.equal(isKnown(none.judgement), false);
  assert.equal(standingOf(none).tone, 'unknown');
  assert.equal(shortStanding(none.judgement), 'unknown: no packages read');
  const unjudged = image({ judgement: { state: 'complete', counts, fixable: counts, packages: 90, unjudged: 90 } });
  assert.match(standingOf(unjudged).answer, /^Could not decide: no advisories for its 90 packages$/);
  assert.equal(shortStanding(unjudged.judgement), 'unknown: no advisories');
  const partly = image({ judgement: { state: 'complete', counts, fixable: counts, packages: 90, unjudged: 3 } });
  assert.equal(standingOf(partly).tone, 'unknown');
  const clean = image({ judgement: { state: 'complete', counts, fixable: counts, packages: 90, unjudged: 0 } });
  assert.equal(standingOf(clean).tone, 'ok');
  const cut = image({ judgement: { state: 'incomplete', counts, fixable: counts, packages: 90, unjudged: 0 } });
  assert.equal(standingOf(cut).tone, 'unknown');
  for (const state of ['waiting', 'running', 'failed'] as const)
    assert.equal(standingOf(image({ judgement: { state } })).tone, 'unknown');
});

test('findings without a severity are not told as “none critical”', () => {
  const counts = { ...noCounts, unknown: 183 };
  const judged = image({ judgement: { state: 'complete', counts, fixable: counts, packages: 168, unjudged: 0 } });
  assert.equal(standingOf(judged).answer, '168 packages, 183 findings, 183 fixable');
  assert.equal(standingOf(judged).reason, '183 without a severity: the feed names none.');
});

test('what a configuration lets a container do', () => {
  assert.equal(risksOf(image({})).tone, 'unknown');
  assert.equal(risksOf(image({ configuration: {} })).answer, 'It runs as root unless told otherwise');
  assert.equal(risksOf(image({ configuration: { User: 'node' } })).tone, 'ok');
  assert.equal(risksOf(image({ configuration: { User: '0:0' } })).tone, 'warn');
  const secret = risksOf(image({ configuration: { User: 'node', Env: ['PATH=/bin', 'DB_PASSWORD=x'] } }));
  assert.equal(secret.tone, 'bad');
  assert.ok(!JSON.stringify(secret).includes('=x'), 'the value is not repeated');
});
