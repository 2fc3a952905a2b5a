import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killCampaign } from '../kill-campaign.ts';

const KILLS = 10;

test(`a slice of the kill -9 campaign: ${KILLS} of 220 moments`, async (t) => {
  const seed = Date.now() % 1_000_000;
  const result = await killCampaign(KILLS, seed, () => undefined);
  t.diagnostic(`seed ${seed}: ${JSON.stringify(result)}`);
  assert.deepEqual(result.wrong, []);
  assert.ok(result.acknowledged > KILLS, 'the server was at work when it was killed');
});
