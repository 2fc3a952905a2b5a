import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { versionOrders, versionScheme } from '../content/advisories/version-order.ts';
import { compareLines } from './advisories-compare.ts';
import { inputLines } from './input-lines.ts';
import type { Terminal } from './terminal.ts';

function recorder(): { terminal: Terminal; out: string[]; err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    interactive: false,
    columns: 80,
    out: (text) => void out.push(...text.split('\n')),
    err: (text) => void err.push(text),
    liveErr: undefined,
    style: (_, text) => text,
  };
  return { terminal, out, err };
}

void test('lines of two versions, one answer each in their order; others are answered with ?', async () => {
  const { terminal, out, err } = recorder();
  const input = Readable.from([
    '1.0~rc1\t1.0\n1.0\t0:1.0\r\n',
    '2\t1\nonly one\n\t\n1\t2\t3\n2\u2028\r\t10\n2\t',
    '10',
  ]);
  const status = await compareLines(versionOrders.deb, terminal, inputLines(input));
  assert.deepEqual(
    out.map((line) => line.split('\t').at(-1)),
    ['<', '=', '>', '?', '=', '?', '<', '<'],
  );
  assert.equal(out[0], '1.0~rc1\t1.0\t<');
  assert.equal(status, 2);
  assert.equal(err.length, 2);
});

void test('thousands of lines are answered', async () => {
  const { terminal, out } = recorder();
  const input = Readable.from(Array.from({ length: 2500 }, (_, at) => `${at}\t1000\n`));
  assert.equal(await compareLines(versionOrders.semver, terminal, inputLines(input)), 0);
  assert.equal(out.length, 2500);
  assert.equal(out[2499], '2499\t1000\t>');
});

void test('schemes by their other names', () => {
  assert.deepEqual(['DEB', 'npm', 'PyPI', 'alpm-pacman', 'constructor', 'nothing'].map(versionScheme), [
    'deb',
    'semver',
    'pep440',
    'pacman',
    undefined,
    undefined,
  ]);
});
