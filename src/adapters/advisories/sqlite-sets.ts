import { hash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { z } from 'zod';
import {
  type Advisory,
  EXPLOITED,
  LIKELIHOOD,
  type Rating,
  RATINGS,
  type SourcedAdvisory,
} from '../../content/advisories/advisory.ts';
import { decidingVector } from '../../content/advisories/cvss.ts';
import { AssayError, storageError } from '../../lib/error.ts';
import type { AdvisorySet, AdvisorySets, FeedStatus, IncomingFeed, TakenFeed } from '../../ports/advisory-sets.ts';
import { compareText, compileFeed, fileOf, syncFile } from './feed-file.ts';
import { compileInThread } from './feed-thread.ts';

const validatorsSchema = z
  .object({ etag: z.string().optional(), lastModified: z.string().optional() })
  .transform(({ etag, lastModified }) => ({ ...(etag && { etag }), ...(lastModified && { lastModified }) }));
const statusSchema = z.object({
  feed: z.string(),
  digest: z.string(),
  records: z.number(),
  withdrawn: z.number().default(0),
  refused: z.number(),
  ecosystems: z.array(z.string()),
  importedAt: z.number(),
  checkedAt: z.number().optional(),
  newestAt: z.string().optional(),
  licence: z.string(),
  source: z.string().optional(),
  validators: validatorsSchema.optional(),
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
    for (const name of readdirSync(folder)) if (name.startsWith(INCOMING)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw storageError(error, `preparing ${folder}`);
  }
  let feeds = readCurrent(folder).map((status) => openFeed(folder, status));
  let set = makeSet(feeds);
  let last: Promise<unknown> = Promise.resolve();
  /** One feed after the other: each finds in force what the one before has left. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  const adopt = (status: FeedStatus): void => {
    const before = feeds.find((feed) => feed.status.feed === status.feed);
    const next = [...feeds.filter((feed) => feed !== before), openFeed(folder, status)].sort((a, b) =>
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
  };
  return {
    current: () => set,
    take: (incoming) =>
      inTurn(async () => {
        const path = join(folder, `${INCOMING}${randomUUID()}`);
        try {
          await store(path, incoming);
          const inForce = feeds.map(({ status }) => ({ feed: status.feed, digest: status.digest }));
          const { fileName, reader, source, validators, at } = incoming;
          const task = { folder, path, fileName, reader, source, validators, at, inForce };
          const taken: TakenFeed = await compileInThread(task);
          adopt(taken.status);
          return taken;
        } finally {
          await rm(path, { force: true });
        }
      }),
    replace: (feed) =>
      inTurn(() => {
        const before = feeds.find((each) => each.status.feed === feed.name);
        const compiled = compileFeed(folder, feed, before && fileOf(folder, before.status));
        adopt(compiled.status);
        return Promise.resolve(compiled);
      }),
    *entries(name) {
      const feed = feeds.find((each) => each.status.feed === name);
      if (!feed) return;
      const rows = feed.database
        .prepare('select ecosystem, package, body from entries order by ecosystem, package')
        .iterate() as IterableIterator<{ ecosystem: string; package: string; body: string }>;
      for (const row of rows)
        yield {
          ecosystem: row.ecosystem,
          package: row.package,
          advisories: JSON.parse(row.body) as Advisory[],
        };
    },
    confirm: (feed, at) =>
      inTurn(() => {
        feeds = feeds.map((each) =>
          each.status.feed === feed ? { ...each, status: { ...each.status, checkedAt: at } } : each,
        );
        writeCurrent(
          folder,
          feeds.map((each) => each.status),
        );
        set = makeSet(feeds);
        return Promise.resolve();
      }),
    close: () => {
      for (const feed of feeds) feed.database.close();
      feeds = [];
    },
  };
}

const INCOMING = 'incoming-';

async function store(path: string, { body, maxBytes, fileName }: IncomingFeed): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes)
        throw new AssayError('content-budget-exceeded', `${fileName} is larger than ${maxBytes} bytes`);
      await file.write(chunk);
    }
  } finally {
    await file.close();
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
  const rows = (ecosystem: string, name: string): { feed: string; advisories: Advisory[] }[] =>
    (byEcosystem.get(ecosystem) ?? []).flatMap((feed) => {
      const row = feed.byPackage.get(ecosystem, name) as { body: string } | undefined;
      return row ? [{ feed: feed.status.feed, advisories: JSON.parse(row.body) as Advisory[] }] : [];
    });
  const catalogues = byEcosystem.get(EXPLOITED) ?? [];
  const isExploited = (ids: readonly string[]) =>
    catalogues.some((feed) => ids.some((id) => feed.byPackage.get(EXPLOITED, id) !== undefined));
  const rated = byEcosystem.has(RATINGS);
  return {
    digest: `sha256:${hash('sha256', feeds.map((feed) => `${feed.status.feed}\0${feed.status.digest}\n`).join(''), 'hex')}`,
    feeds: feeds.map((feed) => feed.status),
    covers: (ecosystem) => byEcosystem.has(ecosystem),
    lookUp: (ecosystem, name) =>
      rows(ecosystem, name).flatMap(({ feed, advisories }) =>
        advisories.map((advisory): SourcedAdvisory => {
          const ids = [advisory.id, ...(advisory.aliases ?? [])];
          return {
            ...advisory,
            feed,
            ...(isExploited(ids) && { exploited: true }),
            ...(rated && ratingsOf(ids, rows)),
          };
        }),
      ),
    likelihoodOf(ids) {
      if (!byEcosystem.has(LIKELIHOOD)) return undefined;
      for (const id of ids) {
        const [row] = rows(LIKELIHOOD, id);
        if (row) return row.advisories[0]?.likelihood;
      }
      return undefined;
    },
  };
}

/** What catalogues say of the CVE that an advisory is about: the first of its ids that is one. */
function ratingsOf(
  ids: readonly string[],
  rows: (ecosystem: string, name: string) => { advisories: Advisory[] }[],
): Pick<SourcedAdvisory, 'ratings' | 'rejected' | 'cvePublishedAt'> {
  const cve = ids.find((id) => id.startsWith('CVE-'));
  const found = cve === undefined ? [] : rows(RATINGS, cve).flatMap((row) => row.advisories);
  const ratings = found.flatMap(({ severity, severitySource, cvss }): Rating[] => {
    if (!severity || severitySource === undefined) return [];
    const vector = decidingVector(cvss ?? []);
    return [{ source: severitySource, severity, ...(vector && { vector: vector.vector, score: vector.score }) }];
  });
  const publishedAt = found.find((each) => each.publishedAt !== undefined)?.publishedAt;
  return {
    ...(ratings.length > 0 && { ratings }),
    ...(found.some((each) => each.status === 'not-affected') && { rejected: true }),
    ...(publishedAt !== undefined && { cvePublishedAt: publishedAt }),
  };
}

function readCurrent(folder: string): FeedStatus[] {
  const path = join(folder, 'current.json');
  if (!existsSync(path)) return [];
  const { feeds } = currentSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return feeds.map(({ checkedAt, source, validators, ...feed }) => ({
    ...feed,
    newestAt: feed.newestAt,
    ...(checkedAt !== undefined && { checkedAt }),
    ...(source !== undefined && { source }),
    ...(validators && { validators }),
  }));
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
