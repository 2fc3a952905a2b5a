import assert from 'node:assert/strict';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createListener, type Listener } from './listener.ts';

const times = { firstByteMs: 150, headersMs: 300, keepAliveMs: 200, stalledMs: 700, checkMs: 50 };

let listener: Listener;
let port: number;
before(async () => {
  listener = createListener(
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        setTimeout(
          () => response.end(`${request.url} ${Buffer.concat(chunks).length}`),
          request.url === '/slow' ? 200 : 0,
        ),
      );
    },
    { plain: true, tls: undefined, times },
  );
  await new Promise<void>((resolve) => listener.net.listen(0, '127.0.0.1', resolve));
  port = (listener.net.address() as AddressInfo).port;
});
after(() => listener.stop(100));

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Everything that comes until the other side closes, and after how long it did. */
async function untilClosed(socket: Socket): Promise<{ text: string; ms: number }> {
  const startedAt = performance.now();
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  return { text, ms: performance.now() - startedAt };
}

describe('connections that hold a place without using it', () => {
  test('a silent one is closed', async () => {
    const { text, ms } = await untilClosed(await open());
    assert.equal(text, '');
    assert.ok(ms < 1000, `${ms} ms`);
  });

  test('headers that do not end are cut off', async () => {
    const socket = await open();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 60);
    const { text, ms } = await untilClosed(socket);
    clearInterval(drip);
    assert.match(text, /^HTTP\/1\.1 408 /);
    assert.ok(ms < 2000, `${ms} ms`);
  });

  test('an idle one is closed after its last answer', async () => {
    const socket = await open();
    socket.write('GET /one HTTP/1.1\r\nHost: x\r\n\r\n');
    const { text, ms } = await untilClosed(socket);
    assert.match(text, /\/one 0$/m);
    // Node adds a second of its own to the announced time.
    assert.ok(ms > 100 && ms < 3000, `${ms} ms`);
  });
});

test('a body that stops coming ends the connection', async () => {
  const socket = await open();
  socket.write('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc');
  const { ms } = await untilClosed(socket);
  assert.ok(ms > 500 && ms < 3000, `${ms} ms`);
});

describe('requests', () => {
  test('several on one connection, a first byte at a time', async () => {
    const socket = await open();
    const closed = untilClosed(socket);
    for (const byte of 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n') {
      socket.write(byte);
      await pause(1);
    }
    socket.write('POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n12345');
    const { text } = await closed;
    assert.match(text, /\/a 0/);
    assert.match(text, /\/b 5/);
  });

  test('headers over the limit get 431', async () => {
    const socket = await open();
    const closed = untilClosed(socket);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`);
    assert.match((await closed).text, /^HTTP\/1\.1 431 /);
  });

  test('what is not HTTP gets 400, and TLS where there is none is told so', async () => {
    for (const hello of [Buffer.from('hello\r\n\r\n'), Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5])]) {
      const socket = await open();
      const closed = untilClosed(socket);
      socket.write(hello);
      assert.match((await closed).text, /^HTTP\/1\.1 400 /);
    }
  });
});

test('an orderly stop finishes what is under way and takes nothing new', async () => {
  const other = createListener((_request, response) => void setTimeout(() => response.end('done'), 150), {
    plain: true,
    tls: undefined,
    times,
  });
  await new Promise<void>((resolve) => other.net.listen(0, '127.0.0.1', resolve));
  const at = (other.net.address() as AddressInfo).port;
  const socket = await new Promise<Socket>((resolve) => {
    const made = connect(at, '127.0.0.1', () => resolve(made));
  });
  const closed = untilClosed(socket);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await pause(50);
  const startedAt = performance.now();
  await other.stop(60_000);
  assert.ok(performance.now() - startedAt < 30_000);
  assert.match((await closed).text, /done$/);
  await assert.rejects(
    new Promise((resolve, reject) => {
      connect(at, '127.0.0.1', () => resolve(undefined)).once('error', reject);
    }),
  );
});
