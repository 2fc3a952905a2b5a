import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forbids, matchesPattern, type TagRule } from './tag-rules.ts';

test('patterns stand for whole tags', () => {
  const cases: [string, string, boolean][] = [
    ['*', 'anything', true],
    ['*', '', true],
    ['v*', 'v1.2', true],
    ['v*', 'av1', false],
    ['v?.?', 'v1.2', true],
    ['v?.?', 'v1.23', false],
    ['*-rc*', '1.0-rc1', true],
    ['1.*.0', '1.2.0', true],
    ['1.*.0', '1.2.1', false],
    ['a.c', 'abc', false],
    ['**x', 'aax', true],
    ['', 'x', false],
  ];
  for (const [pattern, text, matches] of cases)
    assert.equal(matchesPattern(pattern, text), matches, `${pattern} ~ ${text}`);
});

test('a pattern that would make a backtracking engine explode is answered at once', () => {
  const startedAt = performance.now();
  assert.equal(matchesPattern(`${'*a'.repeat(60)}b`, 'a'.repeat(128)), false);
  assert.ok(performance.now() - startedAt < 10_000);
});

test('immutable forbids everybody to move and delete, protected lets maintainers', () => {
  const rule = (kind: TagRule['kind'], pattern: string): TagRule => ({
    id: kind,
    kind,
    pattern,
    createdAt: 0,
    createdBy: 'x',
  });
  const rules = [rule('immutable', 'v*'), rule('protected', 'prod')];
  assert.equal(forbids(rules, 'v1', 'set', false), undefined);
  assert.equal(forbids(rules, 'v1', 'move', true)?.kind, 'immutable');
  assert.equal(forbids(rules, 'v1', 'delete', true)?.kind, 'immutable');
  assert.equal(forbids(rules, 'prod', 'set', false)?.kind, 'protected');
  assert.equal(forbids(rules, 'prod', 'move', true), undefined);
  assert.equal(forbids(rules, 'dev', 'move', false), undefined);
});
