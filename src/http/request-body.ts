import type { IncomingMessage } from 'node:http';

/** Bytes of a refused body that are read and thrown away, so that the client gets to the answer instead of a reset. */
const LINGER_BYTES = 64 * 1024 * 1024;

/**
 * The body of a request. Who stops reading early (the disk is full, the chunk too long) wants to answer: the rest is
 * then read into nothing, since closing with bytes unread makes the kernel reset the connection and lose the answer
 * (RFC 9112 section 9.6). A client that goes on and on is cut off.
 */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  let done = false;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
    done = true;
  } finally {
    if (!done && !request.destroyed) {
      let left = LINGER_BYTES;
      request.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left < 0) request.destroy();
      });
      request.resume();
    }
  }
}
