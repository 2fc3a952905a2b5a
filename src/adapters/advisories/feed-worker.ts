import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { feedName, type FeedFile } from '../../content/advisories/feed.ts';
import { feedReader, recogniseFeed } from '../../content/advisories/feeds.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { FeedValidators } from '../../ports/advisory-sets.ts';
import { compileFeed, fileOf } from './feed-file.ts';

/** What the thread is asked to do; it answers once and ends. */
export interface FeedTask {
  readonly folder: string;
  readonly path: string;
  readonly fileName: string;
  readonly reader: string | undefined;
  readonly source: string | undefined;
  readonly validators: FeedValidators | undefined;
  readonly at: number;
  /** Feeds in force with their digests, to find the file of the one that is replaced. */
  readonly inForce: readonly { feed: string; digest: string }[];
}

const KEPT = 200;

async function run(task: FeedTask): Promise<unknown> {
  const file: FeedFile = { name: task.fileName, bytes: readFileSync(task.path) };
  const reader = task.reader === undefined ? recogniseFeed(file) : feedReader(task.reader);
  async function* files() {
    yield file;
  }
  const content = await reader.read(files());
  if (content.records === 0) throw new AssayError('advisory-feed-invalid', 'the feed holds no records');
  const name = feedName(reader, content);
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
