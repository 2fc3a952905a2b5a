import { createHash, hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Advisory } from '../../content/advisories/advisory.ts';
import type { FeedContent } from '../../content/advisories/feed.ts';
import { storageError } from '../../lib/error.ts';
import type { ChangedEntry, FeedStatus, FeedValidators } from '../../ports/advisory-sets.ts';

interface Row {
  readonly ecosystem: string;
  readonly name: string;
  readonly body: string;
  readonly hash: string;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The immutable file of a feed and content. */
export function fileOf(folder: string, status: Pick<FeedStatus, 'feed' | 'digest'>): string {
  return join(folder, `${status.feed}-${status.digest.slice(7, 39)}.sqlite`);
}

/** Writes the content of a feed as its file and tells what differs from the one before, if there was one. */
export function compileFeed(
  folder: string,
  feed: {
    name: string;
    licence: string;
    content: FeedContent;
    at: number;
    source?: string | undefined;
    validators?: FeedValidators | undefined;
  },
  before: string | undefined,
): { status: FeedStatus; changed: ChangedEntry[] } {
  const { content } = feed;
  const rows = mergeRows(
    content.entries
      .filter((entry) => entry.advisories.length > 0)
      .map((entry) => ({ ecosystem: entry.ecosystem, name: entry.package, body: JSON.stringify(entry.advisories) }))
      .sort((a, b) => compareText(a.ecosystem, b.ecosystem) || compareText(a.name, b.name)),
  );
  const { digest, ecosystems } = digestOfRows(rows);
  const status: FeedStatus = {
    feed: feed.name,
    digest,
    records: content.records,
    withdrawn: content.withdrawn,
    refused: content.refused.length,
    ecosystems,
    importedAt: feed.at,
    newestAt: content.newestAt,
    licence: feed.licence,
    ...(feed.source !== undefined && { source: feed.source }),
    ...(feed.validators && { validators: feed.validators }),
  };
  writeFeed(folder, status, rows);
  const changed =
    before !== undefined && existsSync(before)
      ? difference(before, fileOf(folder, status))
      : rows.map((row) => ({ ecosystem: row.ecosystem, package: row.name }));
  return { status, changed };
}

/** The digest of a feed's entries, in the order of their keys, and the ecosystems they are of. */
export function digestOfRows(rows: readonly Pick<Row, 'ecosystem' | 'name' | 'hash'>[]): {
  digest: string;
  ecosystems: string[];
} {
  const sorted = rows.toSorted((a, b) => compareText(a.ecosystem, b.ecosystem) || compareText(a.name, b.name));
  const digest = createHash('sha256');
  for (const row of sorted) digest.update(`${row.ecosystem}\0${row.name}\0${row.hash}\n`);
  return {
    digest: `sha256:${digest.digest('hex')}`,
    ecosystems: [...new Set(sorted.map((row) => row.ecosystem))],
  };
}

/** A feed may give one package in several entries; they become one row. */
function mergeRows(rows: readonly { ecosystem: string; name: string; body: string }[]): Row[] {
  const merged: Row[] = [];
  for (let at = 0; at < rows.length; ) {
    const first = rows[at]!;
    let end = at + 1;
    while (end < rows.length && rows[end]!.name === first.name && rows[end]!.ecosystem === first.ecosystem) end++;
    const body =
      end === at + 1
        ? first.body
        : JSON.stringify(rows.slice(at, end).flatMap((row) => JSON.parse(row.body) as Advisory[]));
    merged.push({ ecosystem: first.ecosystem, name: first.name, body, hash: hash('sha256', body, 'hex') });
    at = end;
  }
  return merged;
}

function writeFeed(folder: string, status: FeedStatus, rows: readonly Row[]): void {
  const path = fileOf(folder, status);
  if (existsSync(path)) return;
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  try {
    const database = new DatabaseSync(temporary);
    database.exec('pragma journal_mode = off; pragma synchronous = off; pragma page_size = 8192');
    database.exec(
      'create table entries (ecosystem text not null, package text not null, hash text not null, body text not null, primary key (ecosystem, package)) without rowid',
    );
    database.exec('begin');
    const insert = database.prepare('insert into entries values (?, ?, ?, ?)');
    for (const row of rows) insert.run(row.ecosystem, row.name, row.hash, row.body);
    database.exec('commit');
    database.close();
    syncFile(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw storageError(error, `writing the advisory feed ${status.feed}`);
  }
}

export function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

type HashRow = { ecosystem: string; package: string; hash: string };

/** Keys whose rows are not equal in two feeds, by one merge over their primary keys. */
function difference(before: string, after: string): ChangedEntry[] {
  if (before === after) return [];
  const changed: ChangedEntry[] = [];
  const databases = [before, after].map((path) => new DatabaseSync(path, { readOnly: true }));
  try {
    const [left, right] = databases.map(
      (database) =>
        database
          .prepare('select ecosystem, package, hash from entries order by ecosystem, package')
          .iterate() as IterableIterator<HashRow>,
    ) as [IterableIterator<HashRow>, IterableIterator<HashRow>];
    let a = left.next();
    let b = right.next();
    while (!a.done || !b.done) {
      const order = a.done
        ? 1
        : b.done
          ? -1
          : compareText(a.value.ecosystem, b.value.ecosystem) || compareText(a.value.package, b.value.package);
      const entry = order <= 0 ? a.value! : b.value!;
      if (order !== 0 || a.value!.hash !== b.value!.hash)
        changed.push({ ecosystem: entry.ecosystem, package: entry.package });
      if (order <= 0) a = left.next();
      if (order >= 0) b = right.next();
    }
    return changed;
  } finally {
    for (const database of databases) database.close();
  }
}
