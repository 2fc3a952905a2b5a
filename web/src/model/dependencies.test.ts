import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broughtBy, type Dependency, neededBy, rootsOf, waysTo } from './dependencies.ts';

const of = (name: string, needs: number[]): Dependency => ({
  purl: '',
  type: 'npm',
  name,
  version: '1',
  path: '',
  needs,
});

void test('the tree: roots, ways down to a package, what a package brings; rings end', () => {
  const items = [of('app', [1, 2]), of('web', [3]), of('log', [3]), of('ms', []), of('ring-a', [5]), of('ring-b', [4])];
  const by = neededBy(items);
  assert.deepEqual(by[3], [1, 2]);
  assert.deepEqual(rootsOf(items, by), [0, 4]);
  assert.deepEqual(waysTo(3, by, 5), [
    [0, 1, 3],
    [0, 2, 3],
  ]);
  assert.deepEqual(waysTo(0, by, 5), [[0]]);
  assert.deepEqual(waysTo(4, by, 5), []);
  assert.equal(broughtBy(0, items), 3);
  assert.equal(broughtBy(5, items), 1);
});
