import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webhookKillCampaign } from '../webhook-kill-campaign.ts';

test('200 times kill -9 lose no event; what comes twice is counted', async (t) => {
  const { events, repeats, lost, uncertain } = await webhookKillCampaign(200);
  t.diagnostic(`${events} events, ${repeats} repeats, ${uncertain} uncertain deliveries`);
  assert.deepEqual(lost, []);
  assert.ok(repeats <= uncertain);
});
