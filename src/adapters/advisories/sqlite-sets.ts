import { hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  openSync,
  fsyncSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { type Advisory, EXPLOITED, type SourcedAdvisory } from '../../content/advisories/advisory.ts';
import { storageError } from '../../lib/error.ts';
import type { AdvisorySet, AdvisorySets, ChangedEntry, FeedStatus } from '../../ports/advisory-sets.ts';

const statusSchema = z.object({
  feed: z.string(),
  digest: z.string(),
  records: z.number(),
  refused: z.number(),
  ecosystems: z.array(z.string()),
  importedAt: z.number(),
  newestAt: z.string().optional(),
  licence: z.string(),
});
const currentSchema = z.object({ schemaVersion: z.literal(1), feeds: z.array(statusSchema) });

interface OpenFeed {
  readonly status: FeedStatus;
  readonly database: DatabaseSync;
  readonly byPackage: StatementSync;
}

/**
 * Advisory sets in a folder: one immutable SQLite file a feed and content, and `current.json` naming those in force.
 * A feed is replaced by writing a new file and renaming `current.json`, so that a set is old or new, never between.
 */
export function openAdvisorySets(folder: string): AdvisorySets {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storageError(error, `preparing ${folder}`);
  }
  let feeds = readCurrent(folder).map((status) => openFeed(folder, status));
  let set = makeSet(feeds);
  return {
    current: () => set,
    replace: async ({ name, licence, content, at }) => {
      const rows = content.entries
        .filter((entry) => entry.advisories.length > 0)
        .map((entry) => ({ ecosystem: entry.ecosystem, name: entry.package, body: JSON.stringify(entry.advisories) }))
        .sort((a, b) =>
          a.ecosystem === b.ecosystem ? compareText(a.name, b.name) : compareText(a.ecosystem, b.ecosystem),
        );
      const merged = mergeRows(rows);
      const digest = `sha256:${hash('sha256', merged.map((row) => `${row.ecosystem}\0${row.name}\0${row.hash}\n`).join(''), 'hex')}`;
      const status: FeedStatus = {
        feed: name,
        digest,
        records: content.records,
        refused: content.refused.length,
        ecosystems: [...new Set(merged.map((row) => row.ecosystem))],
        importedAt: at,
        newestAt: content.newestAt,
        licence,
      };
      const before = feeds.find((feed) => feed.status.feed === name);
      writeFeed(folder, status, merged);
      const opened = openFeed(folder, status);
      const changed = before
        ? difference(before.database, opened.database)
        : merged.map((row) => ({ ecosystem: row.ecosystem, package: row.name }));
      const next = [...feeds.filter((feed) => feed !== before), opened].sort((a, b) =>
        compareText(a.status.feed, b.status.feed),
      );
      writeCurrent(
        folder,
        next.map((feed) => feed.status),
      );
      feeds = next;
      set = makeSet(feeds);
      before?.database.close();
      removeUnused(folder, feeds);
      return { status, changed };
    },
    close: () => {
      for (const feed of feeds) feed.database.close();
      feeds = [];
    },
  };
}

interface Row {
  readonly ecosystem: string;
  readonly name: string;
  readonly body: string;
  readonly hash: string;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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

function fileOf(folder: string, status: FeedStatus): string {
  return join(folder, `${status.feed}-${status.digest.slice(7, 39)}.sqlite`);
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

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function openFeed(folder: string, status: FeedStatus): OpenFeed {
  const database = new DatabaseSync(fileOf(folder, status), { readOnly: true });
  return {
    status,
    database,
    byPackage: database.prepare('select body from entries where ecosystem = ? and package = ?'),
  };
}

function makeSet(feeds: readonly OpenFeed[]): AdvisorySet {
  const byEcosystem = new Map<string, OpenFeed[]>();
  for (const feed of feeds)
    for (const ecosystem of feed.status.ecosystems)
      byEcosystem.set(ecosystem, [...(byEcosystem.get(ecosystem) ?? []), feed]);
  const catalogues = byEcosystem.get(EXPLOITED) ?? [];
  const exploited = (advisory: Advisory) =>
    catalogues.some((feed) =>
      [advisory.id, ...(advisory.aliases ?? [])].some((id) => feed.byPackage.get(EXPLOITED, id) !== undefined),
    );
  return {
    digest: `sha256:${hash('sha256', feeds.map((feed) => `${feed.status.feed}\0${feed.status.digest}\n`).join(''), 'hex')}`,
    feeds: feeds.map((feed) => feed.status),
    covers: (ecosystem) => byEcosystem.has(ecosystem),
    lookUp(ecosystem, name) {
      const found: SourcedAdvisory[] = [];
      for (const feed of byEcosystem.get(ecosystem) ?? []) {
        const row = feed.byPackage.get(ecosystem, name) as { body: string } | undefined;
        if (row)
          for (const advisory of JSON.parse(row.body) as Advisory[])
            found.push({ ...advisory, feed: feed.status.feed, ...(exploited(advisory) && { exploited: true }) });
      }
      return found;
    },
  };
}

/** Keys whose rows are not equal in two feeds, by one merge over their primary keys. */
function difference(before: DatabaseSync, after: DatabaseSync): ChangedEntry[] {
  const changed: ChangedEntry[] = [];
  const rows = (database: DatabaseSync) =>
    database
      .prepare('select ecosystem, package, hash from entries order by ecosystem, package')
      .iterate() as IterableIterator<{
      ecosystem: string;
      package: string;
      hash: string;
    }>;
  const left = rows(before);
  const right = rows(after);
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
}

function readCurrent(folder: string): FeedStatus[] {
  const path = join(folder, 'current.json');
  if (!existsSync(path)) return [];
  const { feeds } = currentSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return feeds.map((feed) => ({ ...feed, newestAt: feed.newestAt }));
}

function writeCurrent(folder: string, feeds: readonly FeedStatus[]): void {
  const path = join(folder, 'current.json');
  try {
    writeFileSync(`${path}.new`, JSON.stringify({ schemaVersion: 1, feeds }, null, 2), { mode: 0o600 });
    syncFile(`${path}.new`);
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw storageError(error, 'putting the advisory set in force');
  }
}

function removeUnused(folder: string, feeds: readonly OpenFeed[]): void {
  const used = new Set(feeds.map((feed) => fileOf(folder, feed.status)));
  for (const name of readdirSync(folder))
    if (name.endsWith('.sqlite') && !used.has(join(folder, name))) rmSync(join(folder, name), { force: true });
}
