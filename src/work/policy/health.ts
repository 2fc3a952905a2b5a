import type { Clock } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Facts } from '../../policy/facts.ts';
import { type HealthCard, healthCard, isWorse } from '../../policy/health/card.ts';
import type { HealthProfile } from '../../policy/health/profile.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import type { FactGatherer } from './gather-facts.ts';
import type { RuleBook } from './rule-book.ts';

/** The card of one image. */
export interface ImageHealth {
  readonly digest: Digest;
  readonly platform: string | undefined;
  readonly card: HealthCard;
}

/** The health of what a reference names, under the profile that rules there. */
export interface HealthReport {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly tag: string | undefined;
  readonly at: number;
  readonly profile: HealthProfile;
  /** The card that is shown: the image's, or that of the worst image of an index. */
  readonly worst: ImageHealth;
  /** Of an index: each of its images that is here. */
  readonly images: readonly ImageHealth[];
}

/** What is asked about; the caller has looked the manifest up for its viewer. */
export interface HealthQuestion {
  readonly repository: Repository;
  readonly manifest: StoredManifest;
  readonly tag: string | undefined;
  readonly platform?: string | undefined;
}

/** Draws health cards from what is stored, by the same facts that policies look at. */
export class Health {
  readonly #clock: Clock;
  readonly #gatherer: FactGatherer;
  readonly #ruleBook: RuleBook;

  constructor(parts: { readonly gatherer: FactGatherer; readonly ruleBook: RuleBook; readonly clock: Clock }) {
    this.#clock = parts.clock;
    this.#gatherer = parts.gatherer;
    this.#ruleBook = parts.ruleBook;
  }

  async of({ repository, manifest, tag, platform }: HealthQuestion): Promise<HealthReport> {
    const { profile } = await this.#ruleBook.current(organisationOf(repository.name));
    const at = this.#clock.now();
    const listed = await this.#gatherer.imagesOf(repository, manifest);
    const subject = await this.#gatherer.subject(repository, manifest, listed, tag);
    const draw = (facts: Facts): ImageHealth => ({
      digest: facts.image.digest,
      platform: facts.image.platform,
      card: healthCard({ facts, tag, now: at }, profile),
    });
    const images = (subject.images ?? []).map(draw);
    const wanted = images.filter((each) => platform === undefined || each.platform === platform);
    const [first, ...rest] = wanted.length > 0 ? wanted : images;
    const worst = first
      ? rest.reduce((found, each) => (isWorse(each.card, found.card) ? each : found), first)
      : draw(subject.facts);
    return { repository: repository.name, digest: manifest.digest, tag, at, profile, worst, images };
  }
}
