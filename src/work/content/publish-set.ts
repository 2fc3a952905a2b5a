import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { AdvisoryEntry } from '../../content/advisories/advisory.ts';
import { assayFeed } from '../../content/advisories/assay-feed.ts';
import { type CompiledFeed, deltaLines, feedLines } from '../../content/advisories/feed-lines.ts';
import {
  MAX_DELTAS,
  MAX_INDEX_BYTES,
  parseSetIndex,
  SET_ARTIFACT,
  SET_DELTA,
  SET_FEED,
  SET_INDEX,
  type SetDelta,
  type SetFeed,
  type SetIndex,
} from '../../content/advisories/set-index.ts';
import { toRfc3339 } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestOf } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { collectBytes } from '../../oci/verified.ts';

import type { ImageSource, ImageTarget } from '../../ports/image-source.ts';

/** Slow, once a set and feed, for who fetches it many times. */
const LEVEL = 15;

/** A published set: the manifest it is named by, and what it holds. */
export interface PublishedSet {
  readonly manifest: Digest;
  readonly index: SetIndex;
}

/** Reads the index of a set; `source` is open at a manifest whose digest is trusted. Throws `advisory-set-invalid`. */
export async function readSet(source: ImageSource): Promise<PublishedSet> {
  const root = await source.root();
  const manifest = parseManifest(root.raw, root.mediaType, root.digest);
  if (manifest.kind !== 'image' || manifest.artifactType !== SET_ARTIFACT || manifest.config.mediaType !== SET_INDEX)
    throw new AssayError('advisory-set-invalid', `${source.name} is no set of advisories`);
  const raw = await collectBytes(source.blob(manifest.config), MAX_INDEX_BYTES, 'the index of the set');
  return { manifest: root.digest, index: parseSetIndex(raw) };
}

/** Every entry of a feed, of this machine or of a server, in the order of their keys. */
export type EntriesOf = (feed: string) => Iterable<AdvisoryEntry> | Promise<Iterable<AdvisoryEntry>>;

export interface Publication {
  readonly manifest: Digest;
  /** False when the set that is there already says all of it. */
  readonly isNew: boolean;
  readonly feeds: readonly { readonly feed: string; readonly whole: number; readonly delta: number | undefined }[];
}

/**
 * Writes the feeds in force as one artifact: each whole, packed, and beside it what leads to it from the contents before.
 * `previous` is the set that was published there last, verified; its feeds that are the same are not packed again.
 */
export async function publishSet(
  entriesOf: EntriesOf,
  chosen: readonly CompiledFeed[],
  target: ImageTarget,
  { previous, now }: { previous: { set: PublishedSet; source: ImageSource } | undefined; now: number },
): Promise<Publication> {
  const earlier = new Map(previous?.set.index.feeds.map((each) => [each.feed, each]));
  const same = chosen.length === earlier.size && chosen.every((each) => earlier.get(each.feed)?.digest === each.digest);
  if (previous && same)
    return { manifest: previous.set.manifest, isNew: false, feeds: previous.set.index.feeds.map(sizesOf) };
  const feeds: SetFeed[] = [];
  for (const status of chosen) {
    const before = earlier.get(status.feed);
    const made =
      before?.digest === status.digest ? before : await packFeed(entriesOf, status, target, before, previous?.source);
    for (const descriptor of [made.whole, ...made.deltas.map((each) => each.descriptor)])
      if (previous && isOf(before, descriptor))
        await target.putBlob(descriptor, () => previous.source.blob(descriptor));
    feeds.push(made);
  }
  // Two sets of one moment have an order too.
  const createdAt = Math.max(now, previous ? Date.parse(previous.set.index.createdAt) + 1 : 0);
  const index: SetIndex = { schemaVersion: 1, createdAt: toRfc3339(createdAt), feeds };
  const config = await put(target, SET_INDEX, Buffer.from(JSON.stringify(index)));
  const layers = feeds.flatMap((each) => [each.whole, ...each.deltas.map((delta) => delta.descriptor)]);
  const raw = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: SET_ARTIFACT,
      config,
      layers: [...new Map(layers.map((each) => [each.digest, each])).values()],
      annotations: { 'org.opencontainers.image.created': index.createdAt },
    }),
  );
  const manifest = { raw, digest: digestOf(raw), mediaType: mediaTypes.ociManifest };
  await target.putManifest(manifest, { kind: 'root', ...(target.tag !== undefined && { tag: target.tag }) });
  await target.finish();
  return { manifest: manifest.digest, isNew: true, feeds: feeds.map(sizesOf) };
}

