import { hash } from 'node:crypto';
import { examineImage } from '../../content/findings/examine-image.ts';
import type { Observation } from '../../content/findings/observation.ts';
import { historySteps } from '../../content/image/history.ts';
import { LayerArtefact, writeArtefact } from '../../content/image/layer-artefact.ts';
import type { LayerContents } from '../../content/image/layer-contents.ts';
import { squash } from '../../content/image/squash.ts';
import { advisoryKeyOf } from '../../content/findings/ecosystems.ts';
import { judge } from '../../content/findings/judge.ts';
import { ANALYSER_VERSION, type ImageInventory, type InstalledPackage } from '../../content/inventory/package.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { type ImageManifest, parseManifest } from '../../oci/manifest.ts';
import { type AdvisorySets, ecosystemsOf } from '../../ports/advisory-sets.ts';
import { type BlobStore, bytesOf } from '../../ports/blob-store.ts';
import type { JudgedPackage, LayerAnalysis } from '../../ports/content-records.ts';
import type { Database } from '../../ports/database.ts';
import type { LayerAnalyser } from '../../ports/layer-analyser.ts';
import type { MalwareScanner } from '../../ports/malware-scanner.ts';
import { systemViewer } from '../../access/viewer.ts';
import { appendEvent } from '../events.ts';
import { newStorageKey } from '../registry/storage-key.ts';
import { analyseLayer, emptyLayer } from './analyse-layer.ts';
import { readConfig } from './read-image.ts';
import { analysisVersion, isUnscanned, scanLayer } from './scan-layer.ts';

export interface AnalysisParts {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly analyser: LayerAnalyser;
  readonly advisories: AdvisorySets;
  /** Shown every file, when one is configured. */
  readonly malware?: MalwareScanner | undefined;
  /** Told of the ecosystems whose packages were stored. */
  readonly stored?: (ecosystems: readonly string[]) => Promise<void>;
}

/** Takes an image apart, layer by layer and each layer once, lays the layers over each other and judges the packages. */
export async function analyseImage(parts: AnalysisParts, digest: Digest, signal?: AbortSignal): Promise<void> {
  const { database, clock } = parts;
  const startedAt = clock.now();
  const manifest = await readManifest(parts, digest);
  if (!manifest) return;
  const contents = await contentsOf(parts, manifest.layers, signal);
  const { registry } = database.records;
  const config = await readConfig(parts.blobs, await registry.storedBlob(manifest.config.digest));
  const inventory = squash(
    contents.map((each) => each.inventory),
    config?.config?.Labels,
  );
  const observations = examineImage({
    config,
    annotations: manifest.annotations,
    steps: historySteps(config, manifest.layers.length),
    layers: contents,
    packages: inventory.packages,
    distribution: inventory.distribution,
  });
  // An image that an engine did not get to see whole keeps the version without it, and its turn comes again.
  const scanned = contents.every((each) => !isUnscanned(each, parts.malware));
  const version = analysisVersion(ANALYSER_VERSION, scanned ? parts.malware : undefined);
  const ecosystems = await store(parts, digest, inventory, observations, version, startedAt);
  await parts.stored?.(ecosystems);
  const judgement = await database.records.content.judgement(digest);
  const now = clock.now();
  await database.change(async (records) => {
    for (const repository of await records.content.repositoriesOf(digest))
      await appendEvent(records, now, 'image.analysed', 'system', repository, `${repository.name}@${digest}`, {
        packages: inventory.packages.length,
        counts: judgement?.counts,
        incomplete: inventory.incomplete.length,
        observations: Object.fromEntries(countedKinds(observations)),
        durationMs: now - startedAt,
      });
  });
}

function countedKinds(observations: readonly Observation[]): Map<string, number> {
  return new Map([...Map.groupBy(observations, (each) => each.kind)].map(([kind, some]) => [kind, some.length]));
}

/** The manifest if some repository still holds it. */
async function readManifest({ database }: AnalysisParts, digest: Digest): Promise<ImageManifest | undefined> {
  const [home] = await database.records.content.repositoriesOf(digest);
  if (!home) return undefined;
  const viewer = systemViewer('analysis of what was pushed');
  const repository = await database.records.registry.repository(viewer, home.name);
  const stored = repository && (await database.records.registry.manifest(repository, { digest }));
  if (!stored) return undefined;
  const manifest = parseManifest(stored.raw, stored.mediaType, digest);
  return manifest.kind === 'image' && manifest.runnable ? manifest : undefined;
}

/** Layers that are read side by side; each has a process of its own. */
const PARALLEL = 2;

/** The contents of the layers in their order; a layer that stands twice in an image is read once. */
async function contentsOf(
  parts: AnalysisParts,
  layers: readonly Descriptor[],
  signal: AbortSignal | undefined,
): Promise<LayerContents[]> {
  const found = new Map<Digest, LayerContents>();
  const known = new Map<Digest, LayerAnalysis | undefined>();
  for (const { digest } of layers)
    known.set(digest, await parts.database.records.content.layerAnalysis(digest, ANALYSER_VERSION));
  // What must be read comes first, and of that the largest, so that none is left to run alone at the end.
  const isKnown = ({ digest }: Descriptor) => Number(known.get(digest) !== undefined);
  const waiting = [...new Map(layers.map((each) => [each.digest, each])).values()].sort(
    (a, b) => isKnown(a) - isKnown(b) || b.size - a.size,
  );
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const work = async () => {
    for (let layer = waiting.shift(); layer && !either.aborted; layer = waiting.shift())
      found.set(layer.digest, await layerContents(parts, layer, known.get(layer.digest), either));
  };
  const workers = Array.from({ length: PARALLEL }, work);
  try {
    await Promise.all(workers);
  } finally {
    stop.abort();
    await Promise.allSettled(workers);
  }
  signal?.throwIfAborted();
  return layers.map((each) => found.get(each.digest)!);
}

