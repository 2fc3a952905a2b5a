import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { fuzz } from '../fuzz.ts';

const SEEDS = 20;
const BYTES = 500_000;

void test(`damaged files and layers: ${SEEDS} seeds of ${BYTES} bytes a parser`, async () => {
  let total = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    total += fuzz(seed, BYTES);
    // Memory of decompressors is given back in a turn of its own.
    await immediate();
  }
  process.stdout.write(`# ${total} bytes read, peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`);
  assert.ok(process.resourceUsage().maxRSS < 1024 ** 2);
});
