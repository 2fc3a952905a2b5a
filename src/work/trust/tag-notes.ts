import type { Repository } from '../../ports/registry-records.ts';
import type { SignedTagsChange, TrustFile, TrustRecords } from '../../ports/trust-records.ts';
import { RELEASES } from '../../trust/tuf/owner/delegations.ts';
import type { Accepted } from '../../trust/tuf/publish/validate.ts';
import { checkedTags, type EffectiveTags, effectiveTags, notedTags, tagsChange, touchesTags } from './signed-names.ts';
import type { StandingFiles } from './standing-files.ts';

/** Collections whose noted tags are remembered, and tags of all of them together. */
const MAX_REMEMBERED = 1000;
const MAX_TAGS = 50_000;

interface Remembered {
  /** The files that the noted tags follow from. */
  readonly files: string;
  readonly tags: EffectiveTags['tags'];
}

interface Place {
  readonly repository: Repository;
  readonly gun: string;
  readonly now: number;
}

/**
 * Notes how the signed tags of a collection change with each publish. What was checked for the publish is not checked
 * again, and what was noted last is remembered with the files it came from, so that only what differs is written.
 */
export class TagNotes {
  readonly #trust: TrustRecords;
  readonly #remembered = new Map<string, Remembered>();
  #tags = 0;

  constructor(trust: TrustRecords) {
    this.#trust = trust;
  }

  /** The change that an update brings, none when its files say nothing of tags; `keep` once it is committed. */
  async changeWith(
    place: Place,
    makings: readonly { readonly standing: StandingFiles; readonly accepted: Accepted }[],
    fresh: readonly TrustFile[],
  ): Promise<{ readonly change: SignedTagsChange; keep(): void } | undefined> {
    if (!touchesTags(fresh)) return undefined;
    const { repository, gun, now } = place;
    const notary = makings.find(({ standing }) => standing.dialect === 'notary');
    const effective =
      (notary && (await this.#checked(place, notary))) ??
      (await effectiveTags({ trust: this.#trust, repository, gun, fresh }, now));
    const before = await this.#before(place, notary?.standing);
    const change = tagsChange(before, effective, now);
    const files = notary && (await filesAfter(notary.standing, fresh));
    return { change, keep: () => this.#remember(gun, files, effective.tags) };
  }

  async #checked(
    { gun, now }: Place,
    { standing, accepted }: { readonly standing: StandingFiles; readonly accepted: Accepted },
  ): Promise<EffectiveTags | undefined> {
    const targets = accepted.targets.get('targets') ?? (await standing.read('targets'));
    const releases = accepted.targets.get(RELEASES) ?? (await standing.read(RELEASES));
    return targets && checkedTags({ gun, root: accepted.root, targets, releases }, now);
  }

  async #before({ repository, gun }: Place, standing: StandingFiles | undefined): Promise<EffectiveTags['tags']> {
    const known = this.#remembered.get(gun);
    if (known && standing && known.files === (await filesAfter(standing, []))) return known.tags;
    return notedTags({ trust: this.#trust, repository, gun });
  }

  #remember(gun: string, files: string | undefined, tags: EffectiveTags['tags']): void {
    this.#tags -= this.#remembered.get(gun)?.tags.size ?? 0;
    this.#remembered.delete(gun);
    if (files === undefined || tags.size > MAX_TAGS) return;
    this.#remembered.set(gun, { files, tags });
    this.#tags += tags.size;
    for (const [oldest, each] of this.#remembered) {
      if (this.#remembered.size <= MAX_REMEMBERED && this.#tags <= MAX_TAGS) break;
      this.#remembered.delete(oldest);
      this.#tags -= each.tags.size;
    }
  }
}

/** The hashes of the Notary files that decide what a tag is, once `fresh` stand over those that are there. */
async function filesAfter(standing: StandingFiles, fresh: readonly TrustFile[]): Promise<string> {
  const hashes: string[] = [];
  for (const role of ['root', 'targets', RELEASES]) {
    const file =
      fresh.find((each) => each.dialect === 'notary' && each.role === role) ?? (await standing.summary(role));
    hashes.push(file?.sha256 ?? '');
  }
  return hashes.join(' ');
}
