import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { feedLines } from '../content/advisories/feed-lines.ts';
import { AssayError } from '../lib/error.ts';
import { tarEnd, tarHeader, tarPadding } from '../lib/tar-writer.ts';
import type { AdvisorySets, FeedStatus } from '../ports/advisory-sets.ts';
import { argument } from './ask-server.ts';
import type { Command } from './command.ts';
import { formatBytes } from './progress.ts';

export const command: Command = {
  description:
    'Writes the advisories of this user, as compiled, into one file for machines without a network; assay advisories import takes it in there, on a server too. The same advisories give the same bytes.',
  args: [
    { name: 'file', summary: 'where to: a .tar.zst' },
    { name: 'feeds...', summary: 'only these feeds (default: all in force)', optional: true },
  ],
  examples: [
    ['assay advisories export set.tar.zst', 'everything in force'],
    ['assay advisories export osv.tar.zst osv-npm osv-pypi', 'two feeds'],
  ],
  async run(invocation) {
    const path = argument(invocation, 0);
    const wanted = invocation.args.slice(1);
    const sets = await invocation.open.advisories(invocation.environment);
    try {
      const { feeds } = sets.current();
      const missing = wanted.find((name) => !feeds.some((each) => each.feed === name));
      if (missing !== undefined)
        throw new AssayError('usage-invalid', `${missing} is not in force (assay advisories status)`);
      const chosen = feeds.filter((each) => wanted.length === 0 || wanted.includes(each.feed));
      if (chosen.length === 0) throw new AssayError('usage-invalid', 'no feeds are in force');
      const digest = createHash('sha256');
      const out = createWriteStream(path, { mode: 0o644 });
      await once(out, 'open');
      await pipeline(
        setFiles(sets, chosen),
        createZstdCompress(),
        async function* (source: AsyncIterable<Uint8Array>) {
          for await (const chunk of source) {
            digest.update(chunk);
            yield chunk;
          }
        },
        out,
      );
      invocation.terminal.out(
        `${path}: ${chosen.length} feeds, ${formatBytes(out.bytesWritten)}, sha256:${digest.digest('hex')}`,
      );
    } finally {
      sets.close();
    }
    return 0;
  },
};

/** A tar of one file a feed: its head, then a line for each package. */
function* setFiles(sets: AdvisorySets, feeds: readonly FeedStatus[]): Generator<Uint8Array> {
  for (const feed of feeds) {
    const lines = Array.from(feedLines(feed, sets.entries(feed.feed)), (line) => Buffer.from(line));
    const size = lines.reduce((sum, each) => sum + each.length, 0);
    yield tarHeader(`${feed.feed}.ndjson`, size);
    yield* lines;
    yield tarPadding(size);
  }
  yield tarEnd();
}
