import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBar, formatBytes, progressOf } from './progress.ts';
import { printable, table, type Terminal } from './terminal.ts';

function recording(live: boolean, columns = 80): { terminal: Terminal; out: string[]; err: string[]; drawn: string[] } {
  const [out, err, drawn]: [string[], string[], string[]] = [[], [], []];
  const terminal: Terminal = {
    interactive: live,
    columns,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    liveErr: live ? (text) => void drawn.push(text) : undefined,
    style: (_, text) => text,
  };
  return { terminal, out, err, drawn };
}

test('sizes in powers of ten', () => {
  assert.deepEqual([0, 999, 1000, 128_000_000, 999_999, 1.5e12].map(formatBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '128 MB',
    '1.0 MB',
    '1.5 TB',
  ]);
});

test('a bar is as full as its share and never wider than the terminal', () => {
  assert.match(
    drawBar('sha256:0123456789abcdef', { size: 100, seen: 50, done: false }, 80),
    /^0123456789ab {2}█{12}░{12} {2}50 B \/ 100 B$/,
  );
  assert.match(drawBar('sha256:0123', { size: 0, seen: 0, done: false }, 80), /░{24}/);
  assert.match(drawBar('sha256:0123', { size: 10, seen: 99, done: false }, 80), /█{24}/);
  assert.ok(
    drawBar(`sha256:${'a'.repeat(64)}`, { size: 1, seen: 0, done: true, note: 'there already' }, 30).length < 30,
  );
});

test('without a terminal: one line for each that is done, once', () => {
  const { terminal, err } = recording(false);
  using progress = progressOf(terminal, 'copied');
  progress.step('sha256:a', 10, 4, false);
  progress.step('sha256:a', 10, 6, true);
  progress.step('sha256:a', 10, 0, true);
  progress.step('sha256:b', 5, 0, true, 'mounted');
  assert.deepEqual(err, ['copied sha256:a  10 B', 'copied sha256:b  5 B  mounted']);
});

test('on a terminal the bars are drawn over and removed at the end', () => {
  const { terminal, err, drawn } = recording(true);
  const progress = progressOf(terminal, 'copied');
  progress.step('sha256:a', 10, 10, true);
  progress.step('sha256:b', 10, 10, true);
  progress[Symbol.dispose]();
  progress[Symbol.dispose]();
  assert.equal(err.length, 0);
  assert.equal(drawn.at(-1), '\u001b[2A\u001b[0J');
  assert.equal(drawn.filter((each) => each.endsWith('\u001b[0J')).length, 1);
});

test('control and direction characters of others are shown, not obeyed', () => {
  assert.equal(printable('a\u001b[31mb\u202ec\nd\u009be'), 'a\\u001b[31mb\\u202ec\\u000ad\\u009be');
  assert.equal(printable('Ünïcode, 漢字 🙂'), 'Ünïcode, 漢字 🙂');
});

test('columns are as wide as their widest cell; the last is cut for a person', () => {
  const rows = [
    ['aaa', 'b'],
    ['a', 'b'.repeat(100)],
  ];
  assert.equal(table(recording(false).terminal, ['X', 'Y'], rows).split('\n')[1], 'aaa  b');
  assert.equal(table(recording(true, 20).terminal, ['X', 'Y'], rows).split('\n')[2]?.length, 20);
});
