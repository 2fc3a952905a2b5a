import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';

/**
 * Ends the trust collections of a repository that is being deleted. Clients that saw them refuse whatever comes under the
 * same name later, so it is done only when the caller confirmed that too.
 */
export async function endCollections(
  records: Records,
  viewer: Viewer,
  repository: Repository,
  confirmed: boolean,
  now: number,
): Promise<void> {
  const collections = await records.trust.collections(repository);
  if (collections.length > 0 && !confirmed)
    throw new AssayError(
      'trust-present',
      `${repository.name} has trust data (${collections.map((each) => each.gun).join(', ')}); clients that know it will refuse a new repository of this name until they forget it. Confirm that it goes too`,
      { detail: { collections: collections.map((each) => each.gun) } },
    );
  for (const { gun } of collections) {
    await records.trust.deleteCollection(repository, gun);
    await records.trust.addChange({ at: now, gun, version: 0, sha256: '', category: 'deletion' });
    await appendEvent(records, now, 'trust.deleted', viewer, repository, gun, {});
  }
}
