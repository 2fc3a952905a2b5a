import type { Digest } from '../../oci/digest.ts';
import { type Manifest, parseManifest } from '../../oci/manifest.ts';
import { digestOf, type Subject } from '../../policy/evaluate.ts';
import type { AnalysisFacts, Facts, Gap, Root } from '../../policy/facts.ts';
import type { AdvisorySet } from '../../ports/advisory-sets.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { readConfig, standingOf } from '../content/read-image.ts';
import { apart } from '../content/set-aside.ts';
import type { TrustReports } from '../trust/trust-reports.ts';
import {
  advisoriesAt,
  distributionFactsOf,
  findingFactsOf,
  imageFactsOf,
  kindOf,
  type Names,
  NO_ADVISORIES,
  NO_DISTRIBUTION,
  NO_FEED_SPEAKS,
  NOT_AN_IMAGE,
  originFactsOf,
  unreadable,
} from './facts-of-image.ts';
import { namingFactsOf } from './naming-facts.ts';
import { trustFactsOf } from './trust-facts.ts';

export interface FactSources {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly reports: TrustReports;
  readonly advisories: { current(): AdvisorySet };
}

/** Images of an index that are judged with it; an index with more is refused where a policy applies. */
const MAX_IMAGES = 200;
/** How far indexes may stand in indexes. */
const MAX_NESTING = 4;
const MAX_PARENTS = 100;
const MAX_ATTACHED = 200;

type Gaps = Partial<Record<Root, Gap>>;

/** Reads everything that is stored about an image and brings it into the form that rules look at. */
export class FactGatherer {
  readonly #from: FactSources;

  constructor(from: FactSources) {
    this.#from = from;
  }

  /** Versions of what is stored about these manifests; equal ones mean that facts gathered earlier still stand. */
  async versionOf(repository: Repository, digests: readonly Digest[]): Promise<string> {
    const { registry, policy } = this.#from.database.records;
    const set = this.#from.advisories.current();
    const parts: string[] = [set.digest, String(advisoriesAt(set))];
    for (const digest of digests) {
      const names = await this.#namesOf(repository, digest);
      parts.push(digest, await policy.factsVersion(repository, digest), ...names.digests, ...names.tags);
      parts.push(String(await registry.hasManifest(repository, digest)));
    }
    return digestOf(parts);
  }

  /** The images that an index leads to and that are here, through indexes in it; the manifest itself when it is none. */
  async imagesOf(repository: Repository, stored: StoredManifest): Promise<Manifest[]> {
    const found = new Map<Digest, Manifest>();
    const visit = async (manifest: Manifest, depth: number): Promise<void> => {
      if (manifest.kind === 'image') {
        found.set(manifest.digest, manifest);
        return;
      }
      if (depth > MAX_NESTING) return;
      for (const { digest } of manifest.manifests) {
        if (found.size > MAX_IMAGES) return;
        const child = await this.#from.database.records.registry.manifest(repository, { digest });
        if (child) await visit(parseManifest(child.raw, child.mediaType, child.digest), depth + 1);
      }
    };
    await visit(parseManifest(stored.raw, stored.mediaType, stored.digest), 0);
    return [...found.values()];
  }

