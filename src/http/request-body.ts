import type { IncomingMessage } from 'node:http';
import { AssayError } from '../lib/error.ts';
import type { ErrorCode } from '../lib/error-table.ts';

/** Bytes of a refused body that are read and thrown away, so that the client gets to the answer instead of a reset. */
const LINGER_BYTES = 64 * 1024 * 1024;
/** Chunks that may wait for their reader before the client is told to wait. */
const HIGH = 16;

/**
 * The body of a request, chunk by chunk as it came from the socket. Node's own iterator joins what has gathered into new
 * buffers, which costs large uploads a copy and the collector its time. A client that goes away throws `client-gone`.
 *
 * Who stops reading early (the disk is full, the chunk too long) wants to answer: the rest is then read into nothing,
 * since closing with bytes unread makes the kernel reset the connection and lose the answer (RFC 9112 section 9.6). A
 * client that goes on and on is cut off.
 */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  if (request.destroyed && !request.readableEnded) throw new AssayError('client-gone');
  let chunks: Buffer[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake = () => {};
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunks.length >= HIGH) request.pause();
    wake();
  };
  const onEnd = () => {
    ended = true;
    wake();
  };
  const onGone = () => {
    if (ended) return;
    failure ??= new AssayError('client-gone', 'the client went away before its request ended');
    wake();
  };
  request.on('data', onData).once('end', onEnd).once('close', onGone).once('error', onGone);
  try {
    for (;;) {
      const ready = chunks;
      chunks = [];
      yield* ready;
      if (chunks.length > 0) continue;
      if (failure) throw failure;
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        request.resume();
      });
    }
  } finally {
    request.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
    if (!ended && !request.destroyed) linger(request);
  }
}

/** A whole body of at most `limit` bytes; a longer one is refused with `code` before it is held. */
export async function bodyWithin(request: IncomingMessage, limit: number, code: ErrorCode): Promise<Buffer> {
  const tooLarge = () => new AssayError(code, `at most ${limit} bytes are accepted here`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function linger(request: IncomingMessage): void {
  let left = LINGER_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.resume();
}
