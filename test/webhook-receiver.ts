import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: { id: string; type: string; subject: string; sequence: number; data: Record<string, unknown> };
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** Answers a message; by default 204. */
  answer: (received: Received, response: ServerResponse) => void;
  /** Waits until so many messages came. */
  until(count: number): Promise<void>;
}

/** A webhook's target on loopback. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const received = { headers: request.headers, body, event: JSON.parse(body || '{}') as Received['event'] };
      receiver.received.push(received);
      receiver.answer(received, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer: (_received, response) => response.writeHead(204).end(),
    async until(count) {
      for (let tries = 0; tries < 600 && receiver.received.length < count; tries++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      if (receiver.received.length < count) throw new Error(`${receiver.received.length} of ${count} messages came`);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
