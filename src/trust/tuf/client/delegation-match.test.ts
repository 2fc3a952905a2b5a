import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SuccinctRoles } from '../metadata.ts';
import { binName, binNames, delegatedKeys } from './delegation-match.ts';

function bins(bitLength: number): SuccinctRoles {
  return { keyIds: ['k'], threshold: 1, bitLength, namePrefix: 'targets/bin' };
}

test('bins are named by hex numbers as wide as the last one needs, and every path has one of them', () => {
  assert.deepEqual([...binNames(bins(2))], ['targets/bin-0', 'targets/bin-1', 'targets/bin-2', 'targets/bin-3']);
  for (const bits of [1, 3, 4, 5, 8]) {
    const names = new Set(binNames(bins(bits)));
    assert.equal(names.size, 2 ** bits);
    for (let path = 0; path < 200; path++) assert.ok(names.has(binName(bins(bits), `v${path}`)));
  }
});

test('only a bin that exists is signed by the keys of the bins', () => {
  const succinct = bins(5);
  const delegations = { keys: new Map(), roles: [], succinct };
  for (const name of binNames(succinct)) assert.equal(delegatedKeys(delegations, name), succinct);
  for (const name of ['20', 'ff', '0', '001', '0F', '-1', ''].map((number) => `targets/bin-${number}`))
    assert.equal(delegatedKeys(delegations, name), undefined, name);
  assert.equal(delegatedKeys(undefined, 'targets/bin-00'), undefined);
});
