import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killCampaign } from '../kill-campaign.ts';

const KILLS = Number(process.env['ASSAY_KILLS'] ?? 220);
const SEED = Number(process.env['ASSAY_SEED'] ?? 20_261_121);

test(`${KILLS} times kill -9 in the middle of pushes, tag moves and deletes: every acknowledged write is there`, async (t) => {
  const result = await killCampaign(KILLS, SEED, (line) => t.diagnostic(line));
  t.diagnostic(JSON.stringify(result));
  assert.deepEqual(result.wrong, []);
  assert.ok(result.acknowledged > KILLS, 'the server was at work when it was killed');
});
