import { AssayError } from '../../../lib/error.ts';
import { HashCheck } from './hashes.ts';
import type { FoundTarget } from './find-target.ts';

/**
 * Passes the bytes of a target on while they are checked (TUF specification 1.0.34 section 5.7.3). Throws
 * `trust-endless-data` at the first byte too many and `trust-hash-mismatch` at the end; what came before is not to be
 * used until the end was reached.
 */
export async function* checkedTarget(
  { path, file }: FoundTarget,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const check = new HashCheck(file.hashes, path);
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > file.length)
      throw new AssayError('trust-endless-data', `${path} has more than the ${file.length} bytes it is signed with`);
    check.update(chunk);
    yield chunk;
  }
  if (length < file.length)
    throw new AssayError('trust-hash-mismatch', `${path} has ${length} bytes instead of ${file.length}`);
  check.finish();
}
