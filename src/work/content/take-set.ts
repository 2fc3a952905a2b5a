import { routeTo } from '../../content/advisories/set-index.ts';
import { AssayError } from '../../lib/error.ts';
import type { AdvisorySets, IncomingBytes, TakenSet } from '../../ports/advisory-sets.ts';
import type { ImageSource } from '../../ports/image-source.ts';
import { MAX_FEED_BYTES } from './fetch-feed.ts';
import { readSet } from './publish-set.ts';

/** What an update from a published set came to. */
export interface SetUpdate extends TakenSet {
  readonly createdAt: string;
  /** Bytes of feeds and deltas that travelled. */
  readonly bytes: number;
  /** Feeds of the set that were here already, as they are. */
  readonly unchanged: number;
}

/**
 * Brings the feeds in line with a published set: what is held is left, deltas are taken where they lead from it, all of
 * the feed where none do. `open` opens the set at the manifest that its publisher signed; nothing of it was used before
 * that was verified. Throws `advisory-set-older` when a later set of this source was taken before.
 */
export async function takeSet(
  sets: AdvisorySets,
  open: () => Promise<ImageSource>,
  { source, signed, at }: { readonly source: string; readonly signed: string; readonly at: number },
): Promise<SetUpdate> {
  await using image = await open();
  const { manifest, index } = await readSet(image);
  if (manifest !== signed)
    throw new AssayError('trust-hash-mismatch', `the set is ${manifest}, and ${signed} is signed`);
  const known = sets.originOf(source);
  if (known && Date.parse(index.createdAt) < Date.parse(known.createdAt))
    throw new AssayError(
      'advisory-set-older',
      `the set that is signed now was made ${index.createdAt}, and one of ${known.createdAt} is in force`,
    );
  const held = new Map(sets.current().feeds.map((each) => [each.feed, each.digest]));
  let bytes = 0;
  let unchanged = 0;
  const feeds = index.feeds.flatMap((feed) => {
    const route = routeTo(feed, held.get(feed.feed));
    if (route.kind === 'held') {
      unchanged++;
      return [];
    }
    const blobs = route.kind === 'whole' ? [feed.whole] : route.deltas.map((each) => each.descriptor);
    const bodies = blobs.map((blob): IncomingBytes => {
      if (blob.size > MAX_FEED_BYTES)
        throw new AssayError('content-budget-exceeded', `${feed.feed} is larger than ${MAX_FEED_BYTES} bytes`);
      bytes += blob.size;
      return { fileName: `${feed.feed}.ndjson.zst`, body: image.blob(blob), maxBytes: blob.size };
    });
    return [{ feed: feed.feed, digest: feed.digest, kind: route.kind, bodies }];
  });
  const origin = {
    source,
    manifest,
    createdAt: index.createdAt,
    checkedAt: at,
    feeds: index.feeds.map((each) => each.feed),
  };
  const taken = await sets.takeSet({ origin, feeds, at });
  return { ...taken, createdAt: index.createdAt, bytes, unchanged };
}
