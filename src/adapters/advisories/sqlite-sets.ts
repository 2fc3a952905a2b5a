import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Advisory } from '../../content/advisories/advisory.ts';
import { AssayError, storageError } from '../../lib/error.ts';
import type {
  AdvisorySets,
  ChangedEntry,
  FeedStatus,
  IncomingBytes,
  SetOrigin,
  TakenFeed,
  TakenSet,
} from '../../ports/advisory-sets.ts';
import { readCurrent, writeCurrent } from './current-file.ts';
import { compareText, compileFeed, fileOf } from './feed-file.ts';
import { makeSet, openFeed, type OpenFeed } from './feed-lookup.ts';
import { compileInThread } from './feed-thread.ts';

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
  const before = readCurrent(folder);
  let feeds = before.feeds.map((status) => openFeed(folder, status));
  let { origins } = before;
  let set = makeSet(feeds);
  let last: Promise<unknown> = Promise.resolve();
  /** One feed after the other: each finds in force what the one before has left. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  /** Puts feeds in force together, in place of what they held before; others go on, but for those that are dropped. */
  const adopt = (
    statuses: readonly FeedStatus[],
    dropped: readonly string[] = [],
    nextOrigins: readonly SetOrigin[] = origins,
  ): void => {
    const replaced = new Set([...statuses.map((each) => each.feed), ...dropped]);
    const opened = statuses.map((status) => openFeed(folder, status));
    const next = [...feeds.filter(({ status }) => !replaced.has(status.feed)), ...opened].sort((a, b) =>
      compareText(a.status.feed, b.status.feed),
    );
    writeCurrent(folder, { feeds: next.map((feed) => feed.status), origins: nextOrigins });
    const gone = feeds.filter(({ status }) => replaced.has(status.feed));
    feeds = next;
    origins = nextOrigins;
    set = makeSet(feeds);
    for (const each of gone) each.database.close();
    removeUnused(folder, feeds);
  };
  /** Writes bodies to files of the folder while `use` runs. */
  const withFiles = async <T>(
    bodies: readonly IncomingBytes[],
    use: (paths: readonly string[]) => Promise<T>,
  ): Promise<T> => {
    const paths = bodies.map(() => join(folder, `${INCOMING}${randomUUID()}`));
    try {
      for (const [at, each] of bodies.entries()) await store(paths[at]!, each);
      return await use(paths);
    } finally {
      for (const path of paths) await rm(path, { force: true });
    }
  };
  return {
    current: () => set,
    take: (incoming) =>
      inTurn(() =>
        withFiles([incoming], async ([path = '']) => {
          const { fileName, reader, source, validators, part, amends, at } = incoming;
          const task = { kind: 'feed' as const, folder, path, fileName, reader, source, validators, part, amends, at };
          const taken: TakenFeed = await compileInThread({ ...task, inForce: feeds.map((each) => each.status) });
          adopt([taken.status]);
          return taken;
        }),
      ),
    takeSet: ({ origin, feeds: incoming, at }) =>
      inTurn(async (): Promise<TakenSet> => {
        const taken: TakenFeed[] = [];
        for (const { feed, digest, kind, bodies } of incoming)
          taken.push(
            await withFiles(bodies, (paths) =>
              compileInThread({
                ...(kind === 'whole'
                  ? {
                      kind: 'feed',
                      path: paths[0]!,
                      fileName: bodies[0]!.fileName,
                      reader: 'assay',
                      validators: undefined,
                      part: undefined,
                      amends: undefined,
                    }
                  : { kind: 'deltas', paths }),
                folder,
                source: origin.source,
                at,
                expected: { feed, digest },
                inForce: feeds.map((each) => each.status),
              }),
            ),
          );
        const known = origins.find((each) => each.source === origin.source);
        const dropped = (known?.feeds ?? []).filter(
          (name) => !origin.feeds.includes(name) && feeds.some((each) => each.status.feed === name),
        );
        const removed = dropped.flatMap((name) => keysOf(feeds, name));
        const kept = feeds
          .filter(
            ({ status }) =>
              origin.feeds.includes(status.feed) && !taken.some((each) => each.status.feed === status.feed),
          )
          .map(({ status }) => ({ ...status, source: origin.source, checkedAt: at }));
        adopt([...taken.map((each) => each.status), ...kept], dropped, [
          ...origins.filter((each) => each.source !== origin.source),
          origin,
        ]);
        return { taken, dropped, changed: [...taken.flatMap((each) => each.changed), ...removed] };
      }),
    originOf: (source) => origins.find((each) => each.source === source),
    origins: () => origins,
    replace: (feed) =>
      inTurn(() => {
        const before = feeds.find((each) => each.status.feed === feed.name);
        const compiled = compileFeed(folder, feed, before && fileOf(folder, before.status));
        adopt([compiled.status]);
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
        writeCurrent(folder, { feeds: feeds.map((each) => each.status), origins });
        set = makeSet(feeds);
        return Promise.resolve();
      }),
    close: () => {
      for (const feed of feeds) feed.database.close();
      feeds = [];
    },
  };
}

/** Every key of a feed that goes. */
function keysOf(feeds: readonly OpenFeed[], name: string): ChangedEntry[] {
  const feed = feeds.find((each) => each.status.feed === name);
  return feed === undefined
    ? []
    : (feed.database.prepare('select ecosystem, package from entries').all() as {
        ecosystem: string;
        package: string;
      }[]);
}

const INCOMING = 'incoming-';

async function store(path: string, { body, maxBytes, fileName }: IncomingBytes): Promise<void> {
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

function removeUnused(folder: string, feeds: readonly OpenFeed[]): void {
  const used = new Set(feeds.map((feed) => fileOf(folder, feed.status)));
  for (const name of readdirSync(folder))
    if (name.endsWith('.sqlite') && !used.has(join(folder, name))) rmSync(join(folder, name), { force: true });
}
