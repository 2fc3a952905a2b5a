import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { ImageRelease, OrganisationHold } from '../../ports/policy-records.ts';
import type { Page, Repository, StoredManifest } from '../../ports/registry-records.ts';
import { requireOrganisation } from '../access/grants.ts';
import { appendEvent } from '../events.ts';
import type { ManifestReferenceText } from '../registry/manifests.ts';
import { requireRepository } from '../registry/repositories.ts';
import { requireMember } from './policies.ts';

/** A person holds an image back, or lets it go: every gate follows at once. */
export class Quarantine {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async set(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
    wanted: Pick<ImageRelease, 'state' | 'reason'>,
  ): Promise<{ digest: string; release: ImageRelease }> {
    if (wanted.reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
    return this.#database.change(async (records) => {
      const repository = await requireRepository(records, viewer, name, 'manage');
      const manifest = await records.registry.manifest(repository, reference);
      if (!manifest) throw new AssayError('manifest-unknown');
      const now = this.#clock.now();
      const before = await records.policy.release(repository, manifest.digest);
      const release: ImageRelease = { ...wanted, by: nameOf(viewer), at: now };
      await records.policy.setRelease(repository, manifest.digest, release);
      if (wanted.state === 'released')
        for (const child of await heldParts(records, repository, manifest))
          await records.policy.setRelease(repository, child, release);
      await appendEvent(
        records,
        now,
        wanted.state === 'held' ? 'image.held' : 'image.released',
        viewer,
        repository,
        `${name}@${manifest.digest}`,
        { reason: wanted.reason },
        { before, after: release },
      );
      return { digest: manifest.digest, release };
    });
  }

  /** Holds a digest back in every repository of an organisation, whether it is there yet or not. */
  async holdEverywhere(
    viewer: Viewer,
    organisation: string,
    digest: Digest,
    reason: string,
  ): Promise<OrganisationHold> {
    if (reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
    return this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'manage');
      const now = this.#clock.now();
      const hold = { digest, by: nameOf(viewer), reason, at: now };
      const [before] = (await records.policy.organisationHolds(organisation)).filter((each) => each.digest === digest);
      await records.policy.setOrganisationHold(organisation, hold);
      const subject = `${organisation}@${digest}`;
      const change = { before, after: hold };
      await appendEvent(records, now, 'digest.held', viewer, { organisation }, subject, { reason }, change);
      return hold;
    });
  }

  async releaseEverywhere(viewer: Viewer, organisation: string, digest: Digest, reason: string): Promise<void> {
    if (reason.trim() === '') throw new AssayError('input-invalid', 'a word on why is needed');
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'manage');
      const before = await records.policy.removeOrganisationHold(organisation, digest);
      if (!before) throw new AssayError('not-found', `${digest} is not held in ${organisation}`);
      const subject = `${organisation}@${digest}`;
      const now = this.#clock.now();
      await appendEvent(records, now, 'digest.released', viewer, { organisation }, subject, { reason }, { before });
    });
  }

  /** For whoever belongs to the organisation. */
  async heldEverywhere(viewer: Viewer, organisation: string): Promise<OrganisationHold[]> {
    await requireMember(this.#database.records, viewer, organisation);
    return this.#database.records.policy.organisationHolds(organisation);
  }

  list(viewer: Viewer, page: Page & { state?: 'held' | 'released' }) {
    if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    return this.#database.records.policy.releases(viewer, page);
  }
}

/** Images of an index that are held since it was taken in: they go with it. */
async function heldParts(
  records: Records,
  repository: Repository,
  { raw, mediaType, digest }: StoredManifest,
): Promise<Digest[]> {
  const manifest = parseManifest(raw, mediaType, digest);
  const held: Digest[] = [];
  for (const part of manifest.kind === 'index' ? manifest.manifests : [])
    if ((await records.policy.release(repository, part.digest))?.intake) held.push(part.digest);
  return held;
}
