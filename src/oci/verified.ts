import { AssayError } from '../lib/error.ts';
import { algorithmOf, type Digest, Digester } from './digest.ts';

/** What a blob must be: its digest, and its size where it is known. */
export interface Expected {
  readonly digest: Digest;
  readonly size?: number;
}

/**
 * Passes bytes on while their digest is computed. Throws `digest-mismatch` or `size-invalid` after the last byte, and
 * as soon as there are more than announced; what came before is not to be trusted until the end was reached.
 */
export async function* verified(bytes: AsyncIterable<Uint8Array>, expected: Expected): AsyncGenerator<Uint8Array> {
  const digester = new Digester(algorithmOf(expected.digest));
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (expected.size !== undefined && size > expected.size) throw wrongSize(expected, `more than ${expected.size}`);
    digester.update(chunk);
    yield chunk;
  }
  if (expected.size !== undefined && size !== expected.size) throw wrongSize(expected, String(size));
  const actual = digester.digest();
  if (actual !== expected.digest)
    throw new AssayError('digest-mismatch', `the content of ${expected.digest} has the digest ${actual}`);
}

function wrongSize(expected: Expected, actual: string): AssayError {
  return new AssayError(
    'size-invalid',
    `${expected.digest} is announced with ${expected.size} bytes and has ${actual}`,
  );
}

/** All bytes of a small blob. Throws `content-budget-exceeded` over the limit. */
export async function collectBytes(bytes: AsyncIterable<Uint8Array>, limit: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw new AssayError('content-budget-exceeded', `${what} has more than ${limit} bytes`);
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0]!;
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
