import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createGzip } from 'node:zlib';
import { analysisProgram, processAnalyser } from '../src/adapters/analysis/process-analyser.ts';
import { tarHeader } from './archives.ts';

void test('a tar of ten million entries: refused at its budget, in bounded memory', async () => {
  const block = Buffer.concat(Array.from({ length: 1000 }, () => tarHeader({ path: 'usr/bin/x', mode: 0o755 }, 0)));
  async function* entries(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 10_000; count++) yield block;
  }
  const source = PassThrough.from(entries()).pipe(createGzip({ level: 1 }));
  const analyser = processAnalyser(analysisProgram(join(import.meta.dirname, '..')));
  const { incomplete, entries: read } = (await analyser.analyse(source as AsyncIterable<Uint8Array>)).inventory;
  assert.ok(read <= 2_000_001);
  assert.deepEqual(
    incomplete.map((each) => each.code),
    ['budget-exceeded'],
  );
});
