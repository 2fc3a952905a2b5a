import { feedName, type FeedFile, type FeedReader } from '../content/advisories/feed.ts';
import { assayFeed } from '../content/advisories/assay-feed.ts';
import { feedFiles as innerFiles, headsOf } from '../content/advisories/feed-unpack.ts';
import { feedReader, recogniseFeed } from '../content/advisories/feeds.ts';
import { renderFeed } from '../contract/render-report.ts';
import { importAdvisories } from '../contract/house.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { feedBody, feedFiles, nameFeed } from './feed-files.ts';
import { textOption } from './image-report.ts';
import { printable, type Terminal } from './terminal.ts';

export const command: Command = {
  description:
    'Takes in an advisory feed from a file, a zip archive or a folder: on a server, which judges anew the images it concerns, else for the scans of this user. What the feed held before is replaced.',
  args: [{ name: 'file', summary: 'feed as its publisher offers it: a file, a .zip or a folder' }],
  options: [
    { flags: '--feed <name>', summary: 'which feed it is, when the file does not tell' },
    ...serverOptions.map((each) =>
      each.flags.startsWith('--server')
        ? { ...each, summary: 'on this Assay server ($ASSAY_SERVER) instead of here' }
        : each,
    ),
  ],
  examples: [
    ['assay advisories import data.json', 'the Debian security tracker’s data/json, for local scans'],
    ['assay advisories import --server https://registry.example.com all.zip', 'on a server, as an administrator'],
  ],
  async run(invocation) {
    const { options, environment } = invocation;
    const feed = await nameFeed(argument(invocation, 0));
    const remote = textOption(options, 'server') ?? environment['ASSAY_SERVER'];
    return remote === undefined ? importHere(invocation, feed) : importThere(invocation, feed);
  },
};

type Named = Awaited<ReturnType<typeof nameFeed>>;

async function importThere(invocation: Invocation, feed: Named): Promise<ExitStatus> {
  const whole = await feedBody(feed);
  const client = connect(invocation);
  for await (const { bytes, name } of partsOf(whole)) {
    const query = { name, feed: textOption(invocation.options, 'feed') };
    const result = await callEndpoint(client, importAdvisories, { query, body: bytes });
    invocation.terminal.out(
      `${result.feed.feed}: ${result.feed.records} records, ${result.feed.refused} refused, ${result.withdrawn} withdrawn; ${result.changedEntries} packages changed; ${result.judgedPackages} stored packages judged anew, ${result.changedImages} images changed`,
    );
    tellRefused(invocation.terminal, result.refused);
  }
  return 0;
}

/** The feeds of a set that `advisories export` wrote, one by one; any other file is one feed. */
async function* partsOf(file: FeedFile): AsyncGenerator<FeedFile> {
  const [head] = headsOf(file);
  if (head && assayFeed.recognises(head)) yield* innerFiles(file, []);
  else yield file;
}

async function importHere(invocation: Invocation, feed: Named): Promise<ExitStatus> {
  if (feed.kind === 'file') {
    const files = feedFiles(feed);
    const whole = await files.next();
    const [head] = whole.done ? [] : headsOf(whole.value);
    if (!whole.done && head && assayFeed.recognises(head)) {
      for await (const part of innerFiles(whole.value, [])) await importFiles(invocation, one(part));
      return 0;
    }
  }
  return importFiles(invocation, feedFiles(feed));
}

async function* one(file: FeedFile): AsyncGenerator<FeedFile> {
  yield file;
}

async function importFiles(
  { options, open, environment, terminal }: Invocation,
  files: AsyncGenerator<FeedFile>,
): Promise<ExitStatus> {
  const named = textOption(options, 'feed');
  const { reader, looked } =
    named === undefined ? await recogniseFirst(files) : { reader: feedReader(named), looked: [] };
  async function* all() {
    yield* looked;
    yield* files;
  }
  const content = await reader.read(all());
  const sets = await open.advisories(environment);
  try {
    const licence = content.licence ?? reader.licence;
    const name = feedName(reader, content);
    const { status, changed } = await sets.replace({ name, licence, content, at: systemClock.now() });
    const shown = renderFeed(status);
    terminal.out(
      `${shown.feed}: ${shown.records} records, ${shown.refused} refused, ${content.withdrawn} withdrawn; ${changed.length} packages changed`,
    );
    tellRefused(terminal, content.refused);
  } finally {
    sets.close();
  }
  return 0;
}

const MAX_LOOKED = 40;

/** In a folder the first files may be others than records: some are looked at until one tells. */
async function recogniseFirst(
  files: AsyncGenerator<FeedFile>,
): Promise<{ reader: FeedReader; looked: readonly FeedFile[] }> {
  const looked: FeedFile[] = [];
  for (;;) {
    const next = await files.next();
    if (next.done) break;
    looked.push(next.value);
    try {
      return { reader: recogniseFeed(next.value), looked };
    } catch (error) {
      if (!isAssayError(error, 'advisory-feed-invalid') || looked.length === MAX_LOOKED) throw error;
    }
  }
  throw new AssayError('advisory-feed-invalid', 'this is no feed that is known here; name it with --feed');
}

function tellRefused(terminal: Terminal, refused: readonly { id: string; reason: string }[]): void {
  for (const each of refused.slice(0, 10)) terminal.err(`refused ${printable(each.id)}: ${printable(each.reason)}`);
}
