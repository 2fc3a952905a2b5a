import type { FeedAddress, FeedReader } from '../../content/advisories/feed.ts';
import { xmlTokens } from '../../content/advisories/xml-elements.ts';
import { AssayError } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { FeedStatus, FeedValidators, IncomingFeed } from '../../ports/advisory-sets.ts';
import { MAX_FEED_BYTES, mirrored, openFeed } from './fetch-feed.ts';
import { type IncrementParts, incrementOf } from './increments/increments.ts';

const MAX_LEAD_BYTES = 1024 ** 2;

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
  const url = await leadFrom(source, address, parts);
  const arriving = await openFeed(parts.http, url, {
    ...(held.validators && { held: held.validators }),
    ...(parts.signal && { signal: parts.signal }),
  });
  if (!arriving) return undefined;
  const { name: fileName, body, validators } = arriving;
  const { part } = address;
  return {
    fileName,
    body,
    maxBytes: MAX_FEED_BYTES,
    reader: reader.name,
    source,
    validators,
    ...(part !== undefined && { part }),
  };
}

async function* bodyOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

/** The address of the feed itself, where the one that is known only leads to it. */
async function leadFrom(source: string, { leads }: FeedAddress, parts: IncrementParts): Promise<string> {
  if (leads === undefined) return source;
  if (leads === 'repomd') return updateInfoOf(source, parts);
  const text = await textOf(source, parts);
  if (leads === 'name') {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/.test(text))
      throw new AssayError('advisory-feed-invalid', `${source} does not name a file beside it`);
    return `${source.slice(0, source.lastIndexOf('/'))}/${text}`;
  }
  const [first = ''] = text.split(/\s+/);
  if (!URL.canParse(first)) throw new AssayError('advisory-feed-invalid', `${source} names no mirror`);
  return updateInfoOf(mirrored(`${first.replace(/\/+$/, '')}/repodata/repomd.xml`, parts.mirror), parts);
}

/** The notices of a repository, as its index (`repomd.xml`) has them. */
async function updateInfoOf(index: string, parts: IncrementParts): Promise<string> {
  let inside = false;
  for (const token of xmlTokens(await textOf(index, parts))) {
    if (token.kind === 'start' && token.name === 'data') inside = token.attributes.get('type') === 'updateinfo';
    const href =
      token.kind === 'start' && inside && token.name === 'location' ? token.attributes.get('href') : undefined;
    if (href !== undefined && /^repodata\/[A-Za-z0-9._-]{1,200}$/.test(href))
      return `${index.slice(0, -'repodata/repomd.xml'.length)}${href}`;
  }
  throw new AssayError('advisory-feed-invalid', `${index} names no notices`);
}

async function textOf(url: string, { http, signal }: IncrementParts): Promise<string> {
  const file = await openFeed(http, url, signal ? { signal } : {});
  return file ? new TextDecoder().decode(await collectBytes(file.body, MAX_LEAD_BYTES, url)).trim() : '';
}
