import { endOfLifeBy } from '../../content/findings/end-of-life.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import type { ImageManifest, Manifest } from '../../oci/manifest.ts';
import { isLayerType } from '../../oci/media-types.ts';
import type { DistributionFacts, FindingFacts, Gap, ImageFacts, OriginFacts } from '../../policy/facts.ts';
import type { AdvisorySet } from '../../ports/advisory-sets.ts';
import type { ImageFinding } from '../../ports/content-records.ts';
import type { Distribution } from '../../content/inventory/package.ts';
import type { Repository } from '../../ports/registry-records.ts';

/**
 * What a manifest is for policies: an image when it could be unpacked and run, whatever it calls itself. An artifact has
 * no layer of a file system; one that has them and no readable configuration is an image that cannot be judged.
 */
export function kindOf(manifest: Manifest): ImageFacts['kind'] | 'unreadable' {
  if (manifest.kind === 'index') return 'index';
  const layered = manifest.layers.some((each) => isLayerType(each.mediaType));
  if (manifest.runnable) return layered || manifest.layers.length === 0 ? 'image' : 'artifact';
  return layered ? 'unreadable' : 'artifact';
}

export function imageFactsOf(
  repository: Pick<Repository, 'name'>,
  manifest: Manifest,
  config: ImageConfig | undefined,
  tags: readonly string[],
): ImageFacts {
  const kind = kindOf(manifest);
  const settings = config?.config ?? {};
  const createdAt = Date.parse(config?.created ?? '');
  return {
    digest: manifest.digest,
    repository: repository.name,
    tags,
    kind: kind === 'unreadable' ? 'image' : kind,
    ...(config?.os && config.architecture && { platform: platformOf(config) }),
    user: settings.User ?? '',
    root: isRoot(settings.User ?? ''),
    ...(Number.isFinite(createdAt) && { createdAt }),
    size: sizeOf(manifest),
    labels: { ...settings.Labels, ...manifest.annotations },
    ports: Object.keys(settings.ExposedPorts ?? {}),
    healthcheck: settings.Healthcheck !== null && settings.Healthcheck !== undefined,
  };
}

function platformOf({ os, architecture, variant }: ImageConfig): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}

function isRoot(user: string): boolean {
  const name = user.split(':', 1)[0] ?? '';
  return name === '' || name === 'root' || /^0+$/.test(name);
}

function sizeOf(manifest: Manifest): number {
  const listed = manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers];
  return Math.min(
    listed.reduce((sum, each) => sum + each.size, manifest.raw.length),
    Number.MAX_SAFE_INTEGER,
  );
}

export function originFactsOf(labels: ImageFacts['labels'], attached: readonly string[]): OriginFacts {
  const claim = (name: string): string => labels[`org.opencontainers.image.${name}`] ?? '';
  return {
    source: claim('source'),
    revision: claim('revision'),
    baseName: claim('base.name'),
    baseDigest: claim('base.digest'),
    attached,
  };
}

export function distributionFactsOf(
  distribution: Distribution,
  advisories: Pick<AdvisorySet, 'lookUp'>,
): DistributionFacts {
  const end = endOfLifeBy(distribution, advisories.lookUp);
  return { id: distribution.id, version: distribution.version, name: distribution.name, ...(end && { end }) };
}

/** One line for each vulnerability of each source package, however many packages were built from it. */
export function findingFactsOf(
  found: readonly {
    readonly package: Pick<ImageFinding['package'], 'name' | 'version' | 'sourceName'>;
    readonly finding: ImageFinding['finding'];
  }[],
  advisories: Pick<AdvisorySet, 'likelihoodOf'>,
): FindingFacts[] {
  const facts = new Map<string, FindingFacts>();
  for (const { package: of, finding } of found) {
    const key = [finding.id, of.sourceName, of.version].join('\0');
    const known = facts.get(key);
    if (known && (known.fixedVersion !== undefined || finding.fixedVersion === undefined)) continue;
    facts.set(key, {
      id: finding.id,
      aliases: finding.aliases,
      package: of.sourceName === '' ? of.name : of.sourceName,
      version: finding.judged.version,
      severity: finding.severity,
      status: finding.status,
      ...(finding.fixedVersion !== undefined && { fixedVersion: finding.fixedVersion }),
      exploited: finding.exploited === true,
      epss: advisories.likelihoodOf([finding.id, ...finding.aliases])?.score ?? 0,
    });
  }
  return [...facts.values()];
}

/** When the oldest feed in force was last confirmed by its publisher. */
export function advisoriesAt({ feeds }: Pick<AdvisorySet, 'feeds'>): number {
  return Math.min(...feeds.map((each) => each.checkedAt ?? each.importedAt));
}

export const NO_ADVISORIES: Gap = {
  kind: 'absent',
  detail: 'its vulnerabilities are unknown: no advisories are imported',
  cure: 'bring advisories in: assay advisories update, or import',
};

export const NO_FEED_SPEAKS: Gap = {
  kind: 'absent',
  detail: 'its vulnerabilities are unknown: no feed speaks of its packages',
  cure: 'bring in a feed that does: assay advisories status',
};

export const NO_DISTRIBUTION: Gap = {
  kind: 'absent',
  detail: 'its distribution is not known',
  cure: 'build it from a distribution that says what it is (/etc/os-release)',
};

export const NOT_AN_IMAGE: Gap = {
  kind: 'not-applicable',
  detail: 'an artifact, not an image: there is nothing to run',
};

export function unreadable(manifest: ImageManifest): Gap {
  return {
    kind: 'unsupported',
    detail: `has layers of a file system and the configuration ${manifest.config.mediaType}, which is no image's`,
  };
}

/** Digests that stand for the image in a signature: its own, and those of the indexes that list it. */
export interface Names {
  readonly digests: readonly Digest[];
  readonly tags: readonly string[];
}
