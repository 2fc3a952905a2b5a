import { hash } from 'node:crypto';
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import type { Advisory } from '../../content/advisories/advisory.ts';
import { applyEdit, type DeltaHead, deltaHeadSchema, parseEdit } from '../../content/advisories/feed-delta.ts';
import { AssayError } from '../../lib/error.ts';
import type { FeedStatus, TakenFeed } from '../../ports/advisory-sets.ts';
import { digestOfRows, fileOf, syncFile } from './feed-file.ts';

/** Bytes of one delta once it is unpacked. */
const MAX_DELTA = 512 * 1024 ** 2;

/**
 * Makes the next content of a feed from the one in force and deltas, as a file of its own. Throws `advisory-set-invalid`
 * when they do not belong together or do not come to the expected digest; then nothing is left behind.
 */
export function compileDeltas(
  folder: string,
  before: Pick<FeedStatus, 'feed' | 'digest'>,
  deltas: readonly string[],
  made: { readonly at: number; readonly source: string | undefined; readonly expected: string },
): TakenFeed {
  const temporary = `${fileOf(folder, { feed: before.feed, digest: made.expected })}.new`;
  rmSync(temporary, { force: true });
  try {
    copyFileSync(fileOf(folder, before), temporary);
    const database = new DatabaseSync(temporary);
    let heads: DeltaHead[];
    const changed = new Map<string, { ecosystem: string; package: string }>();
    let found: ReturnType<typeof digestOfRows>;
    try {
      database.exec('pragma journal_mode = off; pragma synchronous = off');
      database.exec('begin');
      heads = deltas.map((path) => applyFile(database, path, changed));
      database.exec('commit');
      requireChain(before, heads, made.expected);
      found = digestOfRows(
        database.prepare('select ecosystem, package as name, hash from entries').all() as {
          ecosystem: string;
          name: string;
          hash: string;
        }[],
      );
    } finally {
      database.close();
    }
    if (found.digest !== made.expected)
      throw new AssayError('advisory-set-invalid', `the deltas of ${before.feed} do not come to what the set says`);
    syncFile(temporary);
    const head = heads.at(-1)!;
    const status: FeedStatus = {
      feed: before.feed,
      digest: found.digest,
      records: head.records,
      withdrawn: head.withdrawn,
      refused: 0,
      ecosystems: found.ecosystems,
      importedAt: made.at,
      newestAt: head.newestAt,
      licence: head.licence,
      ...(made.source !== undefined && { source: made.source }),
    };
    renameSync(temporary, fileOf(folder, status));
    return { status, changed: [...changed.values()], withdrawn: head.withdrawn, refused: [] };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function applyFile(
  database: DatabaseSync,
  path: string,
  changed: Map<string, { ecosystem: string; package: string }>,
): DeltaHead {
  const [first = '', ...lines] = unpack(path).split('\n');
  const head = deltaHeadSchema.safeParse(parseHead(first));
  if (!head.success) throw new AssayError('advisory-set-invalid', 'the delta does not begin as one');
  const find = database.prepare('select body from entries where ecosystem = ? and package = ?');
  const put = database.prepare('insert or replace into entries values (?, ?, ?, ?)');
  const remove = database.prepare('delete from entries where ecosystem = ? and package = ?');
  for (const line of lines) {
    if (line === '') continue;
    const edit = parseEdit(line);
    const { ecosystem, package: name } = edit;
    const row = find.get(ecosystem, name) as { body: string } | undefined;
    const after = applyEdit(row ? (JSON.parse(row.body) as Advisory[]) : [], edit);
    changed.set(`${ecosystem}\0${name}`, { ecosystem, package: name });
    if (after.length === 0) remove.run(ecosystem, name);
    else {
      const body = JSON.stringify(after);
      put.run(ecosystem, name, hash('sha256', body, 'hex'), body);
    }
  }
  return head.data;
}

function unpack(path: string): string {
  try {
    return zstdDecompressSync(readFileSync(path), { maxOutputLength: MAX_DELTA }).toString('utf8');
  } catch (cause) {
    throw new AssayError('advisory-set-invalid', 'the delta cannot be unpacked', { cause });
  }
}

function parseHead(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Deltas follow upon each other: the first upon what is in force, the last to what is expected. */
function requireChain(
  { feed, digest }: Pick<FeedStatus, 'feed' | 'digest'>,
  heads: readonly DeltaHead[],
  expected: string,
): void {
  const linked = heads.every(
    (head, at) => head.feed === feed && head.from === (heads[at - 1]?.to ?? digest) && head.to !== head.from,
  );
  if (!linked || heads.at(-1)?.to !== expected)
    throw new AssayError('advisory-set-invalid', `the deltas of ${feed} do not follow upon what is in force`);
}
