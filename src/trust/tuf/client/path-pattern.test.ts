import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesPathPattern } from './path-pattern.ts';

const cases: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
  ['*', 'file', true],
  ['*', 'dir/file', false],
  ['*/*', 'dir/file', true],
  ['*/*', 'dir/', true],
  ['dir/*', 'dir/file', true],
  ['dir/*', 'dir/sub/file', false],
  ['*.txt', 'a.txt.txt', true],
  ['*.txt', 'a.TXT', false],
  ['a*b*c', 'aXbXbXc', true],
  ['a*b*c', 'aXbXbX', false],
  ['?', '/', false],
  ['?', '', false],
  ['a?c', 'abc', true],
  ['a**c', 'ac', true],
  ['', '', true],
  ['', 'x', false],
  ['*a/b*', 'xa/by', true],
  ['*/b', 'a/c/b', false],
  ['[ab]', '[ab]', true],
  ['[ab]', 'a', false],
  ['v1.0', 'v1x0', false],
];

for (const [pattern, path, matches] of cases)
  test(`${JSON.stringify(pattern)} ${matches ? 'covers' : 'does not cover'} ${JSON.stringify(path)}`, () => {
    assert.equal(matchesPathPattern(path, pattern), matches);
  });

test('a pattern made to backtrack ends', () => {
  assert.equal(matchesPathPattern('a'.repeat(2000), `${'*a'.repeat(200)}b`), false);
});
