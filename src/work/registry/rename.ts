import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { requireNoStage } from '../channels/direct-push.ts';
import { appendEvent } from '../events.ts';
import { requireRepository } from './repositories.ts';

/** How long reads of the old name are answered. */
const REDIRECT_MS = 90 * 24 * 3600_000;

/**
 * Gives a repository another name in its organisation. Everything in it stays as it is, under the same id; pulls of the
 * old name go on for 90 days, pushes are told the new one. Trust data stays under the name that was signed, so that
 * clients find it by the old name only: that must be confirmed. Throws `trust-present`, `already-exists`.
 */
export function renameRepository(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
  to: RepositoryName,
  confirmed: { withTrust: boolean } = { withTrust: false },
): Promise<Repository> {
  return database.change(async (records) => {
    const repository = await requireRepository(records, viewer, name, 'manage');
    await requireFree(records, viewer, repository, to);
    await requireNoStage(records, name, to);
    const collections = (await records.trust.collections(repository)).map(({ gun }) => gun);
    if (collections.length > 0 && !confirmed.withTrust)
      throw new AssayError(
        'trust-present',
        `${name} is signed as ${collections.join(', ')}, and the name is part of what was signed: clients find no signatures under ${to} until it is signed anew, and under the old name for 90 days more. Confirm that`,
        { detail: { collections } },
      );
    const now = clock.now();
    await records.registry.renameRepository(repository, to, now + REDIRECT_MS);
    const place = { id: repository.id, name: to };
    await appendEvent(
      records,
      now,
      'repository.renamed',
      viewer,
      place,
      to,
      { from: name, to },
      {
        before: { name },
        after: { name: to, by: nameOf(viewer) },
      },
    );
    return requireRepository(records, viewer, to, 'manage');
  });
}

async function requireFree(
  records: Records,
  viewer: Viewer,
  repository: Repository,
  to: RepositoryName,
): Promise<void> {
  const organisation = organisationOf(repository.name);
  if (organisationOf(to) !== organisation)
    throw new AssayError(
      'input-invalid',
      `a repository is renamed within ${organisation}; to another organisation copy its images: assay copy`,
    );
  if (!(await records.registry.mayCreate(viewer, to)))
    throw new AssayError('denied', `you may not create ${to}; ask for the role publisher in ${organisation}`);
  const taken = await records.registry.repository({ kind: 'system', reason: 'is the name taken' }, to);
  const former = await records.registry.nameNow(to);
  if (taken || (former !== undefined && former !== repository.name))
    throw new AssayError('already-exists', `the name ${to} is taken, or was until a short while ago`);
}
