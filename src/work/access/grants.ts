import { type Action, beyond, isBuiltInRole, type Role, roles } from '../../access/roles.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { isOrganisationName, organisationOf } from '../../oci/names.ts';
import type { Grant } from '../../ports/access-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { appendEvent, type Place } from '../events.ts';
import { requireRepository } from '../registry/repositories.ts';
import { isUnlimited, requireAccount } from './accounts.ts';

/** Roles that accounts and teams hold. Nobody gives or takes away more than they hold themselves. */
export class Grants {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async give(viewer: Viewer, wanted: Pick<Grant, 'principal' | 'role' | 'subject'>): Promise<void> {
    await this.#database.change(async (records) => {
      const { place, rights, organisation } = await requireGranting(records, viewer, wanted.subject);
      const actions = await actionsOfRole(records, organisation, wanted.role);
      requireNotBeyond(actions, rights);
      await requirePrincipal(records, organisation, wanted.principal);
      const before = await this.#held(records, wanted);
      requireNotBeyond(before?.actions ?? [], rights);
      await records.access.grant({ ...wanted, actions });
      await appendEvent(
        records,
        this.#clock.now(),
        'grant.changed',
        viewer,
        place,
        wanted.principal,
        { role: wanted.role, ...wanted.subject },
        { before: before?.role, after: wanted.role },
      );
    });
  }

  async take(viewer: Viewer, grant: Pick<Grant, 'principal' | 'subject'>): Promise<void> {
    await this.#database.change(async (records) => {
      const { place, rights } = await requireGranting(records, viewer, grant.subject);
      const before = await this.#held(records, grant);
      requireNotBeyond(before?.actions ?? [], rights);
      if (!(await records.access.revokeGrant(grant)))
        throw new AssayError('not-found', `${grant.principal.slice(0, 80)} holds no role there`);
      await appendEvent(
        records,
        this.#clock.now(),
        'grant.changed',
        viewer,
        place,
        grant.principal,
        { role: 'none', ...grant.subject },
        { before: before?.role },
      );
    });
  }

  async #held(records: Records, { principal, subject }: Pick<Grant, 'principal' | 'subject'>) {
    const all = await records.access.grants(subject);
    const on = 'repository' in subject ? 'repository' : 'organisation';
    return all.find((each) => each.principal === principal && on in each.subject);
  }
}

/** What a role may do in this organisation. Throws `not-found` for one that is not there. */
export async function actionsOfRole(records: Records, organisation: string, role: Role): Promise<readonly Action[]> {
  if (isBuiltInRole(role)) return roles[role];
  const own = (await records.access.customRoles(organisation)).find((each) => each.name === role);
  if (own) return own.actions;
  throw new AssayError('not-found', `there is no role ${role.slice(0, 40)} in ${organisation}`);
}

async function requirePrincipal(records: Records, organisation: string, principal: string): Promise<void> {
  if (!principal.startsWith('team:')) {
    const account = await requireAccount(records, principal);
    if (account.kind === 'robot' && account.organisation !== organisation)
      throw new AssayError('denied', `${principal} is a robot of ${account.organisation}; make one in ${organisation}`);
    return;
  }
  if (!(await records.access.team(organisation, principal.slice(5))))
    throw new AssayError('not-found', `there is no team ${principal.slice(5, 60)} in ${organisation}`);
}

function requireNotBeyond(wanted: Iterable<Action>, rights: ReadonlySet<Action>): void {
  const more = beyond(wanted, rights);
  if (more.length > 0)
    throw new AssayError('denied', `that role may ${more.join(', ')}, which you may not; ask an owner`);
}

async function requireGranting(
  records: Records,
  viewer: Viewer,
  subject: Grant['subject'],
): Promise<{ place: Place; rights: ReadonlySet<Action>; organisation: string }> {
  if ('repository' in subject) {
    const repository: Repository = await requireRepository(records, viewer, subject.repository, 'manage');
    return { place: repository, rights: repository.rights, organisation: organisationOf(repository.name) };
  }
  const { organisation } = subject;
  return {
    place: subject,
    rights: await requireOrganisation(records, viewer, organisation, 'administer'),
    organisation,
  };
}

/** The rights on an organisation, if they hold this one. What one holds nothing in does not exist. */
export async function requireOrganisation(
  records: Records,
  viewer: Viewer,
  organisation: string,
  action: Action,
): Promise<ReadonlySet<Action>> {
  if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
  const unknown = new AssayError('not-found', `no organisation ${organisation.slice(0, 100)}, or not visible to you`);
  if (!isOrganisationName(organisation) || !(await records.access.organisation(organisation))) throw unknown;
  const rights = await records.access.rightsIn(viewer, organisation);
  if (rights.has(action)) return rights;
  const seen = await records.access.organisations(viewer);
  if (!isUnlimited(viewer) || !seen.some((each) => each.name === organisation)) throw unknown;
  throw new AssayError('denied', `you may not ${action} ${organisation}; ask an owner of it`);
}
