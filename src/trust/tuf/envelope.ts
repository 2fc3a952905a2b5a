import { AssayError, isAssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { canonicalJson } from './canonical-json.ts';
import { canonicalParts, type Span } from './canonical-scan.ts';
import type { Signature } from './metadata.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A metadata file before its dialect has read what is in it. */
export interface Envelope {
  readonly raw: Uint8Array;
  readonly signed: JsonObject;
  readonly signedBytes: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** Bytes of one metadata file that are read at all; larger ones are refused before parsing. */
export const MAX_METADATA_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 64;
/** Some 200,000 targets. */
const MAX_VALUES = 1_000_000;
const MAX_SIGNATURES = 1024;

interface Parts {
  readonly signed: unknown;
  readonly signatures: unknown;
  /** Where the file has it in canonical form. */
  readonly signedBytes?: Uint8Array;
}

/** Reads `{"signed": {…}, "signatures": […]}`; `decode` turns the text of a signature into bytes. */
export function readEnvelope(raw: Uint8Array, decode: (text: string) => Uint8Array | undefined): Envelope {
  const { signed, signatures, signedBytes } = readCanonical(raw) ?? readAny(raw);
  if (!isObject(signed)) throw invalid('the member "signed" is missing');
  if (!Array.isArray(signatures)) throw invalid('the member "signatures" is missing');
  if (signatures.length > MAX_SIGNATURES) throw invalid(`more than ${MAX_SIGNATURES} signatures`);
  return {
    raw,
    signed,
    signedBytes: signedBytes ?? canonicalJson(signed),
    signatures: signatures.map((each: unknown) => readSignature(each, decode)),
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A file that is in canonical form needs to be looked over only once. */
function readCanonical(raw: Uint8Array): Parts | undefined {
  if (raw.length > MAX_METADATA_BYTES) return undefined;
  let text: string;
  try {
    text = decoder.decode(raw);
  } catch {
    return undefined;
  }
  const parts = canonicalParts(text, { maxDepth: MAX_DEPTH, maxValues: MAX_VALUES });
  if (!parts) return undefined;
  const read = ({ start, end }: Span): unknown => JSON.parse(text.slice(start, end));
  const { start, end } = parts.signed;
  const from = Buffer.byteLength(text.slice(0, start));
  const to = raw.length - Buffer.byteLength(text.slice(end));
  return {
    signed: read(parts.signed),
    signatures: read(parts.signatures),
    signedBytes: raw.subarray(from, to),
  };
}

function readAny(raw: Uint8Array): Parts {
  const file = parse(raw);
  if (!isObject(file)) throw invalid('a metadata file is a JSON object');
  return { signed: file['signed'], signatures: file['signatures'] };
}

function parse(raw: Uint8Array): unknown {
  try {
    return parseStrictJson(raw, { maxBytes: MAX_METADATA_BYTES, maxDepth: MAX_DEPTH, maxValues: MAX_VALUES });
  } catch (error) {
    if (isAssayError(error)) throw new AssayError('trust-metadata-invalid', error.message, { cause: error });
    throw error;
  }
}

function readSignature(value: unknown, decode: (text: string) => Uint8Array | undefined): Signature {
  if (!isObject(value)) throw invalid('a signature is a JSON object');
  const { keyid, method, sig } = value;
  if (typeof keyid !== 'string') throw invalid('a signature names no key');
  if (typeof sig !== 'string') throw invalid('a signature has no value');
  const bytes = decode(sig);
  if (!bytes) throw invalid('a signature cannot be decoded');
  return { keyId: keyid, bytes, ...(typeof method === 'string' && { method: method.toLowerCase() }) };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(message: string): AssayError {
  return new AssayError('trust-metadata-invalid', message);
}

/** The members of an object by name; an absent or null one has none. Throws for anything else. */
export function membersOf(value: unknown, what: string): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw invalid(`${what} is not an object`);
  return Object.entries(value);
}

/** The items of an array; an absent or null one has none. Throws for anything else. */
export function itemsOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`${what} is not an array`);
  return value;
}

export function stringsOf(value: unknown, what: string): string[] {
  return itemsOf(value, what).map((item) => {
    if (typeof item !== 'string') throw invalid(`${what} holds something that is not text`);
    return item;
  });
}

/** A whole number of at least `least`. */
export function wholeNumber(value: unknown, least: number, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
    throw invalid(`${what} is not a whole number of at least ${least}`);
  return value;
}
