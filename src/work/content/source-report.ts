import { joinSources } from '../../content/findings/alias-groups.ts';
import { advisoryKeyOf } from '../../content/findings/ecosystems.ts';
import { judge } from '../../content/findings/judge.ts';
import { apartMalicious } from '../../content/findings/malicious-packages.ts';
import { examineImage } from '../../content/findings/examine-image.ts';
import { historySteps } from '../../content/image/history.ts';
import { squash } from '../../content/image/squash.ts';
import type { LayerContents } from '../../content/image/layer-contents.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from '../../oci/image-config.ts';
import { type ImageManifest, parseManifest } from '../../oci/manifest.ts';
import { choosePlatform, type Platform } from '../../oci/platform.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { AdvisorySet } from '../../ports/advisory-sets.ts';
import type { ImageSource, RawManifest } from '../../ports/image-source.ts';
import type { InventoryCache } from '../../ports/inventory-cache.ts';
import type { LayerAnalyser } from '../../ports/layer-analyser.ts';
import type { MalwareScanner } from '../../ports/malware-scanner.ts';
import { analyseLayer } from './analyse-layer.ts';
import { type ImageReport, layersOf, worstFirst } from './report.ts';
import { isUnscanned, scanLayer } from './scan-layer.ts';

/** Layers that are read side by side; each has a process of its own. */
const PARALLEL = 2;
const MAX_INDEX_DEPTH = 4;

export interface SourceReportParts {
  readonly source: ImageSource;
  readonly analyser: LayerAnalyser;
  readonly malware?: MalwareScanner | undefined;
  readonly advisories: AdvisorySet;
  readonly clock: Clock;
  readonly cache: InventoryCache;
  /** Told of each layer as its bytes are read, and how it ended; `known` ones were read in an earlier scan. */
  readonly progress?: (layer: Descriptor, bytes: number, end: 'read' | 'known' | undefined) => void;
}

/** An image as it stands in a source, for one platform. */
export interface SourceImage {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** The manifest that the reference names: the index where it names one. */
  readonly root: RawManifest;
}

/** Follows indexes down to the image of a platform. */
export async function imageOf(
  source: ImageSource,
  platform: { wanted: Platform | undefined; fallback: Platform },
): Promise<SourceImage> {
  const root = await source.root();
  let found = root;
  for (let depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
    const manifest = parseManifest(found.raw, found.mediaType, found.digest);
    if (manifest.kind === 'image') return { manifest, root, config: await configOf(source, manifest) };
    found = await source.manifest(choosePlatform(manifest, platform.wanted, platform.fallback));
  }
  throw new AssayError('content-budget-exceeded', `indexes are nested deeper than ${MAX_INDEX_DEPTH}`);
}

async function configOf(source: ImageSource, manifest: ImageManifest): Promise<ImageConfig> {
  if (!manifest.runnable)
    throw new AssayError(
      'unsupported',
      `an artifact of type ${manifest.artifactType ?? 'unknown'} holds no packages to look for`,
    );
  const what = 'the image configuration';
  return parseImageConfig(await collectBytes(source.blob(manifest.config), MAX_CONFIG_BYTES, what));
}

/** The report of an image that no server holds, by the same steps as on a server: read, lay over each other, judge. */
export async function sourceReport(parts: SourceReportParts, image: SourceImage): Promise<ImageReport> {
  const { manifest, config } = image;
  const contents = await contentsOf(parts, manifest.layers);
  const inventory = squash(
    contents.map((each) => each.inventory),
    config.config?.Labels,
  );
  const analysedAt = parts.clock.now();
  const found = joinSources(
    inventory.packages.flatMap((installed) => {
      const key = advisoryKeyOf(installed, inventory.distribution);
      return key ? judge(key, parts.advisories.lookUp).map((finding) => ({ package: installed, finding })) : [];
    }),
  );
  const { findings, malware } = apartMalicious(found);
  const steps = historySteps(config, manifest.layers.length);
  return {
    manifest,
    platform:
      config.os && config.architecture
        ? { os: config.os, architecture: config.architecture, ...(config.variant && { variant: config.variant }) }
        : undefined,
    distribution: inventory.distribution,
    layers: layersOf(manifest, steps),
    packages: inventory.packages.map((installed) => ({
      installed,
      findings: findings.filter((each) => each.package === installed).length,
    })),
    findings: findings.sort(worstFirst),
    observations: malware.concat(
      examineImage({
        config,
        annotations: manifest.annotations,
        steps,
        layers: contents,
        packages: inventory.packages,
        distribution: inventory.distribution,
      }),
    ),
    incomplete: inventory.incomplete,
    advisories: parts.advisories,
    analysedAt,
    judgedAt: analysedAt,
  };
}

async function contentsOf(parts: SourceReportParts, layers: readonly Descriptor[]): Promise<LayerContents[]> {
  const found = new Map<string, LayerContents>();
  const waiting = [...new Map(layers.map((each) => [each.digest, each])).values()];
  const stop = new AbortController();
  const work = async () => {
    for (let layer = waiting.shift(); layer && !stop.signal.aborted; layer = waiting.shift())
      found.set(layer.digest, await layerContents(parts, layer, stop.signal));
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, work));
  } finally {
    stop.abort();
  }
  return layers.map((each) => found.get(each.digest)!);
}

async function layerContents(parts: SourceReportParts, layer: Descriptor, signal: AbortSignal): Promise<LayerContents> {
  const known = await parts.cache.get(layer.digest);
  if (known && !isUnscanned(known, parts.malware)) {
    parts.progress?.(layer, 0, 'known');
    return known;
  }
  const read = known ?? (await analyseLayer(parts.analyser, layer, () => counted(parts, layer), signal));
  const contents = parts.malware ? await scanLayer(parts.malware, read, () => parts.source.blob(layer), signal) : read;
  parts.progress?.(layer, 0, 'read');
  if (!contents.inventory.incomplete.some((each) => each.code === 'unavailable'))
    await parts.cache.put(layer.digest, contents);
  return contents;
}

async function* counted(parts: SourceReportParts, layer: Descriptor): AsyncGenerator<Uint8Array> {
  for await (const chunk of parts.source.blob(layer)) {
    parts.progress?.(layer, chunk.length, undefined);
    yield chunk;
  }
}
