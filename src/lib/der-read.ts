import { AssayError } from './error.ts';

/** One value of DER (ITU-T X.690): its tag and its content, not yet looked into. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

const MAX_VALUES = 64;

/** The values that stand one after another in `bytes`; definite lengths of at most four bytes only. Throws `input-invalid`. */
export function readDer(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++]!;
    let length = bytes[at++];
    if (length === undefined || (tag & 0x1f) === 0x1f || values.length >= MAX_VALUES) throw notDer();
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > bytes.length) throw notDer();
      length = 0;
      for (let each = 0; each < count; each++) length = length * 256 + bytes[at++]!;
    }
    if (at + length > bytes.length) throw notDer();
    values.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return values;
}

/** The values inside a SEQUENCE, or throws `input-invalid`. */
export function readSequence(value: DerValue | undefined): DerValue[] {
  return readDer(contentOf(value, 0x30));
}

/** The content of a value of this tag, or throws `input-invalid`. */
export function contentOf(value: DerValue | undefined, tag: number): Uint8Array {
  if (value?.tag !== tag) throw notDer();
  return value.content;
}

/** A small non-negative INTEGER; throws `input-invalid` above 2^31. */
export function readSmallInteger(value: DerValue | undefined): number {
  const content = contentOf(value, 0x02);
  if (content.length === 0 || content.length > 5 || content[0]! >= 0x80) throw notDer();
  const number = content.reduce((sum, byte) => sum * 256 + byte, 0);
  if (number > 2 ** 31) throw notDer();
  return number;
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function readObjectIdentifier(value: DerValue | undefined): string {
  const content = contentOf(value, 0x06);
  if (content.length === 0 || content.length > 32) throw notDer();
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 2 ** 40) throw notDer();
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const first = arcs[0] ?? 0;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...arcs.slice(1)].join('.');
}

function notDer(): AssayError {
  return new AssayError('input-invalid', 'this is not DER of the expected form');
}
