import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesGlob } from '../scope.ts';
import type { Channel, ChannelStage } from './channel.ts';
import { conflictOf, globsMeet } from './overlap.ts';

/** Every text up to this length over a small alphabet. */
function words(length: number): string[] {
  let all = [''];
  for (let at = 0; at < length; at++)
    all = [...new Set(all.flatMap((word) => ['', 'a', 'b', '/'].map((c) => word + c)))];
  return all;
}

test('globs meet exactly when some text fits both', () => {
  const globs = ['a', '*', '**', 'a*', '*a', 'a/*', '*/a', '**/a', 'a/**', '?', 'a?', '*b', 'a**b', 'ab', 'a/b', ''];
  const texts = words(5);
  for (const a of globs)
    for (const b of globs) {
      const met = texts.some((text) => matchesGlob(a, text) && matchesGlob(b, text));
      assert.equal(globsMeet(a, b), met, `${a} and ${b}`);
    }
});

test('globs of the greatest length are walked in bounded time', () => {
  const long = '*a'.repeat(127);
  assert.equal(globsMeet(long, `${'a*'.repeat(127)}b`), false);
});

const terms = { start: 'by-hand', approvals: [], minimumAge: 0, gates: [], expires: 1 } as const;

function channel(name: string, ...patterns: readonly (string | [string, string])[]): Channel {
  const stages = patterns.map((each, at): ChannelStage => {
    const [repository, tag] = typeof each === 'string' ? [each, undefined] : each;
    return { name: `s${at}`, repository, tag, promotion: at === 0 ? undefined : terms };
  });
  return { name, organisation: 'shop', description: '', stages };
}

test('stages lie apart: within a channel, and those of promotions from every other channel', () => {
  const app = channel('app', 'shop/intake/**', 'shop/staging/**', 'shop/production/**');
  assert.equal(conflictOf(app, []), undefined);
  assert.equal(conflictOf(app, [channel('web', 'shop/web', 'shop/web-live')]), undefined);
  const within = conflictOf(channel('app', 'shop/intake/*', 'shop/**'), []);
  assert.deepEqual([within?.stage, within?.detail], [1, 'shop/** overlaps the stage s0 before it']);
  const across = conflictOf(channel('web', 'shop/web', 'shop/*/live'), [app]);
  assert.equal(across?.detail, 'shop/*/live overlaps the stage s1 of the channel app');
  assert.equal(conflictOf(channel('tags', ['shop/app', '*-rc'], ['shop/app', 'v*']), [])?.stage, 1, 'v1-rc is both');
  assert.equal(conflictOf(channel('tags', ['shop/app', 'rc-*'], ['shop/app', 'v*']), []), undefined);
});

test('a channel may begin where another brings images, but not lead back', () => {
  const first = channel('first', 'shop/a', 'shop/b');
  const second = channel('second', 'shop/b', 'shop/c');
  assert.equal(conflictOf(second, [first]), undefined);
  assert.equal(
    conflictOf(channel('third', 'shop/c', 'shop/a'), [first, second])?.detail,
    'promotions would go in a circle: third → first → second → third',
  );
});
