import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from '../fuzz.ts';

const SEEDS = 10;
const BYTES = 1_000_000;

void test(`damaged files and layers: ${SEEDS} seeds of ${BYTES} bytes a parser`, () => {
  let total = 0;
  for (let seed = 1; seed <= SEEDS; seed++) total += fuzz(seed, BYTES);
  process.stdout.write(`# ${total} bytes read, peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB\n`);
  assert.ok(process.resourceUsage().maxRSS < 1024 ** 2);
});
