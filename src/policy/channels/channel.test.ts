import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { nameInNext, promotionOnly, standings } from './channel.ts';
import { readChannel } from './read-channel.ts';

const TEXT = `channel: app
organisation: shop
stages:
  - stage: intake
    repository: shop/intake/**
  - stage: staging
    repository: shop/staging/**
    promotion: { start: automatic }
  - stage: production
    repository: shop/production/**
    tag: v*
    promotion:
      approvals:
        - { count: 2, by: [team:release, role:owner, ann] }
      minimumAge: 24h
      expires: 2d
`;

test('a definition is read with its defaults', () => {
  const { channel } = readChannel(TEXT);
  assert.deepEqual(
    channel.stages.map(({ name, promotion }) => [name, promotion?.start, promotion?.gates.length]),
    [
      ['intake', undefined, undefined],
      ['staging', 'automatic', 3],
      ['production', 'by-hand', 3],
    ],
  );
  const terms = channel.stages[2]?.promotion;
  assert.deepEqual(
    [terms?.minimumAge, terms?.expires, terms?.approvals[0]?.count, terms?.approvals[0]?.by.map(({ kind }) => kind)],
    [86_400_000, 2 * 86_400_000, 2, ['team', 'role', 'account']],
  );
});

test('what is wrong is told with its place', () => {
  const cases: readonly [string, string, RegExp][] = [
    ['count: 2', 'cuont: 2', /^line 14, column 13: the key cuont is not known; did you mean count\?/],
    ['repository: shop/intake/**', 'repository: rival/**', /^line 5, column 17: .* begin with shop\//],
    ['repository: shop/intake/**', 'repository: shop/*/in*', /^line 5, column 17: one \* or \*\* at most/],
    ['stage: staging', 'stage: intake', /^line 6, column 12: two stages are called intake/],
    ['role:owner', 'role:Owner', /^line 14, column \d+: Owner is not the name of a role/],
    ['minimumAge: 24h', 'minimumAge: soon', /^line 15, column 19: a length of time/],
    ['stage: intake', 'stage: intake\n    promotion: {}', /^line 5, column 16: the first stage/],
    ['channel: app', 'channel: app\nchannel: b', /^line 2, column 1: Map keys must be unique/],
  ];
  for (const [from, to, words] of cases)
    assert.throws(
      () => readChannel(TEXT.replace(from, to)),
      (error) => isAssayError(error, 'channel-invalid') && (assert.match(error.message, words), true),
      to,
    );
  for (const text of ['', '[]', 'channel: x', 'a: &a [*a]', '{', 'x'.repeat(40_000)])
    assert.throws(
      () => readChannel(text),
      (error) => isAssayError(error, 'channel-invalid'),
      text.slice(0, 20),
    );
});

test('an image has its place in the next stage where the pattern leaves it', () => {
  const [intake, staging, production] = readChannel(TEXT).channel.stages;
  const place = { repository: 'shop/intake/team/app', tag: 'v1' };
  assert.deepEqual(nameInNext(intake!, staging!, place), { repository: 'shop/staging/team/app', tag: 'v1' });
  assert.equal(nameInNext({ ...intake!, repository: 'shop/intake' }, staging!, place), undefined);
  const rc = { ...intake!, repository: 'shop/app', tag: '*-rc' };
  assert.deepEqual(
    nameInNext(rc, { ...production!, repository: 'shop/app', tag: 'v*' }, { repository: 'shop/app', tag: '1.2-rc' }),
    {
      repository: 'shop/app',
      tag: 'v1.2',
    },
  );
});

test('only a stage of promotions keeps pushes out, and one of tags only for its tags', () => {
  const all = [readChannel(TEXT).channel];
  const of = (repository: string, tag?: string) => promotionOnly(all, { repository, tag })?.stage.name;
  assert.equal(of('shop/intake/app', '1'), undefined);
  assert.equal(of('shop/staging/app', '1'), 'staging');
  assert.equal(of('shop/staging/app'), 'staging');
  assert.equal(of('shop/production/app', 'v1'), 'production');
  assert.equal(of('shop/production/app', 'x1'), undefined);
  assert.equal(of('shop/production/app'), undefined);
  assert.equal(standings(all, { repository: 'shop/intake/app', tag: '1' }).length, 1);
});
