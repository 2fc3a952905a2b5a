import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Database } from '../../ports/database.ts';
import type { ImageRelease } from '../../ports/policy-records.ts';
import type { Page } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import type { ManifestReferenceText } from '../registry/manifests.ts';
import { requireRepository } from '../registry/repositories.ts';

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

  list(viewer: Viewer, page: Page & { state?: 'held' | 'released' }) {
    if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    return this.#database.records.policy.releases(viewer, page);
  }
}
