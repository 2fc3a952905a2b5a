import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { clamdScanner } from './clamd.ts';

const LIMIT = 'stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND';

/** Speaks clamd's side of INSTREAM: the first file of a connection is the probe, and gets what a good clamd says. */
async function fakeClamd(t: TestContext, answer: (socket: Socket, id: number, bytes: Buffer) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let waiting = Buffer.alloc(0);
    let file: Buffer[] | undefined;
    let id = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (;;) {
        if (!file) {
          const end = waiting.indexOf(0);
          if (end < 0) return;
          if (waiting.toString('latin1', 0, end) === 'zINSTREAM') file = [];
          waiting = waiting.subarray(end + 1);
          continue;
        }
        if (waiting.length < 4) return;
        const length = waiting.readUInt32BE(0);
        if (waiting.length < 4 + length) return;
        file.push(waiting.subarray(4, 4 + length));
        waiting = waiting.subarray(4 + length);
        if (length > 0) continue;
        answer(socket, ++id, Buffer.concat(file));
        file = undefined;
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const each of sockets) each.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const isProbe = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function verdictOf(address: string, answerMs = 20_000) {
  using session = await clamdScanner(address, answerMs).open();
  await session.write(Buffer.from('the bytes '));
  await session.write(Buffer.from('of a file'));
  return await session.finish();
}

test('each answer of clamd is read as what it says', async (t) => {
  for (const [said, verdict] of [
    ['stream: OK', { state: 'clean' }],
    ['stream: Win.Test.X-1 FOUND', { state: 'found', signature: 'Win.Test.X-1' }],
    ['stream: a\u001b[31m FOUND', { state: 'found', signature: 'a.[31m' }],
    [
      'stream: Heuristics.Limits.Exceeded.MaxFiles FOUND',
      { state: 'unread', reason: 'clamd stopped at its limit (Heuristics.Limits.Exceeded.MaxFiles)' },
    ],
    [
      'INSTREAM size limit exceeded. ERROR',
      { state: 'unread', reason: 'larger than clamd takes (its StreamMaxLength)' },
    ],
    ["stream: Can't open file ERROR", { state: 'unread', reason: "clamd answered: stream: Can't open file ERROR" }],
  ] as const) {
    const address = await fakeClamd(t, (socket, id, bytes) => {
      if (!isProbe(bytes)) assert.equal(bytes.toString(), 'the bytes of a file');
      socket.write(`${id}: ${isProbe(bytes) ? LIMIT : said}\0`);
    });
    assert.deepEqual(await verdictOf(address), verdict);
  }
});

test('what is no answer of clamd is never a verdict', async (t) => {
  for (const said of [
    'OK',
    '7: stream: OK',
    'stream: OK',
    '2: stream: ok',
    '2: stream:  FOUND',
    '2: ',
    '',
    '220 smtp',
  ]) {
    const address = await fakeClamd(t, (socket, id, bytes) =>
      socket.write(isProbe(bytes) ? `${id}: ${LIMIT}\0` : `${said}\0`),
    );
    await assert.rejects(verdictOf(address), (error) => isAssayError(error, 'remote-refused'), said);
  }
  const flood = await fakeClamd(t, (socket, id, bytes) =>
    socket.write(isProbe(bytes) ? `${id}: ${LIMIT}\0` : 'x'.repeat(100_000)),
  );
  const verdict = await verdictOf(flood);
  assert.ok(verdict.state === 'unread' && verdict.reason.includes('answers too much'));
});

test('a connection that breaks within a file leaves that file unread, and the next one goes on', async (t) => {
  const address = await fakeClamd(t, (socket, id, bytes) => {
    if (bytes.includes('bad')) socket.destroy();
    else socket.write(`${id}: ${isProbe(bytes) ? LIMIT : 'stream: OK'}\0`);
  });
  using session = await clamdScanner(address).open();
  await session.write(Buffer.from('bad file'));
  const verdict = await session.finish();
  assert.ok(verdict.state === 'unread' && verdict.reason.includes('after 8 bytes'));
  await session.write(Buffer.from('good'));
  assert.deepEqual(await session.finish(), { state: 'clean' });
});

test('out of reach, silent, hanging up and silent about limits are told apart', async (t) => {
  const failing = (address: string, code: 'network-failed' | 'remote-refused', words: RegExp, answerMs?: number) =>
    assert.rejects(
      verdictOf(address, answerMs),
      (error) => isAssayError(error, code) && words.test(error.message),
      String(words),
    );
  await failing('127.0.0.1:1', 'network-failed', /cannot be reached: ECONNREFUSED/);
  await failing('unix:/nowhere/clamd', 'network-failed', /cannot be reached: ENOENT/);
  await failing(await fakeClamd(t, () => undefined), 'network-failed', /does not answer/, 200);
  await failing(
    await fakeClamd(t, (socket) => socket.end()),
    'network-failed',
    /ended the connection without an answer/,
  );
  await failing(
    await fakeClamd(t, (socket, id) => socket.write(`${id}: stream: OK\0`)),
    'remote-refused',
    /AlertExceedsMax/,
  );
});
