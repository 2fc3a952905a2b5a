import type { Action } from '../../access/roles.ts';
import { forbids } from '../../access/tag-rules.ts';
import { inScope, leaves, type Viewer, withoutScope } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository, RepositoryId, Visibility } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { endCollections } from '../trust/end-collections.ts';

/** Finds a repository for one action. What the viewer may not see does not exist; what it may see but not do is denied. */
export async function requireRepository(
  records: Records,
  viewer: Viewer,
  name: RepositoryName,
  action: Action,
): Promise<Repository> {
  const repository = await records.registry.repository(viewer, name);
  if (repository?.rights.has(action)) return repository;
  const moved = !repository && action === 'pull' ? await underFormerName(records, viewer, name) : undefined;
  if (moved) return moved;
  // A client whose token does not cover this asks for one that does; only then is it told more.
  if (!inScope(viewer, name, action) || (viewer.kind === 'anonymous' && !viewer.scope))
    throw new AssayError('unauthorized');
  if (!repository) throw new AssayError('name-unknown', `no repository ${name}, or not visible to you`);
  throw new AssayError(
    'denied',
    `you may not ${action} ${name}; ask a maintainer of ${organisationOf(name)} for the right`,
  );
}

/**
 * The repository that had this name until it was renamed, for reading alone. A token's scope and limits name it as it was
 * called; rights are those on the repository.
 */
export async function underFormerName(
  records: Records,
  viewer: Viewer,
  name: RepositoryName,
): Promise<Repository | undefined> {
  const now = leaves(viewer, name, 'pull') ? await records.registry.nameNow(name) : undefined;
  const repository = now && (await records.registry.repository(unlimited(viewer), now));
  return repository?.rights.has('pull') ? { ...repository, rights: new Set(['pull']) } : undefined;
}

function unlimited(viewer: Viewer): Viewer {
  const unscoped = withoutScope(viewer);
  if (unscoped.kind !== 'account' || !unscoped.limits) return unscoped;
  const { limits: _limits, ...whole } = unscoped;
  return whole;
}

/** The repository to push to; a push creates it, private, where the pusher may create one. */
export async function repositoryForPush(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
): Promise<Repository> {
  const present = await database.records.registry.repository(viewer, name);
  if (present?.rights.has('push')) return present;
  if (present) return requireRepository(database.records, viewer, name, 'push');
  return createRepository(database, clock, viewer, { name, visibility: 'private', description: '' });
}

/** Throws what a push there would be refused with, before anything of it is read; creates nothing. */
export async function requirePush(records: Records, viewer: Viewer, name: RepositoryName): Promise<void> {
  if (await records.registry.repository(viewer, name)) await requireRepository(records, viewer, name, 'push');
  else await requireCreation(records, viewer, name);
}

async function requireCreation(records: Records, viewer: Viewer, name: RepositoryName): Promise<void> {
  if (!inScope(viewer, name, 'push')) throw new AssayError('unauthorized');
  const now = await records.registry.nameNow(name);
  if (now) {
    if (await underFormerName(records, withoutScope(viewer), name))
      throw new AssayError('name-moved', `${name} is called ${now} now; push there`);
    throw new AssayError(viewer.kind === 'anonymous' ? 'unauthorized' : 'denied', `you may not create ${name}`);
  }
  if (await records.registry.mayCreate(viewer, name)) return;
  if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
  throw new AssayError('denied', `you may not create ${name}; ask for the role publisher in ${organisationOf(name)}`);
}

/**
 * Creates an empty repository. Organisations come first: only an administrator's push or creation brings one into
 * being, since a name is a claim that a pusher should not make by mistake.
 */
export function createRepository(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  wanted: { name: RepositoryName; visibility: Visibility; description: string },
  options?: { failIfPresent?: boolean },
): Promise<Repository> {
  const organisation = organisationOf(wanted.name);
  return database.change(async (records) => {
    const now = clock.now();
    const present = await records.registry.repository(viewer, wanted.name);
    if (present) {
      if (options?.failIfPresent)
        throw new AssayError('already-exists', `the repository ${wanted.name} exists already`);
      return present;
    }
    await requireCreation(records, viewer, wanted.name);
    const hidden = await records.registry.repository({ kind: 'system', reason: 'is the name taken' }, wanted.name);
    if (hidden) throw new AssayError('denied', `you may not push to ${wanted.name}`);
    if (!(await records.registry.organisationExists(organisation))) {
      if (viewer.kind !== 'account' || !viewer.administrator || viewer.limits)
        throw new AssayError('denied', `there is no organisation ${organisation}`);
      await records.registry.createOrganisation(organisation, now);
      await appendEvent(records, now, 'organisation.created', viewer, { organisation }, organisation, {});
    }
    const id = uuidv7(now) as RepositoryId;
    await records.registry.createRepository({ id, ...wanted, createdAt: now });
    await appendEvent(records, now, 'repository.created', viewer, { id, name: wanted.name }, wanted.name, {
      visibility: wanted.visibility,
    });
    const created = await records.registry.repository(viewer, wanted.name);
    if (!created) throw new AssayError('denied', `the token does not cover ${wanted.name}`);
    return created;
  });
}

export function updateRepository(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
  change: { visibility?: Visibility | undefined; description?: string | undefined },
): Promise<Repository> {
  return database.change(async (records) => {
    const repository = await requireRepository(records, viewer, name, 'manage');
    await records.registry.updateRepository(repository, change);
    await appendEvent(records, clock.now(), 'repository.changed', viewer, repository, name, { ...change });
    return requireRepository(records, viewer, name, 'manage');
  });
}

export function deleteRepository(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
  confirmed: { withTrust: boolean } = { withTrust: false },
): Promise<void> {
  return database.change(async (records) => {
    const repository = await requireRepository(records, viewer, name, 'manage');
    const now = clock.now();
    await refuseImmutable(records, repository);
    await endCollections(records, viewer, repository, confirmed.withTrust, now);
    await records.registry.deleteRepository(repository, now);
    await appendEvent(records, now, 'repository.deleted', viewer, undefined, name, {});
  });
}

/** A repository goes with its tags, so none of them may be immutable. */
async function refuseImmutable(records: Records, repository: Repository): Promise<void> {
  const rules = (await records.registry.tagRules(repository)).filter((each) => each.kind === 'immutable');
  for (let after: string | undefined; rules.length > 0; ) {
    const names = await records.registry.tagNames(repository, { ...(after !== undefined && { after }), limit: 1000 });
    const held = names.find((tag) => forbids(rules, tag, 'delete', true));
    if (held !== undefined)
      throw new AssayError('tag-immutable', `${repository.name} has the immutable tag ${held}; lift the rule first`);
    if (names.length < 1000) return;
    after = names.at(-1);
  }
}
