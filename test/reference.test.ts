import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { referenceFiles } from '../build/reference-files.ts';

test('docs/reference says what the code says; npm run docs writes it', async () => {
  for (const [path, text] of await referenceFiles()) {
    const committed = readFileSync(path, 'utf8');
    assert.ok(committed === text, `${path} is not what the code says; run npm run docs`);
  }
});
