import { AssayError, isAssayError } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { FetchMetadata } from '../../ports/trusted-files.ts';

/** Metadata below a URL that ends in a slash, read without signing in. */
export function httpMetadata(http: HttpClient, base: URL): FetchMetadata {
  return async (name, maxBytes, signal) => {
    const answer = await http({ method: 'GET', url: new URL(name, base), signal });
    if (answer.status === 404 || answer.status === 410) {
      answer.discard();
      return undefined;
    }
    if (answer.status !== 200) {
      answer.discard();
      throw new AssayError('remote-refused', `${base.host} answers ${answer.status} for ${name}`);
    }
    return readBounded(answer.body, Number(answer.headers['content-length'] ?? 0), name, maxBytes);
  };
}

/** At most so many bytes of a body; a longer one, announced or not, is an endless data attack. */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  announced: number,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const tooLong = () => new AssayError('trust-endless-data', `${name} has more than ${maxBytes} bytes`);
  // Breaking off inside the loop is what closes the connection.
  if (announced > maxBytes) for await (const _ of body) throw tooLong();
  try {
    return await collectBytes(body, maxBytes, name);
  } catch (error) {
    if (isAssayError(error, 'content-budget-exceeded')) throw tooLong();
    throw error;
  }
}
