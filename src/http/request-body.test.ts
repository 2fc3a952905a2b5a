import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isAssayError } from '../lib/error.ts';
import { bodyOf } from './request-body.ts';

/** Gives each request to `read` and the bytes of `send` to the server, then closes or breaks the connection. */
async function exchange(
  read: (request: IncomingMessage) => Promise<void>,
  send: readonly (string | Buffer)[],
  breaks = false,
): Promise<void> {
  const done = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    read(request).then(
      () => {
        response.end();
        done.resolve();
      },
      (error: unknown) => done.reject(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  for (const piece of send) {
    socket.write(piece);
    await pause(5);
  }
  if (breaks) socket.destroy();
  try {
    await done.promise;
  } finally {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const head = (length: number) => `PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

test('every byte comes once and in order, from a slow reader too', async () => {
  const body = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => at % 251));
  let got = Buffer.alloc(0);
  await exchange(
    async (request) => {
      const chunks: Buffer[] = [];
      for await (const chunk of bodyOf(request)) {
        if (chunks.length % 20 === 0) await pause(2);
        chunks.push(chunk);
      }
      got = Buffer.concat(chunks);
    },
    [head(body.length), body],
  );
  assert.deepEqual(got, body);
});

test('no body is an empty one', async () => {
  let count = 0;
  await exchange(
    async (request) => {
      for await (const chunk of bodyOf(request)) count += chunk.length;
    },
    [head(0)],
  );
  assert.equal(count, 0);
});

test('a client that goes away in the middle is told of', async () => {
  let bytes = 0;
  const reading = exchange(
    async (request) => {
      for await (const chunk of bodyOf(request)) bytes += chunk.length;
    },
    [head(1000), 'some'],
    true,
  );
  await assert.rejects(reading, (error) => isAssayError(error, 'client-gone'));
  assert.equal(bytes, 4);
});

test('who stops reading early can still answer, and the client gets the answer', async () => {
  const server = createServer((request, response) => {
    void (async () => {
      for await (const chunk of bodyOf(request)) if (chunk.length > 0) break;
      response.statusCode = 507;
      response.end('full');
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    method: 'PUT',
    body: Buffer.alloc(8_000_000),
  });
  assert.equal(answer.status, 507);
  assert.equal(await answer.text(), 'full');
  server.closeAllConnections();
  server.close();
});
