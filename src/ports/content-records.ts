import type { Severity } from '../content/advisories/advisory.ts';
import type { AdvisoryKey } from '../content/findings/ecosystems.ts';
import type { Observation } from '../content/findings/observation.ts';
import type { FindingChanges } from '../content/findings/finding-changes.ts';
import type { VulnerabilityFinding } from '../content/findings/finding.ts';
import type { Distribution, Incomplete, InstalledPackage } from '../content/inventory/package.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Digest } from '../oci/digest.ts';
import type { StorageKey } from './blob-store.ts';
import type { Page, Repository, RepositoryId } from './registry-records.ts';

/** An analysed layer: where its inventory is kept. */
export interface LayerAnalysis {
  readonly layer: Digest;
  readonly analyserVersion: string;
  readonly storageKey: StorageKey;
  readonly diffId: string;
  readonly entries: number;
  readonly uncompressedSize: number;
}

export interface ImageAnalysis {
  readonly manifest: Digest;
  readonly analyserVersion: string;
  readonly state: 'complete' | 'incomplete' | 'failed';
  readonly distribution: Distribution | undefined;
  readonly incomplete: readonly (Incomplete & { layer?: number })[];
  readonly analysedAt: number;
  readonly durationMs: number;
}

/** Distinct vulnerabilities (id and source package) of an image by severity; `fixable` are those with a fix. */
export interface SeverityCounts {
  readonly total: Readonly<Record<Severity, number>>;
  readonly fixable: Readonly<Record<Severity, number>>;
}

/** What counting needs of a package: `key` is the vulnerability with the source package, `rank` 0 for the worst severity. */
export interface CountedPackage {
  readonly ecosystem: string | null;
  readonly owned: boolean;
  readonly findings: readonly { readonly key: string; readonly rank: number; readonly fixable: boolean }[];
}

/** Packages by their id, as far as they were read. */
export type PackageCounts = Map<string, CountedPackage>;

/** A package stored once, with the key by which advisories know it. */
export interface JudgedPackage {
  readonly id: string;
  readonly installed: InstalledPackage;
  readonly key: AdvisoryKey | undefined;
}

export interface ImagePackage {
  readonly id: string;
  readonly installed: InstalledPackage;
  readonly findings: number;
}

export interface ImageFinding {
  readonly package: {
    readonly id: string;
    readonly purl: string;
    readonly name: string;
    readonly version: string;
    readonly type: string;
    readonly sourceName: string;
  };
  readonly path: string;
  readonly layer: number;
  readonly finding: VulnerabilityFinding;
}

export interface ImageJudgement {
  readonly counts: SeverityCounts;
  readonly packageCount: number;
  /** Packages that no feed here speaks of: their answer is "unknown". */
  readonly unjudged: number;
  readonly judgedAt: number;
  readonly advisories: string;
}

export interface VulnerableImage {
  readonly repositoryId: RepositoryId;
  readonly repository: string;
  readonly digest: Digest;
  /** Its own, and those of the indexes that list it. */
  readonly tags: readonly string[];
  readonly pushedAt: number;
  readonly packages: readonly { name: string; version: string; fixedVersion: string | undefined }[];
  readonly severity: Severity;
}

/** How long what a deleted image had is kept, milliseconds. */
export const FORMER_IMAGES_MS = 31 * 86_400_000;

/** An image that had a vulnerability when it was deleted. */
export interface FormerImage {
  readonly repository: string;
  readonly digest: Digest;
  readonly pushedAt: number;
  readonly deletedAt: number;
}

/** Where a feed is fetched from, and what its publisher said of the copy that is held. */
export interface FeedSource {
  readonly url: string;
  readonly feed: string;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly checkedAt: number;
  readonly lastError: string | undefined;
}

/** The content room: what is in images and what is wrong with it. */
export interface ContentRecords {
  layerAnalysis(layer: Digest, analyserVersion: string): Promise<LayerAnalysis | undefined>;
  /**
   * Returns the key in force: another's when the layer was analysed twice at once, none when the layer is not stored
   * any more. The caller then drops its own artefact. `replaces`: the key of an analysis that this one goes beyond.
   */
  addLayerAnalysis(analysis: LayerAnalysis, at: number, replaces?: StorageKey): Promise<StorageKey | undefined>;

