import type { IncomingMessage } from 'node:http';
import { AssayError } from '../../lib/error.ts';

/** Chunks that may wait for their reader before the client is told to wait. */
const HIGH = 16;

/**
 * The body of a request, chunk by chunk as it came from the socket. Node's own iterator joins what has gathered into new
 * buffers, which costs large uploads a copy and the collector its time. A client that goes away throws `client-gone`.
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
  }
}
