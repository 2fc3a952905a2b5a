import type { FeedAddress, FeedReader } from '../../content/advisories/feed.ts';
import { AssayError } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { FeedStatus, FeedValidators, IncomingFeed } from '../../ports/advisory-sets.ts';
import { MAX_FEED_BYTES, mirrored, openFeed } from './fetch-feed.ts';
import { type IncrementParts, incrementOf } from './increments/increments.ts';

export type Renewal = Omit<IncomingFeed, 'at'>;

/**
 * What a publisher has that is newer than the copy in force: the records that changed, where it tells them, else all of
 * the feed, else nothing.
 */
export async function renewalOf(
  reader: FeedReader,
  address: FeedAddress,
  held: { readonly status: FeedStatus | undefined; readonly validators: FeedValidators | undefined },
  parts: IncrementParts,
): Promise<Renewal | undefined> {
  const source = mirrored(address.url, parts.mirror);
  const increment = await incrementOf(address, held.status, parts);
  if (increment && held.status) {
    const { fileName, lines, deleted } = increment;
    if (lines.length === 0 && deleted.length === 0) return undefined;
    const amends = { feed: held.status.feed, deleted };
    return { fileName, body: bodyOf(lines), maxBytes: MAX_FEED_BYTES, reader: reader.name, source, amends };
  }
  const url = address.names ? await namedBeside(source, parts) : source;
  const arriving = await openFeed(parts.http, url, {
    ...(held.validators && { held: held.validators }),
    ...(parts.signal && { signal: parts.signal }),
  });
  if (!arriving) return undefined;
  const { name: fileName, body, validators } = arriving;
  return { fileName, body, maxBytes: MAX_FEED_BYTES, reader: reader.name, source, validators };
}

async function* bodyOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

/** The file that another names (`archive_latest.txt`): it lies beside it. */
async function namedBeside(source: string, { http, signal }: IncrementParts): Promise<string> {
  const list = await openFeed(http, source, signal ? { signal } : {});
  const text = list ? new TextDecoder().decode(await collectBytes(list.body, 1024, source)).trim() : '';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/.test(text))
    throw new AssayError('advisory-feed-invalid', `${source} does not name a file beside it`);
  return `${source.slice(0, source.lastIndexOf('/'))}/${text}`;
}
