import * as contract from '../../../contract/images.ts';
import { compareReports } from '../../../contract/compare.ts';
import { renderFinding, renderObservation, renderPackage, renderReport } from '../../../contract/render-report.ts';
import type { Viewer } from '../../../access/viewer.ts';
import { ANALYSER_VERSION } from '../../../content/inventory/package.ts';
import { AssayError } from '../../../lib/error.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { parseRepositoryName, parseTagOrDigest } from '../../../oci/names.ts';
import { type ReadImage, readImage } from '../../../work/content/read-image.ts';
import { imageDependencies } from '../../../work/content/dependencies.ts';
import { layerArtefact } from '../../../work/content/layer-files.ts';
import { type ImageReport, storedReport } from '../../../work/content/report.ts';
import type { House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';
import { judgementOf, judgementsOf } from './judgements.ts';

interface InImage {
  readonly repository: string;
  readonly reference: string;
}

function read(house: House, viewer: Viewer, params: InImage): Promise<ReadImage> {
  return readImage(
    { manifests: house.manifests, database: house.database, blobs: house.blobStore },
    viewer,
    parseRepositoryName(params.repository),
    parseTagOrDigest(params.reference),
  );
}

/** An index is reported through the image of the asked platform, or its only image, or linux/amd64. */
async function readRunnable(house: House, viewer: Viewer, params: InImage, platform?: string): Promise<ReadImage> {
  const image = await read(house, viewer, params);
  if (image.manifest.kind !== 'index') return image;
  const images = image.manifest.manifests.filter((each) => each.platform?.os !== 'unknown');
  const wanted = platform ?? (images.length === 1 ? undefined : 'linux/amd64');
  const chosen =
    wanted === undefined
      ? images[0]
      : images.find(
          (each) => `${each.platform?.os}/${each.platform?.architecture}` === wanted.split('/').slice(0, 2).join('/'),
        );
  if (!chosen) throw new AssayError('manifest-unknown', `the index has no image for ${wanted ?? 'any platform'}`);
  return read(house, viewer, { repository: params.repository, reference: chosen.digest });
}

async function reportOf(house: House, viewer: Viewer, params: InImage, platform?: string): Promise<ImageReport> {
  return storedReport(house.database, house.advisories.current(), await readRunnable(house, viewer, params, platform));
}

function platformOf(
  value:
    | { os?: string | undefined; architecture?: string | undefined; variant?: string | undefined }
    | null
    | undefined,
) {
  return value?.os && value.architecture
    ? { platform: { os: value.os, architecture: value.architecture, ...(value.variant && { variant: value.variant }) } }
    : {};
}

async function childrenOf(house: House, image: ReadImage) {
  if (image.manifest.kind !== 'index') return {};
  const digests = image.manifest.manifests.map((each) => each.digest);
  const missing = new Set(await house.database.records.registry.missingManifests(image.repository, digests));
  const judgements = await judgementsOf(house.database, digests, image.repository);
  return {
    manifests: image.manifest.manifests.map((each) => ({
      digest: each.digest,
      mediaType: each.mediaType,
      size: each.size,
      ...platformOf(each.platform),
      present: !missing.has(each.digest),
      judgement: judgements.get(each.digest) ?? { state: 'not-applicable' as const },
    })),
  };
}

async function layersOf(house: House, { manifest, steps }: ReadImage) {
  if (manifest.kind === 'index') return {};
  const packages = await house.database.records.content.packages(manifest.digest);
  const added = Map.groupBy(packages, (each) => each.installed.layer);
  return {
    layers: steps.map((step) => {
      const layer = step.layer === undefined ? undefined : manifest.layers[step.layer];
      return {
        digest: layer?.digest ?? '',
        mediaType: layer?.mediaType ?? '',
        size: layer?.size ?? 0,
        ...(step.instruction !== undefined && { instruction: step.instruction }),
        ...(step.createdAt !== undefined && { createdAt: step.createdAt }),
        packages: step.layer === undefined ? 0 : (added.get(step.layer)?.length ?? 0),
        empty: step.layer === undefined,
      };
    }),
  };
}

/** Layers whose inventory is stored, while the image waits for the rest. */
async function progressOf(house: House, { manifest }: ReadImage, state: string) {
  if (manifest.kind === 'index' || (state !== 'running' && state !== 'waiting')) return {};
  const { content } = house.database.records;
  const known = await Promise.all(
    manifest.layers.map((layer) => content.layerAnalysis(layer.digest, ANALYSER_VERSION)),
  );
  return { progress: { done: known.filter(Boolean).length, layers: manifest.layers.length } };
}

async function describe(house: House, image: ReadImage) {
  const { repository, manifest, config } = image;
  const { registry, content } = house.database.records;
  const analysis = await content.imageAnalysis(manifest.digest);
  const pulls = await registry.pulls(repository, manifest.digest);
  const tags = await registry.tagsOf(repository, manifest.digest);
  const history = [];
  for (const tag of tags.slice(0, 20)) {
    const changes = await registry.tagHistory(repository, tag, { limit: 200 });
    history.push({
      tag,
      moves: changes.filter((change) => change.digest && change.previous).length,
      updatedAt: toRfc3339(changes[0]?.changedAt ?? 0),
    });
  }
  const runnable = manifest.kind === 'image' && manifest.runnable;
  const judgement = runnable
    ? await judgementOf(house.database, manifest.digest, repository)
    : { state: 'not-applicable' as const };
  return {
    repository: repository.name,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    kind: manifest.kind === 'index' ? ('index' as const) : runnable ? ('image' as const) : ('artifact' as const),
    ...(manifest.artifactType !== undefined && !runnable && { artifactType: manifest.artifactType }),
    size:
      manifest.kind === 'image'
        ? [manifest.config, ...manifest.layers].reduce((sum, each) => sum + each.size, manifest.raw.length)
        : manifest.raw.length,
    tags,
    annotations: { ...manifest.annotations },
    ...(manifest.subject && { subject: manifest.subject.digest }),
    ...platformOf(config),
    ...(config?.created && { createdAt: config.created }),
    ...(await childrenOf(house, image)),
    ...(config?.config && { configuration: config.config as Record<string, unknown> }),
    ...(await layersOf(house, image)),
    ...(analysis?.distribution && { distribution: analysis.distribution }),
    judgement,
    ...(await progressOf(house, image, judgement.state)),
    pulls: { total: pulls.reduce((sum, each) => sum + each.count, 0), ...(pulls[0] && { lastDay: pulls[0].day }) },
    history,
  };
}

export const imageHandlers: readonly Handled[] = [
  handle(contract.getImage, async ({ house, viewer, params }) => describe(house, await read(house, viewer, params))),
  handle(contract.getReport, async ({ house, viewer, params, query }) =>
    renderReport(
      `${params.repository}${params.reference.includes(':') ? '@' : ':'}${params.reference}`,
      await reportOf(house, viewer, params, query.platform),
    ),
  ),
  handle(contract.listFindings, async ({ house, viewer, params, query }) => {
    const report = await reportOf(house, viewer, params);
    const wanted = new Set(query.severity?.split(',').filter(Boolean));
    const text = query.search?.toLowerCase();
    const items = report.findings
      .filter(
        ({ finding }) =>
          (!query.fixable || finding.fixedVersion !== undefined) && (wanted.size === 0 || wanted.has(finding.severity)),
      )
      .filter(
        ({ finding, package: installed }) =>
          !text || `${finding.id} ${installed.name} ${installed.sourceName ?? ''}`.toLowerCase().includes(text),
      )
      .map((each) => renderFinding(report, each));
    return { items };
  }),
  handle(contract.listObservations, async ({ house, viewer, params, query }) => {
    const report = await reportOf(house, viewer, params);
    const wanted = report.observations.filter((each) => query.kind === undefined || each.kind === query.kind);
    return { items: wanted.map((each) => renderObservation(report, each)) };
  }),
  handle(contract.listPackages, async ({ house, viewer, params, query }) => {
    const report = await reportOf(house, viewer, params);
    const text = query.search?.toLowerCase();
    const items = report.packages
      .filter(({ installed }) => !text || installed.name.toLowerCase().includes(text))
      .map((each) => ({ ...renderPackage(report, each.installed), findings: each.findings }));
    return { items };
  }),
  handle(contract.compareImages, async ({ house, viewer, params, query }) => {
    const rendered = async (reference: string) =>
      renderReport(reference, await reportOf(house, viewer, { ...params, reference }, query.platform));
    const before = await rendered(query.with);
    const after = await rendered(params.reference);
    return { before: before.image, after: after.image, ...compareReports(before, after) };
  }),
  handle(contract.getDependencies, async ({ house, viewer, params }) => {
    const { packages, needs } = await imageDependencies(house, await readRunnable(house, viewer, params));
    return {
      items: packages.map(({ purl, type, name, version, path, declared }, position) => ({
        purl,
        type,
        name,
        version,
        path,
        ...(declared && { declared }),
        needs: [...(needs[position] ?? [])],
      })),
    };
  }),
  handle(contract.listLayerFiles, async ({ house, viewer, params, query }) => {
    const image = await read(house, viewer, params);
    await using artefact = await layerArtefact(house, image, parseDigest(params.layer));
    const { prefix, limit } = query;
    const files = await artefact.files({ after: readCursor(query.cursor), prefix, limit: limit + 1 });
    const items = files.map(({ sha256, ...rest }) => ({ ...rest, ...(sha256 && { digest: `sha256:${sha256}` }) }));
    return { ...cutList(items, limit, (each) => each.path), total: artefact.count, cut: artefact.cut };
  }),
  handle(contract.listReferrers, async ({ house, viewer, params }) => {
    const { repository, manifest } = await read(house, viewer, params);
    const found = await house.database.records.registry.referrers(repository, manifest.digest, { limit: 500 });
    return {
      items: found.map(({ artifactType, annotations, ...rest }) => ({
        ...rest,
        annotations: { ...annotations },
        ...(artifactType !== undefined && { artifactType }),
      })),
    };
  }),
  handle(contract.getManifest, async ({ house, viewer, params }) => {
    const { manifest } = await read(house, viewer, params);
    return {
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.raw.length,
      text: Buffer.from(manifest.raw).toString('utf8'),
    };
  }),
  handle(contract.deleteImage, ({ house, viewer, params }) => {
    const reference = parseTagOrDigest(params.reference);
    if (!('digest' in reference))
      throw new AssayError('input-invalid', 'name the manifest by its digest; a tag is deleted at …/tags/{tag}');
    return house.manifests.delete(viewer, parseRepositoryName(params.repository), {
      digest: reference.digest,
    });
  }),
];
