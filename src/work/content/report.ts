import { severities } from '../../content/advisories/advisory.ts';
import { joinSources } from '../../content/findings/alias-groups.ts';
import type { Observation } from '../../content/findings/observation.ts';
import type { VulnerabilityFinding } from '../../content/findings/finding.ts';
import type { Distribution, InstalledPackage } from '../../content/inventory/package.ts';
import { AssayError } from '../../lib/error.ts';
import type { ImageManifest } from '../../oci/manifest.ts';
import type { AdvisorySet } from '../../ports/advisory-sets.ts';
import type { ImageAnalysis } from '../../ports/content-records.ts';
import type { Database } from '../../ports/database.ts';
import type { StoredStatement } from '../../ports/vex-records.ts';
import { type ReadImage, standingOf } from './read-image.ts';
import { apart } from './set-aside.ts';

export interface FoundVulnerability {
  readonly package: InstalledPackage;
  readonly finding: VulnerabilityFinding;
  /** The statement of somebody who does not set it aside: affected, or looked into. */
  readonly said?: StoredStatement | undefined;
}

/** Everything a report says of an image, before it takes the shape of one output. */
export interface ImageReport {
  readonly manifest: ImageManifest;
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string } | undefined;
  readonly distribution: Distribution | undefined;
  readonly layers: readonly {
    readonly digest: string;
    readonly size: number;
    readonly instruction: string | undefined;
  }[];
  readonly packages: readonly { readonly installed: InstalledPackage; readonly findings: number }[];
  readonly findings: readonly FoundVulnerability[];
  /** Findings that statements stored with the image take out of the count. */
  readonly aside?: readonly { readonly found: FoundVulnerability; readonly said: StoredStatement }[];
  readonly observations: readonly Observation[];
  readonly incomplete: ImageAnalysis['incomplete'];
  readonly advisories: Pick<AdvisorySet, 'digest' | 'feeds' | 'likelihoodOf' | 'lookUp'>;
  readonly analysedAt: number;
  readonly judgedAt: number;
}

/** The report from what is stored; throws `not-analysed` while there is none. */
export async function storedReport(
  database: Database,
  advisories: AdvisorySet,
  image: ReadImage,
): Promise<ImageReport> {
  const { manifest, config } = image;
  if (manifest.kind === 'index')
    throw new AssayError('unsupported', 'this is an index of several images; name one by its platform or digest');
  const { analysis, judgement, job } = await standingOf(database, manifest.digest);
  if (!analysis || !judgement) {
    if (!manifest.runnable)
      throw new AssayError(
        'unsupported',
        `an artifact of type ${manifest.artifactType ?? 'unknown'} holds no packages to look for`,
      );
    throw new AssayError(
      'not-analysed',
      job?.state === 'dead'
        ? `the analysis failed: ${job.lastError ?? 'unknown'}`
        : 'the image is being analysed; ask again in a moment',
      {
        retryAfter: 1,
      },
    );
  }
  const packages = await database.records.content.packages(manifest.digest);
  const byId = new Map(packages.map((each) => [`${each.id}\0${each.installed.path}`, each.installed]));
  const findings = (await database.records.content.findings(manifest.digest)).flatMap((each) => {
    const installed = byId.get(`${each.package.id}\0${each.path}`);
    return installed ? [{ package: installed, finding: each.finding }] : [];
  });
  const statements = await database.records.vex.inForce(image.repository, [manifest.digest]);
  const { standing, aside } = apart(joinSources(findings), statements);
  return {
    manifest,
    platform:
      config?.os && config.architecture
        ? { os: config.os, architecture: config.architecture, ...(config.variant && { variant: config.variant }) }
        : undefined,
    distribution: analysis.distribution,
    layers: layersOf(manifest, image.steps),
    packages: packages.map(({ installed, findings }) => ({ installed, findings })),
    findings: standing.map(({ found, said }) => ({ ...found, ...(said && { said }) })).sort(worstFirst),
    aside: aside.toSorted((a, b) => worstFirst(a.found, b.found)),
    observations: await database.records.content.observations(manifest.digest),
    incomplete: analysis.incomplete,
    advisories,
    analysedAt: analysis.analysedAt,
    judgedAt: judgement.judgedAt,
  };
}

export function layersOf(manifest: ImageManifest, steps: ReadImage['steps']): ImageReport['layers'] {
  const instructions = new Map(
    steps.flatMap((step) => (step.layer === undefined ? [] : [[step.layer, step.instruction] as const])),
  );
  return manifest.layers.map((layer, position) => ({
    digest: layer.digest,
    size: layer.size,
    instruction: instructions.get(position),
  }));
}

/** Worst severity first, then those with a fix, then by id and package. */
export function worstFirst(
  a: { package: InstalledPackage; finding: VulnerabilityFinding },
  b: { package: InstalledPackage; finding: VulnerabilityFinding },
): number {
  return (
    severities.indexOf(a.finding.severity) - severities.indexOf(b.finding.severity) ||
    Number(b.finding.fixedVersion !== undefined) - Number(a.finding.fixedVersion !== undefined) ||
    (a.finding.id < b.finding.id ? -1 : a.finding.id > b.finding.id ? 1 : 0) ||
    (a.package.name < b.package.name ? -1 : a.package.name > b.package.name ? 1 : 0)
  );
}
