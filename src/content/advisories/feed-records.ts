import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parse } from 'yaml';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { zipEntries, type ZipLimits } from '../../lib/zip.ts';
import type { FeedFile, RefusedRecord } from './feed.ts';

const MAX_UNPACKED = 4 * 1024 ** 3;
const MAX_RECORD = 32 * 1024 ** 2;
const LIMITS: ZipLimits = {
  maxEntries: 2_000_000,
  maxEntryBytes: 1024 ** 3,
  maxTotalBytes: MAX_UNPACKED,
  maxRatio: 1000,
};
const decoder = new TextDecoder();

/** One record of a feed with the name of the file it stood in. */
export interface FeedRecord {
  readonly name: string;
  readonly value: unknown;
}

/**
 * The records of a feed's files one after the other: JSON files, JSON lines, YAML files, zip archives and compressed
 * files of these. A record that is not readable goes to `refused`; an archive that is not throws.
 */
export async function* feedRecords(
  files: AsyncIterable<FeedFile>,
  refused: RefusedRecord[],
): AsyncGenerator<FeedRecord> {
  for await (const file of files) yield* recordsOf(file, refused);
}

export function* recordsOf(file: FeedFile, refused: RefusedRecord[]): Generator<FeedRecord> {
  for (const { name, bytes } of unpacked(file)) {
    if (isYaml(name))
      yield* parsed(name, decoder.decode(bytes), refused, (text) => parse(text, { maxAliasCount: 100 }) as unknown);
    else if (/\.(?:ndjson|jsonl)$/.test(name) || isLines(bytes)) yield* lines(name, bytes, refused);
    else if (name.endsWith('.json') || bytes[0] === 0x7b || bytes[0] === 0x5b)
      yield* parsed(name, decoder.decode(bytes), refused, (text) => JSON.parse(text) as unknown);
  }
}

function* unpacked(file: FeedFile): Generator<FeedFile> {
  const magic = file.bytes.length >= 4 ? new DataView(file.bytes.buffer, file.bytes.byteOffset).getUint32(0) : 0;
  if (magic === 0x504b0304 || magic === 0x504b0506) {
    for (const entry of zipEntries(file.bytes, LIMITS))
      if (!entry.directory && /\.(?:json|ya?ml|ndjson|jsonl)$/.test(entry.name))
        yield { name: entry.name, bytes: entry.read() };
  } else if (magic >>> 16 === 0x1f8b)
    yield inflated(file, '.gz', (bytes) => gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED }));
  else if (magic === 0x28b52ffd)
    yield inflated(file, '.zst', (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MAX_UNPACKED }));
  else yield file;
}

function inflated(file: FeedFile, suffix: string, inflate: (bytes: Uint8Array) => Uint8Array): FeedFile {
  try {
    return {
      name: file.name.endsWith(suffix) ? file.name.slice(0, -suffix.length) : file.name,
      bytes: inflate(file.bytes),
    };
  } catch (cause) {
    throw new AssayError('advisory-feed-invalid', `${file.name} cannot be unpacked`, { cause });
  }
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

/** Several objects, one a line: the first line is a whole object and something follows it. */
function isLines(bytes: Uint8Array): boolean {
  const end = bytes.indexOf(0x0a);
  if (end <= 0 || end === bytes.length - 1 || bytes[0] !== 0x7b) return false;
  let last = end - 1;
  while (last > 0 && bytes[last]! <= 0x20) last--;
  return bytes[last] === 0x7d && bytes[end + 1] === 0x7b;
}

function* lines(name: string, bytes: Uint8Array, refused: RefusedRecord[]): Generator<FeedRecord> {
  let number = 0;
  for (let from = 0; from < bytes.length; ) {
    let end = bytes.indexOf(0x0a, from);
    if (end < 0) end = bytes.length;
    number++;
    const text = decoder.decode(bytes.subarray(from, end)).trim();
    if (text !== '') yield* parsed(`${name}:${number}`, text, refused, (line) => JSON.parse(line) as unknown);
    from = end + 1;
  }
}

function* parsed(
  name: string,
  text: string,
  refused: RefusedRecord[],
  parse: (text: string) => unknown,
): Generator<FeedRecord> {
  let value: unknown;
  try {
    if (isYaml(name) && text.length > MAX_RECORD) throw new AssayError('content-budget-exceeded');
    value = parse(text);
  } catch (error) {
    refused.push({ id: name, reason: isAssayError(error) ? error.message : 'not readable' });
    return;
  }
  if (Array.isArray(value)) for (const each of value as unknown[]) yield { name, value: each };
  else yield { name, value };
}

/** The first record of a file, for telling what it is. */
export function firstRecord(file: FeedFile): unknown {
  try {
    for (const { value } of recordsOf(file, [])) return value;
  } catch (error) {
    if (!isAssayError(error)) throw error;
  }
  return undefined;
}

/** Collects advisories by package, in the order they come. */
export class EntryBook<T> {
  readonly #entries = new Map<string, { ecosystem: string; package: string; advisories: T[] }>();

  add(ecosystem: string, name: string, advisory: T): void {
    const key = `${ecosystem}\0${name}`;
    const entry = this.#entries.get(key);
    if (entry) entry.advisories.push(advisory);
    else this.#entries.set(key, { ecosystem, package: name, advisories: [advisory] });
  }

  all(): { ecosystem: string; package: string; advisories: T[] }[] {
    return [...this.#entries.values()];
  }
}