/** From storage when this layer was read before, by this version of the analysers, in whatever image. */
async function layerContents(
  parts: AnalysisParts,
  layer: Descriptor,
  known: LayerAnalysis | undefined,
  signal: AbortSignal | undefined,
): Promise<LayerContents> {
  const { database, blobs, clock, malware } = parts;
  const kept = known && (await readArtefact(blobs, known.storageKey));
  if (kept && !isUnscanned(kept, malware)) return kept;
  const read = kept ?? (await readLayer(parts, layer, signal));
  if (!kept && isUnavailable(read)) return read;
  const scanned = malware ? await scanStored(parts, malware, layer, read, signal) : read;
  // While the engine is out of reach, what was read is kept without its word.
  const contents = isUnscanned(scanned, malware) ? read : scanned;
  if (contents === kept) return scanned;
  const { inventory } = contents;
  const key = newStorageKey();
  await using staged = await blobs.stage(key);
  await staged.write(await writeArtefact(contents));
  await staged.publish();
  const inForce = await database.change((records) =>
    records.content.addLayerAnalysis(
      {
        layer: layer.digest,
        analyserVersion: ANALYSER_VERSION,
        storageKey: key,
        diffId: inventory.diffId,
        entries: inventory.entries,
        uncompressedSize: inventory.uncompressedSize,
      },
      clock.now(),
      known?.storageKey,
    ),
  );
  if (inForce !== key) await blobs.remove(key);
  return scanned;
}

function isUnavailable({ inventory }: LayerContents): boolean {
  return inventory.incomplete.some((each) => each.code === 'unavailable');
}

/** None when what is kept cannot be read; the layer is read again. */
async function readArtefact(
  blobs: BlobStore,
  key: Parameters<BlobStore['open']>[0],
): Promise<LayerContents | undefined> {
  try {
    await using reader = await blobs.open(key);
    return await (await LayerArtefact.open(reader)).contents();
  } catch (error) {
    if (!isAssayError(error)) throw error;
    return undefined;
  }
}

async function scanStored(
  { database, blobs }: AnalysisParts,
  scanner: MalwareScanner,
  layer: Descriptor,
  contents: LayerContents,
  signal: AbortSignal | undefined,
): Promise<LayerContents> {
  const blob = await database.records.registry.storedBlob(layer.digest);
  if (!blob) return contents;
  await using reader = await blobs.open(blob.storageKey);
  return await scanLayer(scanner, contents, () => bytesOf(reader), signal);
}

async function readLayer(
  { database, blobs, analyser }: AnalysisParts,
  layer: Descriptor,
  signal: AbortSignal | undefined,
): Promise<LayerContents> {
  const blob = await database.records.registry.storedBlob(layer.digest);
  if (!blob) return emptyLayer('unavailable', 'the layer is not stored here');
  await using reader = await blobs.open(blob.storageKey);
  return await analyseLayer(analyser, layer, () => bytesOf(reader), signal);
}

/** A package is stored once: its id is a digest over all that its judgement and its line in a list depend on. */
export function judgedPackage(installed: InstalledPackage, inventory: ImageInventory): JudgedPackage {
  const key = advisoryKeyOf(installed, inventory.distribution);
  const { purl, sourceName, sourceVersion, licences, ownedBy, module, declared } = installed;
  const identity = [purl, sourceName, sourceVersion, licences, key, ownedBy, module, declared];
  return { id: hash('sha256', JSON.stringify(identity), 'hex').slice(0, 32), installed, key };
}

async function store(
  { database, clock, advisories }: AnalysisParts,
  digest: Digest,
  inventory: ImageInventory,
  observations: readonly Observation[],
  analyserVersion: string,
  startedAt: number,
): Promise<string[]> {
  const packages = inventory.packages.map((installed) => judgedPackage(installed, inventory));
  for (let attempt = 0; attempt < 10; attempt++) {
    const set = advisories.current();
    const judged = packages.map((each) => ({ package: each, findings: each.key ? judge(each.key, set.lookUp) : [] }));
    const now = clock.now();
    const done = await database.change(async (records) => {
      if ((await records.content.judgedWith()) === undefined) {
        await records.content.setCovered(ecosystemsOf(set));
        await records.content.setJudgedWith(set.digest);
      }
      await records.content.putImage(
        {
          manifest: digest,
          analyserVersion,
          state: inventory.incomplete.length > 0 ? 'incomplete' : 'complete',
          distribution: inventory.distribution,
          incomplete: inventory.incomplete.slice(0, 100),
          analysedAt: now,
          durationMs: now - startedAt,
        },
        judged,
        set.digest,
        observations,
      );
      // A set that came into force meanwhile has not seen these packages; judge them again with it.
      return advisories.current().digest === set.digest;
    });
    if (done) {
      const keys = packages.flatMap((each) => each.key ?? []);
      return [...new Set(keys.flatMap((key) => [key.ecosystem, ...(key.also ?? [])]))];
    }
  }
  throw new AssayError('conflict', 'the advisory set kept changing during the analysis');
}