function isOf(before: SetFeed | undefined, { digest }: Descriptor): boolean {
  return before?.whole.digest === digest || before?.deltas.some((each) => each.descriptor.digest === digest) === true;
}

function sizesOf({ feed, whole, digest, deltas }: SetFeed): Publication['feeds'][number] {
  return { feed, whole: whole.size, delta: deltas.find((each) => each.to === digest)?.descriptor.size };
}

async function packFeed(
  entriesOf: EntriesOf,
  status: CompiledFeed,
  target: ImageTarget,
  before: SetFeed | undefined,
  source: ImageSource | undefined,
): Promise<SetFeed> {
  const entries = await entriesOf(status.feed);
  const whole = await put(target, SET_FEED, await packed(feedLines(status, entries), whole27));
  const deltas: SetDelta[] = [];
  if (before && source) {
    const old = await publishedEntries(source, before.whole);
    const lines = deltaLines(status, before.digest, old, await entriesOf(status.feed));
    const descriptor = await put(target, SET_DELTA, await packed(lines));
    deltas.push(...before.deltas, { from: before.digest, to: status.digest, descriptor });
  }
  const { feed, digest, licence, records, newestAt } = status;
  return {
    feed,
    digest,
    licence,
    records,
    ...(newestAt !== undefined && { newestAt }),
    whole,
    deltas: worthKeeping(deltas, whole.size),
  };
}

/** The newest deltas that together stay below half of the feed; going back further, the feed whole is the shorter way. */
function worthKeeping(deltas: readonly SetDelta[], whole: number): SetDelta[] {
  const kept: SetDelta[] = [];
  let bytes = 0;
  for (const each of deltas.toReversed()) {
    bytes += each.descriptor.size;
    if (bytes * 2 > whole || kept.length === MAX_DELTAS) break;
    kept.unshift(each);
  }
  return kept;
}

/** Packages repeat over a whole feed, so that it is looked back upon far. */
const whole27 = {
  [constants.ZSTD_c_enableLongDistanceMatching]: 1,
  [constants.ZSTD_c_windowLog]: 27,
};

async function packed(lines: Iterable<string>, more: Readonly<Record<number, number>> = {}): Promise<Buffer> {
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1, ...more };
  return through(inPieces(lines), createZstdCompress({ params }));
}

async function through(from: Iterable<Buffer> | AsyncIterable<Uint8Array>, by: Transform): Promise<Buffer> {
  const out: Buffer[] = [];
  await pipeline(Readable.from(from), by, async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) out.push(chunk);
  });
  return Buffer.concat(out);
}

const PIECE = 256 * 1024;

function* inPieces(lines: Iterable<string>): Generator<Buffer> {
  let piece: string[] = [];
  let length = 0;
  for (const line of lines) {
    piece.push(line);
    length += line.length;
    if (length < PIECE) continue;
    yield Buffer.from(piece.join(''));
    piece = [];
    length = 0;
  }
  if (length > 0) yield Buffer.from(piece.join(''));
}

/** The entries of a packed feed that was published before, in the order they stand there. */
async function publishedEntries(source: ImageSource, whole: Descriptor): Promise<readonly AdvisoryEntry[]> {
  const bytes = await through(source.blob(whole), createZstdDecompress());
  const file = { name: 'previous.ndjson', bytes };
  async function* files() {
    yield file;
  }
  return (await assayFeed.read(files())).entries;
}

async function put(target: ImageTarget, mediaType: string, bytes: Buffer): Promise<Descriptor> {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  await target.putBlob(descriptor, async function* () {
    yield bytes;
  });
  return descriptor;
}
