import assert from 'node:assert/strict';
import { test } from 'node:test';
import { garbageSoak } from './garbage-soak.ts';

test('pushes, mounts and deletes beside the removal of garbage: no push fails, no image breaks (3 s of the soak)', async (t) => {
  const result = await garbageSoak(3, 1);
  t.diagnostic(JSON.stringify(result));
  assert.deepEqual(result.wrong, []);
  assert.ok(result.filesRemoved > 0 && result.mounts > 0 && result.deletes > 0);
});
