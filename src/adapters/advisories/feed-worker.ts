import { readFileSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { feedName, type FeedFile } from '../../content/advisories/feed.ts';
import { feedReader, recogniseFeed } from '../../content/advisories/feeds.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { FeedAmendment, FeedStatus, FeedValidators, TakenFeed } from '../../ports/advisory-sets.ts';
import { amendFeed } from './feed-amendment.ts';
import { compileDeltas } from './feed-delta-file.ts';
import { compileFeed, fileOf } from './feed-file.ts';

interface CommonTask {
  readonly folder: string;
  readonly source: string | undefined;
  readonly at: number;
  /** Feeds in force, to find the file of the one that is replaced. */
  readonly inForce: readonly FeedStatus[];
  /** What it must come to, where a published set says so. */
  readonly expected?: { readonly feed: string; readonly digest: string };
}

/** What the thread is asked to do; it answers once and ends. */
export type FeedTask =
  | (CommonTask & {
      readonly kind: 'feed';
      readonly path: string;
      readonly fileName: string;
      readonly reader: string | undefined;
      readonly validators: FeedValidators | undefined;
      readonly part: string | undefined;
      readonly amends: FeedAmendment | undefined;
    })
  | (CommonTask & { readonly kind: 'deltas'; readonly paths: readonly string[] });

const KEPT = 200;

async function run(task: FeedTask): Promise<TakenFeed> {
  if (task.kind === 'feed') return readWhole(task);
  const { folder, paths, at, source, expected, inForce } = task;
  const before = inForce.find((each) => each.feed === expected?.feed);
  if (!before || !expected)
    throw new AssayError('advisory-set-invalid', 'there is nothing that the deltas could change');
  return compileDeltas(folder, before, paths, { at, source, expected: expected.digest });
}

async function readWhole(task: FeedTask & { kind: 'feed' }): Promise<TakenFeed> {
  const { expected } = task;
  const file: FeedFile = { name: task.fileName, bytes: readFileSync(task.path) };
  const reader = task.reader === undefined ? recogniseFeed(file) : feedReader(task.reader);
  async function* files() {
    yield file;
  }
  const content = await reader.read(files());
  if (task.amends) return amendFeed(task.folder, task.inForce, reader, content, { ...task.amends, at: task.at });
  if (content.records === 0) throw new AssayError('advisory-feed-invalid', 'the feed holds no records');
  const name = feedName(reader, task.part === undefined ? content : { part: task.part, ...content });
  if (expected && expected.feed !== name)
    throw new AssayError('advisory-set-invalid', `the set calls ${name} ${expected.feed}`);
  const before = task.inForce.find((each) => each.feed === name);
  const { status, changed } = compileFeed(
    task.folder,
    {
      name,
      licence: content.licence ?? reader.licence,
      content,
      at: task.at,
      source: task.source,
      validators: task.validators,
    },
    before && fileOf(task.folder, before),
  );
  if (expected && expected.digest !== status.digest) {
    if (status.digest !== before?.digest) rmSync(fileOf(task.folder, status), { force: true });
    throw new AssayError('advisory-set-invalid', `${name} does not come to what the set says`);
  }
  return { status, changed, withdrawn: content.withdrawn, refused: content.refused.slice(0, KEPT) };
}

async function answer(): Promise<object> {
  try {
    return { taken: await run(workerData as FeedTask) };
  } catch (error) {
    const code = isAssayError(error) ? error.code : 'internal';
    return { error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

// A thread's port has no target origin; that is a rule of windows.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(await answer());
