import type { Clock } from '../../lib/clock.ts';
import { isAssayError } from '../../lib/error.ts';
import { algorithmOf, type Digest, Digester, digestOf } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { type BlobStore, bytesOf, type StorageKey } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { StoredBlob } from '../../ports/registry-records.ts';

/** `damage` is something acknowledged that is lost or wrong; a `leftover` only takes room and is no sign of loss. */
export interface FsckProblem {
  readonly kind: 'problem';
  readonly weight: 'damage' | 'leftover';
  readonly code: string;
  readonly subject: string;
  readonly repaired: boolean;
}

export interface FsckProgress {
  readonly kind: 'progress';
  readonly stage: 'files' | 'blobs' | 'manifests' | 'artefacts' | 'references';
  readonly done: number;
  readonly total: number;
}

export interface FsckSummary {
  readonly kind: 'summary';
  readonly blobs: number;
  readonly bytes: number;
  readonly manifests: number;
  readonly artefacts: number;
  readonly tags: number;
  readonly damaged: number;
  readonly leftovers: number;
  readonly repaired: number;
  /** True when every blob was read and hashed, not only measured. */
  readonly full: boolean;
}

export type FsckStep = FsckProblem | FsckProgress | FsckSummary;

export interface FsckOptions {
  readonly full: boolean;
  readonly repair: boolean;
  /** Files that changed after this may belong to a push under way: the start of the server, or now when none runs. */
  readonly quietBefore: number;
  readonly signal?: AbortSignal;
}

