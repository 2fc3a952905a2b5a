import { AssayError } from './error.ts';

const BLOCK = 512;
const MAX_SIZE = 8 ** 11 - 1;

/** The header of a file in a tar stream (POSIX.1-2017 ustar), owned by root, readable by all, at time 0. */
export function tarHeader(path: string, size: number): Uint8Array {
  const name = Buffer.from(path, 'utf8');
  if (name.length > 100 || size > MAX_SIZE)
    throw new AssayError('unsupported', `${path} with ${size} bytes does not fit a ustar header`);
  const header = Buffer.alloc(BLOCK);
  name.copy(header);
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write(`${'0'.repeat(11)}\0`, 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Zeros that fill an entry of this size up to a whole block. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Two empty blocks end an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}
