import { AssayError } from '../../lib/error.ts';

/** A value that native functions take: a pointer, the memory of a buffer, or a number of 64 bits. */
export type NativeValue = bigint | Buffer | null;
type NativeFunction = (...values: NativeValue[]) => bigint;

interface Signature {
  readonly arguments: readonly string[];
  readonly return: string;
}

/** As much of node:ffi as is used here; the module is experimental and has no published types. */
interface Ffi {
  dlopen(
    path: string,
    functions: Readonly<Record<string, Signature>>,
  ): { readonly functions: Readonly<Record<string, NativeFunction>> };
  getRawPointer(source: ArrayBufferView): bigint;
}

let loaded: Ffi | undefined;

/** Loads node:ffi, or throws `unsupported` in words that say what to do. */
async function ffi(): Promise<Ffi> {
  if (loaded) return loaded;
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    throw new AssayError('unsupported', `PKCS#11 tokens are used on 64-bit machines only, not on ${process.arch}`);
  try {
    // A name that is not a literal keeps types and bundlers from asking for it.
    const name = 'node:ffi';
    loaded = (await import(name)) as Ffi;
    return loaded;
  } catch (cause) {
    throw new AssayError(
      'unsupported',
      `PKCS#11 needs node:ffi, which Node ${process.versions.node} lacks; use Node 26 or newer`,
      {
        cause,
      },
    );
  }
}

/** Opens a library with these functions, each taking so many values and returning an unsigned long. */
export async function openLibrary(
  path: string,
  functions: Readonly<Record<string, readonly ('number' | 'memory')[]>>,
): Promise<Readonly<Record<string, NativeFunction>>> {
  const native = await ffi();
  const signatures = Object.fromEntries(
    Object.entries(functions).map(([name, values]) => [
      name,
      { arguments: values.map((kind) => (kind === 'number' ? 'uint64' : 'pointer')), return: 'uint64' },
    ]),
  );
  try {
    return native.dlopen(path, signatures).functions;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : 'unknown';
    throw new AssayError('token-failed', `cannot load the PKCS#11 module ${path}: ${reason}`, { cause });
  }
}

/** Memory that stays where it is: native code may hold its address for the length of a call. */
export function memory(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(Math.max(bytes, 1)), 0, bytes);
}

export function memoryOf(content: Uint8Array): Buffer {
  const copy = memory(content.length);
  copy.set(content);
  return copy;
}

/** The address of memory made here, after a library was opened. */
export function addressOf(buffer: Buffer): bigint {
  if (!loaded) throw new AssayError('internal', 'no library is open');
  return loaded.getRawPointer(buffer);
}