interface Parts {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

const PAGE = 500;
const MAX_SHOWN = 1000;

/** Compares rows with files in both directions, sizes, digests and what refers to what; works beside a running server. */
export async function* fsck(parts: Parts, options: FsckOptions): AsyncGenerator<FsckStep> {
  const counts = await parts.database.records.upkeep.counts();
  const found = { damaged: 0, leftovers: 0, repaired: 0 };
  for await (const step of everything(parts, options, counts)) {
    if (options.signal?.aborted) return;
    if (step.kind === 'problem') {
      if (step.weight === 'damage') found.damaged++;
      else found.leftovers++;
      if (step.repaired) found.repaired++;
    }
    yield step;
  }
  yield { kind: 'summary', ...counts, ...found, full: options.full };
}

async function* everything(
  parts: Parts,
  options: FsckOptions,
  counts: { blobs: number; manifests: number; artefacts: number },
): AsyncGenerator<FsckProblem | FsckProgress> {
  const files = new Map<StorageKey, number>();
  let unsure: StorageKey[] = [];
  for await (const file of parts.blobs.list('published')) {
    files.set(file.key, file.size);
    if (file.modifiedAt < options.quietBefore) unsure.push(file.key);
    if (unsure.length < PAGE) continue;
    yield* leftoverFiles(parts, unsure, options);
    yield { kind: 'progress', stage: 'files', done: files.size, total: counts.blobs + counts.artefacts };
    unsure = [];
  }
  yield* leftoverFiles(parts, unsure, options);
  yield* checkBlobs(parts, options, files, counts.blobs);
  yield* checkManifests(parts, counts.manifests);
  yield* checkArtefacts(parts, options, files, counts.artefacts);
  yield* checkReferences(parts, options);
}

/** Files without rows: what a process that was killed between a file and its row leaves behind. */
async function* leftoverFiles(
  { database, blobs }: Parts,
  keys: readonly StorageKey[],
  { repair }: FsckOptions,
): AsyncGenerator<FsckProblem> {
  for (const key of await database.records.registry.unknownKeys(keys)) {
    if (repair) await blobs.remove(key);
    yield { kind: 'problem', weight: 'leftover', code: 'file-without-row', subject: key, repaired: repair };
  }
}

async function* checkBlobs(
  parts: Parts,
  options: FsckOptions,
  files: ReadonlyMap<StorageKey, number>,
  total: number,
): AsyncGenerator<FsckProblem | FsckProgress> {
  let done = 0;
  for (let after: Digest | undefined; ; ) {
    const page = await parts.database.records.registry.blobs({ after, limit: PAGE });
    for (const blob of page) {
      const code = await blobProblem(parts, blob, files, options.full);
      if (code) yield await damagedBlob(parts, blob, code, options.repair);
      done++;
      if (options.full && done % 20 === 0) yield { kind: 'progress', stage: 'blobs', done, total };
    }
    yield { kind: 'progress', stage: 'blobs', done, total };
    if (page.length < PAGE) return;
    after = page.at(-1)?.digest;
  }
}

async function blobProblem(
  parts: Parts,
  blob: StoredBlob,
  files: ReadonlyMap<StorageKey, number>,
  full: boolean,
): Promise<string | undefined> {
  if (!full && files.get(blob.storageKey) === blob.size) return undefined;
  const problem = await readProblem(parts.blobs, blob, full);
  if (!problem) return undefined;
  // The blob may have gone by itself since its row was read.
  const now = await parts.database.records.registry.storedBlob(blob.digest);
  return now?.storageKey === blob.storageKey ? problem : undefined;
}

async function readProblem(blobs: BlobStore, blob: StoredBlob, full: boolean): Promise<string | undefined> {
  try {
    await using reader = await blobs.open(blob.storageKey);
    if (reader.size !== blob.size) return 'blob-size-differs';
    if (!full) return undefined;
    const digester = new Digester(algorithmOf(blob.digest));
    for await (const chunk of bytesOf(reader)) digester.update(chunk);
    return digester.digest() === blob.digest ? undefined : 'blob-bytes-differ';
  } catch (error) {
    if (isAssayError(error, 'blob-damaged')) return 'blob-file-missing';
    if (isAssayError(error, 'storage-failed')) return 'blob-unreadable';
    throw error;
  }
}

async function damagedBlob(
  { database, clock }: Parts,
  blob: StoredBlob,
  code: string,
  repair: boolean,
): Promise<FsckProblem> {
  const repaired =
    repair &&
    (await database.change(({ registry }) => registry.dropDamagedBlob(blob.digest, blob.storageKey, clock.now())));
  return { kind: 'problem', weight: 'damage', code, subject: blob.digest, repaired };
}

async function* checkManifests({ database }: Parts, total: number): AsyncGenerator<FsckProblem | FsckProgress> {
  let done = 0;
  for (let after: Digest | undefined; ; ) {
    const page = await database.records.upkeep.manifests({ after, limit: PAGE });
    for (const { digest, mediaType, raw } of page) {
      const code = manifestProblem(digest, mediaType, raw);
      if (code) yield { kind: 'problem', weight: 'damage', code, subject: digest, repaired: false };
    }
    done += page.length;
    yield { kind: 'progress', stage: 'manifests', done, total };
    if (page.length < PAGE) return;
    after = page.at(-1)?.digest;
  }
}

function manifestProblem(digest: Digest, mediaType: string, raw: Uint8Array): string | undefined {
  if (digestOf(raw, algorithmOf(digest)) !== digest) return 'manifest-bytes-differ';
  try {
    parseManifest(raw, mediaType, digest);
    return undefined;
  } catch (error) {
    if (isAssayError(error)) return 'manifest-invalid';
    throw error;
  }
}

async function* checkArtefacts(
  { database, blobs, clock }: Parts,
  options: FsckOptions,
  files: ReadonlyMap<StorageKey, number>,
  total: number,
): AsyncGenerator<FsckProblem | FsckProgress> {
  let done = 0;
  for (let after: StorageKey | undefined; ; ) {
    const page = await database.records.upkeep.artefacts({ after, limit: PAGE });
    for (const { storageKey, layer } of page) {
      if (files.has(storageKey) || (await isThere(blobs, storageKey))) continue;
      if (options.repair) await database.change(({ upkeep }) => upkeep.dropArtefact(storageKey, clock.now()));
      yield {
        kind: 'problem',
        weight: 'damage',
        code: 'artefact-file-missing',
        subject: layer,
        repaired: options.repair,
      };
    }
    done += page.length;
    yield { kind: 'progress', stage: 'artefacts', done, total };
    if (page.length < PAGE) return;
    after = page.at(-1)?.storageKey;
  }
}

async function isThere(blobs: BlobStore, key: StorageKey): Promise<boolean> {
  try {
    await using _reader = await blobs.open(key);
    return true;
  } catch (error) {
    if (isAssayError(error, 'blob-damaged')) return false;
    throw error;
  }
}

const leftovers: ReadonlySet<string> = new Set(['content-without-manifest', 'blob-without-link', 'repository-gone']);
const beyondRepair: ReadonlySet<string> = new Set([
  'tag-without-manifest',
  'manifest-without-content',
  'manifest-without-blob',
]);

async function* checkReferences({ database, clock }: Parts, options: FsckOptions): AsyncGenerator<FsckProblem> {
  const broken = await database.records.upkeep.brokenReferences(MAX_SHOWN);
  if (options.repair && broken.length > 0) await database.change(({ upkeep }) => upkeep.repairReferences(clock.now()));
  for (const { code, subject } of broken)
    yield {
      kind: 'problem',
      weight: leftovers.has(code) ? 'leftover' : 'damage',
      code,
      subject,
      repaired: options.repair && !beyondRepair.has(code),
    };
}
