import { parse } from 'yaml';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { AdvisoryEntry } from './advisory.ts';
import type { FeedContent, FeedFile, RefusedRecord } from './feed.ts';
import { feedFiles } from './feed-unpack.ts';

const MAX_YAML = 32 * 1024 ** 2;
const decoder = new TextDecoder();

/** One record of a feed with the name of the file it stood in. */
export interface FeedRecord {
  readonly name: string;
  readonly value: unknown;
}

/**
 * The records of a feed's files one after the other: JSON files, JSON lines, YAML files, archives and compressed files
 * of these. A record that is not readable goes to `refused`; an archive that is not throws.
 */
export async function* feedRecords(
  files: AsyncIterable<FeedFile>,
  refused: RefusedRecord[],
): AsyncGenerator<FeedRecord> {
  for await (const file of files) for await (const inner of feedFiles(file, refused)) yield* recordsIn(inner, refused);
}

/** Files as text, archives unpacked. */
export async function* feedTexts(
  files: AsyncIterable<FeedFile>,
  refused: RefusedRecord[],
): AsyncGenerator<{ name: string; text: string }> {
  for await (const file of files)
    for await (const { name, bytes } of feedFiles(file, refused)) yield { name, text: decoder.decode(bytes) };
}

function* recordsIn({ name, bytes }: FeedFile, refused: RefusedRecord[]): Generator<FeedRecord> {
  if (isYaml(name))
    yield* parsed(name, decoder.decode(bytes), refused, (text) => parse(text, { maxAliasCount: 100 }) as unknown);
  else if (/\.(?:ndjson|jsonl)$/.test(name) || isLines(bytes)) yield* lines(name, bytes, refused);
  else if (name.endsWith('.json') || bytes[0] === 0x7b || bytes[0] === 0x5b)
    yield* parsed(name, decoder.decode(bytes), refused, (text) => JSON.parse(text) as unknown);
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
    if (isYaml(name) && text.length > MAX_YAML) throw new AssayError('content-budget-exceeded');
    value = parse(text);
  } catch (error) {
    refused.push({ id: name, reason: isAssayError(error) ? error.message : 'not readable', unread: true });
    return;
  }
  if (Array.isArray(value)) for (const each of value as unknown[]) yield { name, value: each };
  else yield { name, value };
}

/** The first record of a file, for telling what it is; none when it cannot be read from its beginning alone. */
export function firstRecord(file: FeedFile): unknown {
  for (const { value } of recordsIn(file, [])) return value;
  return undefined;
}

/** The first characters of a file, for telling what it is when it is too long to be read whole for that. */
export function headText(file: FeedFile, length = 4096): string {
  return decoder.decode(file.bytes.subarray(0, length));
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

/** What a reader has counted while it read. */
export interface Tally {
  readonly refused: RefusedRecord[];
  records: number;
  withdrawn: number;
  newestAt: string;
  /** Ids of records, of readers that tell them. */
  readonly ids: string[];
}

export function newTally(): Tally {
  return { refused: [], records: 0, withdrawn: 0, newestAt: '', ids: [] };
}

/** The result of a reader: records that could not be parsed count as records that were refused. */
export function contentOf(entries: readonly AdvisoryEntry[], tally: Tally, part?: string): FeedContent {
  return {
    entries,
    records: tally.records + tally.refused.filter((each) => each.unread).length,
    withdrawn: tally.withdrawn,
    refused: tally.refused,
    ...(part !== undefined && { part }),
    ...(tally.newestAt !== '' && { newestAt: tally.newestAt }),
    ...(tally.ids.length > 0 && { ids: tally.ids }),
  };
}

/** First words of what is wrong with a record, with the place. */
export function reasonOf(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const issue = error.issues[0];
  const place = issue?.path.map(String).join('/') ?? '';
  return `${place === '' ? '' : `${place}: `}${issue?.message ?? 'unreadable'}`;
}
