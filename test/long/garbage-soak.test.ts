import assert from 'node:assert/strict';
import { test } from 'node:test';
import { garbageSoak } from '../garbage-soak.ts';

const SECONDS = Number(process.env['ASSAY_SOAK_SECONDS'] ?? 600);

test(`${SECONDS} s of pushes, mounts and deletes beside the removal of garbage`, async (t) => {
  const result = await garbageSoak(SECONDS, 20_261_121);
  t.diagnostic(JSON.stringify(result));
  assert.deepEqual(result.wrong, []);
});
