import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileBlobStore } from '../src/adapters/fs/blob-store.ts';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import { isAssayError } from '../src/lib/error.ts';
import type { RepositoryName } from '../src/oci/names.ts';
import { fsck } from '../src/work/registry/fsck.ts';
import { Random } from './random.ts';
import { layeredImage, RegistryHouse, type TestImage } from './registry-house.ts';

export interface SoakResult {
  readonly pushes: number;
  readonly pulls: number;
  readonly deletes: number;
  readonly mounts: number;
  readonly collections: number;
  readonly filesRemoved: number;
  readonly wrong: readonly string[];
}

const TICK_MS = 5;
/** A soak goes on this much longer where the machine was too slow to remove anything in its time. */
const PATIENCE_MS = 60_000;

/**
 * Pushes of images that share layers, mounts, deletes and pulls, with removals of garbage in between as fast as they
 * go. Each step takes a few milliseconds on the clock of the house; garbage is given little more than a push needs.
 */
export async function garbageSoak(seconds: number, seed: number): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-soak-'));
  const store = await openFileBlobStore(folder);
  const keep = { afterUploadMs: 40 * TICK_MS, afterDeleteMs: 40 * TICK_MS };
  const database = await memoryDatabase(0, keep);
  const house = new RegistryHouse(database, store, { condemnedMs: 10 * TICK_MS, uploadIdleMs: 24 * 3600_000 });
  const ends = performance.now() + seconds * 1000;
  const count = { pushes: 0, pulls: 0, deletes: 0, mounts: 0, collections: 0, filesRemoved: 0 };
  const wrong: string[] = [];
  const enough = () => count.filesRemoved > 0 && count.mounts > 0 && count.deletes > 0;
  const running = () =>
    wrong.length === 0 && (performance.now() < ends || (!enough() && performance.now() < ends + PATIENCE_MS));
  const failed = (doing: string, error: unknown) =>
    wrong.push(`${doing}: ${error instanceof Error ? error.message : String(error)}`);

  const pusher = async (index: number) => {
    const random = new Random(seed + index);
    const repository = `library/r${index}` as RepositoryName;
    const held: TestImage[] = [];
    for (let made = 0; running(); made++) {
      const layers = Array.from({ length: 1 + random.below(3) }, () => `layer ${random.below(12)}`);
      const image = layeredImage(`${index} ${made % 40}`, [...new Set(layers)]);
      const tag = `t${made % 5}`;
      try {
        await pushAsClientsDo(house, repository, image, tag, random, count);
        count.pushes++;
        held.push(image);
        await house.pull(repository, tag);
        count.pulls++;
      } catch (error) {
        failed(`push ${repository}:${tag}`, error);
      }
      if (held.length > 4) await remove(held.splice(random.below(held.length), 1)[0]!, repository);
      house.advance(TICK_MS);
    }
  };
  const remove = async (image: TestImage, repository: RepositoryName) => {
    try {
      await house.manifests.delete(house.admin, repository, { digest: image.digest });
      count.deletes++;
    } catch (error) {
      if (!isAssayError(error, 'manifest-unknown')) failed(`delete in ${repository}`, error);
    }
  };
  const collector = async () => {
    while (running()) {
      const collected = await house.garbage.collect();
      count.collections++;
      count.filesRemoved += collected.files;
    }
  };
  await Promise.all([pusher(0), pusher(1), pusher(2), collector()]);
  const options = { full: true, repair: false, quietBefore: Number.POSITIVE_INFINITY };
  for await (const step of fsck({ database, blobs: store, clock: house.clock }, options))
    if (step.kind === 'problem') wrong.push(`fsck: ${step.weight} ${step.code} ${step.subject}`);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  return { ...count, wrong };
}

/** Asks for each blob, mounts or uploads what is not there, then puts the manifest. */
async function pushAsClientsDo(
  house: RegistryHouse,
  repository: RepositoryName,
  image: TestImage,
  tag: string,
  random: Random,
  count: { mounts: number },
): Promise<void> {
  for (const blob of [image.config, ...image.layers]) {
    const there = await house.blobsUse.stat(house.admin, repository, blob.digest).then(
      () => true,
      (error: unknown) => {
        if (isAssayError(error, 'blob-unknown', 'name-unknown')) return false;
        throw error;
      },
    );
    if (there) continue;
    const from = `library/r${random.below(3)}` as RepositoryName;
    if (random.next() < 0.5 && (await house.blobsUse.mount(house.admin, repository, blob.digest, from))) {
      count.mounts++;
      continue;
    }
    const { id } = await house.uploads.start(house.admin, repository);
    await house.uploads.finish(house.admin, repository, id, blob.digest, blob.body());
  }
  await house.manifests.put(house.admin, repository, {
    reference: { tag: tag as never },
    tags: [],
    contentType: 'application/vnd.oci.image.manifest.v1+json',
    raw: image.raw,
  });
}