  /** Images whose analysis was made by other versions of the analysers, by digest. */
  imagesReadBefore(analyserVersion: string, page: Page): Promise<Digest[]>;
  imageAnalysis(manifest: Digest): Promise<ImageAnalysis | undefined>;
  judgement(manifest: Digest): Promise<ImageJudgement | undefined>;
  judgements(
    manifests: readonly Digest[],
  ): Promise<ReadonlyMap<Digest, ImageJudgement & { state: ImageAnalysis['state'] }>>;
  /**
   * Stores the inventory of an image and its package rows; packages that were not known get their findings. Nothing is
   * stored for an image that no repository holds any more.
   */
  putImage(
    image: ImageAnalysis,
    packages: readonly { package: JudgedPackage; findings: readonly VulnerabilityFinding[] }[],
    advisories: string,
    observations?: readonly Observation[],
  ): Promise<void>;
  /** What else was found in the image, in the order in which it is shown. */
  observations(manifest: Digest): Promise<Observation[]>;
  forgetImage(manifest: Digest): Promise<void>;
  /** Packages of these advisory keys that are stored, to be judged anew. */
  packagesOf(keys: readonly { ecosystem: string; name: string }[]): Promise<{ id: string; key: AdvisoryKey }[]>;
  /** Every stored package, for a judgement of everything. */
  allPackages(page: Page): Promise<{ id: string; key: AdvisoryKey | undefined }[]>;
  /** Answers what differs from before; none when nothing does. */
  replaceFindings(packageId: string, findings: readonly VulnerabilityFinding[]): Promise<FindingChanges | undefined>;
  /** Counts the findings of these images anew; `known` keeps what was read of packages for the next images. */
  recount(images: readonly Digest[], advisories: string, at: number, known?: PackageCounts): Promise<void>;
  /** Which images hold which of these packages. */
  imagesOfPackages(packageIds: readonly string[]): Promise<ReadonlyMap<Digest, readonly string[]>>;
  /** Digest of the advisory set that the stored findings stand on. */
  judgedWith(): Promise<string | undefined>;
  setJudgedWith(advisories: string): Promise<void>;
  /** Ecosystems that the set covers: packages of others are "unknown", not clean. */
  setCovered(ecosystems: readonly string[]): Promise<void>;
  covered(): Promise<readonly string[] | undefined>;
  /** Every ecosystem of which a package is stored. */
  ecosystems(): Promise<string[]>;
  /** Every id under which a vulnerability was found. */
  vulnerabilities(): Promise<string[]>;
  imagesOfEcosystems(ecosystems: readonly string[]): Promise<Digest[]>;
  /** Packages with a finding of any of these ids, to be judged anew when something else is known of them. */
  packagesWith(vulnerabilities: readonly string[]): Promise<{ id: string; key: AdvisoryKey }[]>;
  /** Packages of images that draw from any of these repositories. */
  packagesFrom(repositories: ReadonlySet<string>): Promise<{ id: string; key: AdvisoryKey }[]>;
  /** Addresses that feeds were fetched from. */
  feedSources(): Promise<FeedSource[]>;
  setFeedSource(source: FeedSource): Promise<void>;

  packages(manifest: Digest): Promise<ImagePackage[]>;
  findings(manifest: Digest): Promise<ImageFinding[]>;
  /** Images that the viewer may pull and that have this vulnerability. */
  imagesWith(viewer: Viewer, vulnerability: string, page: Page): Promise<VulnerableImage[]>;
  /**
   * Images that had this vulnerability when they were deleted, at `since` or later, the last deleted first. Those of a
   * repository that is gone are not told: nobody's right to see them can be asked any more.
   */
  imagesThatHad(viewer: Viewer, vulnerability: string, page: { since: number; limit: number }): Promise<FormerImage[]>;
  /** Images that the viewer may pull and that hold a package of this name, or built from a source of this name. */
  imagesHolding(
    viewer: Viewer,
    packageName: string,
    page: Page,
  ): Promise<{ repository: string; digest: Digest; name: string; version: string; type: string }[]>;
  /** The images that each of these manifests lists, for those that are an index. */
  imagesOf(indexes: readonly Digest[]): Promise<ReadonlyMap<Digest, readonly Digest[]>>;
  /** Repositories that hold the manifest; findings events go to each. */
  repositoriesOf(manifest: Digest): Promise<Pick<Repository, 'id' | 'name'>[]>;
  /** The same of many manifests. */
  repositoriesOfAll(
    manifests: readonly Digest[],
  ): Promise<ReadonlyMap<Digest, readonly Pick<Repository, 'id' | 'name'>[]>>;
}
