import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { RepositoryName, Tag } from '../../oci/names.ts';
import type { Gate } from '../../policy/facts.ts';
import { refusals, type Verdict } from '../../policy/verdict.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { ImageRelease } from '../../ports/policy-records.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { repositoryForImages } from '../channels/direct-push.ts';
import { appendEvent } from '../events.ts';
import type { Manifests } from '../registry/manifests.ts';
import { requireRepository } from '../registry/repositories.ts';
import type { Decisions } from './decisions.ts';

const GATES: readonly Gate[] = ['pull', 'deploy', 'run'];

/** What came of an intake: released, or what stands against it at which gate. */
export interface IntakeEnd {
  readonly digest: Digest;
  readonly released: boolean;
  readonly verdicts: readonly Verdict[];
}

/**
 * Takes images of elsewhere in: held by digest before a byte of them is here, so that nobody pulls them before they were
 * looked at, and let go by whoever took them in once nothing but that hold stands against them.
 */
export class Intake {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #manifests: Manifests;
  readonly #decisions: Decisions;

  constructor(database: Database, clock: Clock, manifests: Manifests, decisions: Decisions) {
    this.#database = database;
    this.#clock = clock;
    this.#manifests = manifests;
    this.#decisions = decisions;
  }

  /** Holds what is about to be pushed: the image, and the images of an index. What is here already stays as it is. */
  async begin(viewer: Viewer, name: RepositoryName, digests: readonly Digest[], from: string): Promise<Digest[]> {
    await repositoryForImages(this.#database, this.#clock, viewer, name);
    return this.#database.change(async (records) => {
      const repository = await requireRepository(records, viewer, name, 'push');
      const now = this.#clock.now();
      const hold: ImageRelease = {
        state: 'held',
        by: nameOf(viewer),
        reason: `taken in from ${from}`,
        at: now,
        intake: true,
      };
      const held: Digest[] = [];
      for (const digest of new Set(digests)) {
        if (await records.registry.hasManifest(repository, digest)) continue;
        const before = await records.policy.release(repository, digest);
        if (before?.state === 'held' && !before.intake) continue;
        await records.policy.setRelease(repository, digest, hold);
        const subject = `${name}@${digest}`;
        const change = { before, after: hold };
        await appendEvent(records, now, 'image.held', viewer, repository, subject, { reason: hold.reason }, change);
        held.push(digest);
      }
      return held;
    });
  }

  /**
   * Lets go what the viewer took in when no policy is against it. A maintainer's word stands as that of a person (rule
   * `released`); that of another only ends the hold, so that such a rule goes on waiting for a maintainer.
   */
  async end(viewer: Viewer, name: RepositoryName, reference: { readonly tag: Tag }): Promise<IntakeEnd> {
    const { repository, manifest } = await this.#manifests.get(viewer, name, reference);
    await requireRepository(this.#database.records, viewer, name, 'push');
    const manages = repository.rights.has('manage');
    const { digest } = manifest;
    await requireOwnHold(this.#database.records, viewer, repository, manifest, manages);
    const now = this.#clock.now();
    const word = { by: nameOf(viewer), reason: 'looked at when it was taken in', at: now };
    const release = manages
      ? ({ state: 'released', ...word } as const)
      : ({ state: 'none', by: '', reason: '', at: 0 } as const);
    const revision = await this.#database.records.policy.rulesRevision(name.split('/', 1)[0]!);
    const verdicts: Verdict[] = [];
    for (const gate of GATES)
      verdicts.push(await this.#decisions.withRelease({ gate, repository, manifest, ...reference, viewer }, release));
    if (verdicts.some((each) => refusals(each).length > 0)) return { digest, released: false, verdicts };
    await this.#database.change(async (records) => {
      if ((await records.policy.rulesRevision(name.split('/', 1)[0]!)) !== revision)
        throw new AssayError('conflict', 'the rules changed while it was judged; try again');
      await requireOwnHold(records, viewer, repository, manifest, manages);
      for (const each of partsOf(manifest)) {
        const before = await records.policy.release(repository, each);
        if (!before?.intake) continue;
        if (manages) await records.policy.setRelease(repository, each, { state: 'released', ...word });
        else await records.policy.clearRelease(repository, each);
        const subject = `${name}@${each}`;
        const change = { before, after: release };
        await appendEvent(records, now, 'image.released', viewer, repository, subject, { reason: word.reason }, change);
      }
    });
    return { digest, released: true, verdicts };
  }
}

function partsOf({ raw, mediaType, digest }: StoredManifest): Digest[] {
  const manifest = parseManifest(raw, mediaType, digest);
  return [digest, ...(manifest.kind === 'index' ? manifest.manifests.map((each) => each.digest) : [])];
}

/** Throws unless every hold on the image is one of its intake, by this viewer or under a maintainer's eyes. */
async function requireOwnHold(
  records: Records,
  viewer: Viewer,
  repository: Repository,
  manifest: StoredManifest,
  manages: boolean,
): Promise<void> {
  for (const digest of partsOf(manifest)) {
    const word = await records.policy.release(repository, digest);
    if (word?.state !== 'held') continue;
    if (!word.intake)
      throw new AssayError(
        'denied',
        `${repository.name}@${digest} is held by ${word.by}: ${word.reason}; ask a maintainer to let it go`,
      );
    if (!manages && word.by !== nameOf(viewer))
      throw new AssayError('denied', `${word.by} took ${repository.name}@${digest} in; ask ${word.by} or a maintainer`);
  }
}
