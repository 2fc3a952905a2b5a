import { addressOf, memory, memoryOf } from './native.ts';

/** CK_ULONG and pointers have 64 bits where this runs; structures are aligned to 8 bytes, without packing. */
export const WORD = 8;
const ATTRIBUTE = 3 * WORD;

export type AttributeValue = boolean | bigint | Uint8Array;

/** An array of CK_ATTRIBUTE; `kept` holds the values' memory for as long as the template is held. */
export interface Template {
  readonly bytes: Buffer;
  readonly count: bigint;
  readonly kept: readonly Buffer[];
}

function valueBytes(value: AttributeValue): Buffer {
  if (typeof value === 'boolean') return memoryOf(Buffer.from([value ? 1 : 0]));
  if (typeof value === 'bigint') return word(value);
  return memoryOf(value);
}

/** One CK_ULONG in memory. */
export function word(value: bigint = 0n): Buffer {
  const bytes = memory(WORD);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export function templateOf(attributes: readonly (readonly [type: bigint, value: AttributeValue])[]): Template {
  return template(attributes.map(([type, value]) => [type, valueBytes(value)]));
}

/** A template for reading: room of so many bytes for each attribute. */
export function roomFor(types: readonly bigint[], bytes: number): Template {
  return template(types.map((type) => [type, memory(bytes)]));
}

function template(attributes: readonly (readonly [bigint, Buffer])[]): Template {
  const bytes = memory(attributes.length * ATTRIBUTE);
  for (const [at, [type, value]] of attributes.entries()) {
    bytes.writeBigUInt64LE(type, at * ATTRIBUTE);
    bytes.writeBigUInt64LE(addressOf(value), at * ATTRIBUTE + WORD);
    bytes.writeBigUInt64LE(BigInt(value.length), at * ATTRIBUTE + 2 * WORD);
  }
  return { bytes, count: BigInt(attributes.length), kept: attributes.map(([, value]) => value) };
}

/**
 * Clears the memory of a template after the call that used it. Its use here is also what keeps that memory alive until
 * then, since native code knows it only by address.
 */
export function clear({ bytes, kept }: Pick<Template, 'bytes' | 'kept'>): void {
  for (const value of [bytes, ...kept]) value.fill(0);
}

const UNAVAILABLE = 2n ** 64n - 1n;

/** What was read into a template, none for an attribute that the object lacks or that did not fit. */
export function valuesOf({ bytes, kept }: Template): (Buffer | undefined)[] {
  return kept.map((value, at) => {
    const length = bytes.readBigUInt64LE(at * ATTRIBUTE + 2 * WORD);
    return length === UNAVAILABLE || length > BigInt(value.length)
      ? undefined
      : Buffer.from(value.subarray(0, Number(length)));
  });
}
