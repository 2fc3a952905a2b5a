import { hash } from 'node:crypto';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Advisory, AdvisoryEntry } from '../../content/advisories/advisory.ts';
import type { FeedContent, FeedReader } from '../../content/advisories/feed.ts';
import { AssayError } from '../../lib/error.ts';
import type { ChangedEntry, FeedAmendment, FeedStatus, TakenFeed } from '../../ports/advisory-sets.ts';
import { digestOfRows, fileOf, syncFile } from './feed-file.ts';

type Place = Pick<AdvisoryEntry, 'ecosystem' | 'package'>;

/** What becomes of the entry of one package; nothing is left of it where `after` is empty. */
interface Edit {
  readonly place: Place;
  readonly before: string;
  readonly after: readonly Advisory[];
}

/**
 * Puts single records of a feed in place of what these said before: advisories that came from them, or from deleted ones,
 * go, wherever they stand, and the new ones take their place. Makes a file of its own; the one in force stays as it is.
 */
export function amendFeed(
  folder: string,
  inForce: readonly FeedStatus[],
  reader: Pick<FeedReader, 'name' | 'recordOf'>,
  content: FeedContent,
  { feed, deleted, at }: FeedAmendment & { readonly at: number },
): TakenFeed {
  const before = inForce.find((each) => each.feed === feed);
  const recordOf = reader.recordOf?.bind(reader);
  if (!before || !recordOf)
    throw new AssayError('internal', `records of ${feed} cannot be renewed one by one (${reader.name})`);
  const renewed = new Set([...(content.ids ?? []), ...deleted]);
  const temporary = `${fileOf(folder, { feed, digest: `sha256:${'0'.repeat(64)}` })}.new`;
  rmSync(temporary, { force: true });
  try {
    copyFileSync(fileOf(folder, before), temporary);
    const { changed, known, digest, ecosystems } = amendFile(temporary, content, renewed, recordOf);
    const fresh = new Set((content.ids ?? []).filter((id) => !known.has(id))).size;
    const status: FeedStatus = {
      ...before,
      digest,
      ecosystems,
      records: before.records + fresh - deleted.filter((id) => known.has(id)).length,
      newestAt: [before.newestAt ?? '', content.newestAt ?? ''].sort().at(-1) || undefined,
      checkedAt: at,
      amendedAt: at,
    };
    if (changed.length > 0) {
      syncFile(temporary);
      renameSync(temporary, fileOf(folder, status));
    }
    return { status, changed, withdrawn: content.withdrawn, refused: content.refused };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function amendFile(
  path: string,
  content: FeedContent,
  renewed: ReadonlySet<string>,
  recordOf: NonNullable<FeedReader['recordOf']>,
): { changed: ChangedEntry[]; known: ReadonlySet<string>; digest: string; ecosystems: string[] } {
  const database = new DatabaseSync(path);
  try {
    database.exec('pragma journal_mode = off; pragma synchronous = off');
    const { edits, known } = editsOf(database, content, renewed, recordOf);
    database.exec('begin');
    const put = database.prepare('insert or replace into entries values (?, ?, ?, ?)');
    const remove = database.prepare('delete from entries where ecosystem = ? and package = ?');
    const changed: ChangedEntry[] = [];
    for (const { place, before, after } of edits) {
      const body = JSON.stringify(after);
      if (body === before) continue;
      changed.push({ ecosystem: place.ecosystem, package: place.package });
      if (after.length === 0) remove.run(place.ecosystem, place.package);
      else put.run(place.ecosystem, place.package, hash('sha256', body, 'hex'), body);
    }
    database.exec('commit');
    const rows = database.prepare('select ecosystem, package as name, hash from entries').all();
    return { changed, known, ...digestOfRows(rows as { ecosystem: string; name: string; hash: string }[]) };
  } finally {
    database.close();
  }
}

/** Looks through all entries: no index tells where a record stood before. */
function editsOf(
  database: DatabaseSync,
  content: FeedContent,
  renewed: ReadonlySet<string>,
  recordOf: NonNullable<FeedReader['recordOf']>,
): { edits: Edit[]; known: ReadonlySet<string> } {
  const arriving = new Map(content.entries.map((each) => [`${each.ecosystem}\0${each.package}`, each]));
  const known = new Set<string>();
  const edits: Edit[] = [];
  const rows = database.prepare('select ecosystem, package, body from entries').iterate() as IterableIterator<
    Place & { body: string }
  >;
  for (const { body, ...place } of rows) {
    const key = `${place.ecosystem}\0${place.package}`;
    const old = JSON.parse(body) as Advisory[];
    const goes = old.map((advisory) => renewed.has(recordOf(place, advisory)));
    for (const [at, advisory] of old.entries()) if (goes[at]) known.add(recordOf(place, advisory));
    const added = arriving.get(key)?.advisories ?? [];
    arriving.delete(key);
    if (added.length === 0 && !goes.includes(true)) continue;
    const stays = old.filter((_, at) => !goes[at]);
    const first = goes.indexOf(true);
    edits.push({ place, before: body, after: stays.toSpliced(first < 0 ? stays.length : first, 0, ...added) });
  }
  for (const { advisories, ...place } of arriving.values())
    if (advisories.length > 0) edits.push({ place, before: '', after: advisories });
  return { edits, known };
}