  /** The subject of a decision: facts of the manifest, and of an index those of each image in it. */
  async subject(
    repository: Repository,
    stored: StoredManifest,
    images: readonly Manifest[],
    tag: string | undefined,
  ): Promise<Subject> {
    const manifest = parseManifest(stored.raw, stored.mediaType, stored.digest);
    if (manifest.kind === 'image') return { facts: await this.#facts(repository, manifest, tag) };
    const judged = images.filter((each) => kindOf(each) !== 'artifact');
    const gap: Gap | undefined =
      images.length > MAX_IMAGES
        ? { kind: 'unsupported', detail: `an index of more than ${MAX_IMAGES} images is not judged` }
        : judged.length > 0 || images.length > 0 || manifest.manifests.length === 0
          ? undefined
          : { kind: 'absent', detail: 'none of the images of the index is here', cure: 'push its images too' };
    const facts = await this.#facts(repository, manifest, tag, gap);
    if (gap || judged.length === 0) return { facts };
    const of: Facts[] = [];
    for (const each of judged) of.push(await this.#facts(repository, each, tag));
    return { facts, images: of };
  }

  async #facts(repository: Repository, manifest: Manifest, tag: string | undefined, gap?: Gap): Promise<Facts> {
    const { database, blobs, advisories } = this.#from;
    const { registry, policy } = database.records;
    const { digest } = manifest;
    const names = await this.#namesOf(repository, digest);
    const kind = kindOf(manifest);
    const config =
      manifest.kind === 'image' && manifest.runnable
        ? await readConfig(blobs, await registry.blob(repository, manifest.config.digest))
        : undefined;
    const image = imageFactsOf(repository, manifest, config, names.tags);
    const attached = (await registry.referrers(repository, digest, { limit: MAX_ATTACHED })).map(
      (each) => each.artifactType ?? each.mediaType,
    );
    const gaps: Gaps = {};
    const inGap = (some: readonly Root[], why: Gap): void => {
      for (const root of some) gaps[root] = why;
    };
    const whole: readonly Root[] = ['analysis', 'findings', 'observations', 'distribution'];
    if (gap) inGap(['image', 'origin', ...whole], gap);
    else if (kind === 'unreadable' && manifest.kind === 'image')
      inGap(['image', 'origin', ...whole], unreadable(manifest));
    else if (kind !== 'image') inGap(['image', 'origin', ...whole], NOT_AN_IMAGE);
    else if (!config)
      inGap(['image', 'origin', ...whole], { kind: 'unsupported', detail: 'its configuration cannot be read' });
    // What refers to an image is signed by being what it is; only images and indexes are signed under tags.
    if (kind === 'artifact' && manifest.subject) gaps.trust = NOT_AN_IMAGE;
    const content = gaps.analysis ? {} : await this.#content(repository, digest, advisories.current(), gaps);
    const release = await policy.release(repository, digest);
    return {
      image,
      ...content,
      trust: await trustFactsOf(this.#from, repository, names, tag),
      origin: originFactsOf(image.labels, attached),
      release: release ?? { state: 'none', by: '', reason: '', at: 0 },
      ...(tag !== undefined && { naming: await namingFactsOf(this.#from.database.records, repository, tag) }),
      gaps,
      digest: await this.versionOf(repository, [digest]),
    };
  }

  async #content(
    repository: Repository,
    digest: Digest,
    set: AdvisorySet,
    gaps: Gaps,
  ): Promise<Pick<Facts, 'analysis' | 'findings' | 'observations' | 'distribution'>> {
    const { analysis, judgement, job } = await standingOf(this.#from.database, digest);
    if (!analysis || !judgement || analysis.state === 'failed') {
      const failed = job?.state === 'dead' || analysis?.state === 'failed';
      const why: Gap = failed
        ? { kind: 'failed', detail: `its analysis failed${job?.lastError ? `: ${job.lastError}` : ''}` }
        : { kind: 'pending', detail: 'it is not analysed yet' };
      for (const root of ['analysis', 'findings', 'observations', 'distribution'] as const) gaps[root] = why;
      return {};
    }
    const { content, vex } = this.#from.database.records;
    const { standing } = apart(await content.findings(digest), await vex.inForce(repository, [digest]));
    if (set.feeds.length === 0) gaps.findings = NO_ADVISORIES;
    else if (judgement.packageCount > 0 && judgement.unjudged === judgement.packageCount)
      gaps.findings = NO_FEED_SPEAKS;
    if (!analysis.distribution) gaps.distribution = NO_DISTRIBUTION;
    const facts: AnalysisFacts = {
      state: analysis.state === 'complete' ? 'complete' : 'incomplete',
      analysedAt: analysis.analysedAt,
      judgedAt: judgement.judgedAt,
      advisoriesAt: set.feeds.length === 0 ? 0 : advisoriesAt(set),
      packages: judgement.packageCount,
      unjudged: judgement.unjudged,
      incomplete: analysis.incomplete.map((each) => `${each.path ?? 'a part'}: ${each.detail}`),
    };
    return {
      analysis: facts,
      findings: findingFactsOf(
        standing.map(({ found }) => found),
        set,
      ),
      observations: await content.observations(digest),
      ...(analysis.distribution && { distribution: distributionFactsOf(analysis.distribution, set) }),
    };
  }

  /** Digests and tags that stand for a manifest: its own, and those of the indexes above it. */
  async #namesOf(repository: Repository, digest: Digest): Promise<Names> {
    const { registry } = this.#from.database.records;
    const digests = new Set([digest]);
    let level: readonly Digest[] = [digest];
    for (let depth = 0; depth < MAX_NESTING && level.length > 0 && digests.size < MAX_PARENTS; depth++) {
      const above: Digest[] = [];
      for (const each of level) above.push(...(await registry.parents(repository, each)));
      level = above.filter((each) => !digests.has(each));
      for (const each of level) digests.add(each);
    }
    const tags = new Set<string>();
    for (const each of digests) for (const tag of await registry.tagsOf(repository, each)) tags.add(tag);
    return { digests: [...digests], tags: [...tags].sort() };
  }
}
