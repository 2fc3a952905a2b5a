import { type Action, beyond, isRoleName } from '../../access/roles.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { isOrganisationName } from '../../oci/names.ts';
import type { CustomRole, Organisation, Team, TeamMember } from '../../ports/access-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';
import { requireAccount, requireAdministrator } from './accounts.ts';
import { requireOrganisation } from './grants.ts';

const SIMPLE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_PER_ORGANISATION = 1000;

/** Organisations, their own roles and their teams. */
export class Organisations {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  list(viewer: Viewer): Promise<Organisation[]> {
    return this.#database.records.access.organisations(viewer);
  }

  /** An organisation, what its repositories hold in bytes, and what the viewer may do there. */
  async get(
    viewer: Viewer,
    name: string,
  ): Promise<{ organisation: Organisation; usedBytes: number; rights: ReadonlySet<Action> }> {
    const { access } = this.#database.records;
    if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    const organisation = (await access.organisations(viewer)).find((each) => each.name === name);
    if (!organisation)
      throw new AssayError('not-found', `no organisation ${name.slice(0, 100)}, or not visible to you`);
    return { organisation, usedBytes: await access.usage(name), rights: await access.rightsIn(viewer, name) };
  }

  async create(viewer: Viewer, wanted: { name: string; description: string }): Promise<Organisation> {
    requireAdministrator(viewer);
    if (!isOrganisationName(wanted.name))
      throw new AssayError('name-invalid', 'an organisation has the form of one part of a repository name');
    const now = this.#clock.now();
    await this.#database.change(async (records) => {
      if (await records.access.organisation(wanted.name))
        throw new AssayError('already-exists', `the organisation ${wanted.name} exists already`);
      await records.registry.createOrganisation(wanted.name, now);
      await records.access.updateOrganisation(wanted.name, { description: wanted.description });
      await appendEvent(records, now, 'organisation.created', viewer, { organisation: wanted.name }, wanted.name, {});
    });
    return { ...wanted, createdAt: now, maxBytes: undefined };
  }

  /** Its description is its owners' affair; how much it may store is an administrator's. */
  async update(
    viewer: Viewer,
    name: string,
    change: { description?: string | undefined; maxBytes?: number | null | undefined },
  ): Promise<void> {
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, name, 'administer');
      if (change.maxBytes !== undefined) requireAdministrator(viewer);
      const before = await records.access.organisation(name);
      const after = {
        ...(change.description !== undefined && { description: change.description }),
        ...(change.maxBytes !== undefined && { maxBytes: change.maxBytes }),
      };
      await records.access.updateOrganisation(name, after);
      await appendEvent(
        records,
        this.#clock.now(),
        'organisation.changed',
        viewer,
        { organisation: name },
        name,
        after,
        { before: { description: before?.description, maxBytes: before?.maxBytes }, after },
      );
    });
  }

  async remove(viewer: Viewer, name: string): Promise<void> {
    requireAdministrator(viewer);
    await this.#database.change(async (records) => {
      if (!(await records.access.organisation(name))) throw new AssayError('not-found', 'no such organisation');
      if (name === 'library') throw new AssayError('denied', 'library is where names of one part belong; it stays');
      if (!(await records.access.deleteOrganisation(name)))
        throw new AssayError('conflict', `${name} has repositories; delete them first`);
      await appendEvent(records, this.#clock.now(), 'organisation.deleted', viewer, undefined, name, {});
    });
  }

  async roles(viewer: Viewer, organisation: string): Promise<CustomRole[]> {
    await this.get(viewer, organisation);
    return this.#database.records.access.customRoles(organisation);
  }

  /** Sets a role of the organisation's own; grants that name it change with it. */
  async putRole(viewer: Viewer, organisation: string, role: CustomRole): Promise<void> {
    if (!isRoleName(role.name))
      throw new AssayError('name-invalid', 'a role has lower case letters, digits and - and no built-in name');
    await this.#database.change(async (records) => {
      const rights = await requireOrganisation(records, viewer, organisation, 'administer');
      const before = (await records.access.customRoles(organisation)).find((each) => each.name === role.name);
      if (beyond([...role.actions, ...(before?.actions ?? [])], rights).length > 0)
        throw new AssayError('denied', 'the role may do what you may not');
      await records.access.putCustomRole(organisation, role);
      await appendEvent(
        records,
        this.#clock.now(),
        'role.changed',
        viewer,
        { organisation },
        `${organisation}/${role.name}`,
        { actions: role.actions },
        { before: before?.actions, after: role.actions },
      );
    });
  }

  async deleteRole(viewer: Viewer, organisation: string, name: string): Promise<void> {
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'administer');
      if (!(await records.access.customRoles(organisation)).some((each) => each.name === name))
        throw new AssayError('not-found', 'no such role');
      if (!(await records.access.deleteCustomRole(organisation, name)))
        throw new AssayError('conflict', `somebody holds the role ${name}; take it away first`);
      await appendEvent(
        records,
        this.#clock.now(),
        'role.deleted',
        viewer,
        { organisation },
        `${organisation}/${name}`,
        {},
      );
    });
  }

  async teams(viewer: Viewer, organisation: string): Promise<(Team & { readonly members: number })[]> {
    await this.get(viewer, organisation);
    return this.#database.records.access.teams(organisation);
  }

  async createTeam(viewer: Viewer, organisation: string, wanted: { name: string; description: string }): Promise<Team> {
    if (!SIMPLE_NAME.test(wanted.name) || wanted.name.length > 60)
      throw new AssayError('name-invalid', 'a team has lower case letters, digits and - between them, at most 60');
    const now = this.#clock.now();
    const team: Team = { id: uuidv7(now), organisation, ...wanted, createdAt: now };
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'administer');
      if (await records.access.team(organisation, wanted.name))
        throw new AssayError('already-exists', `the team ${wanted.name} exists already`);
      if ((await records.access.teams(organisation)).length >= MAX_PER_ORGANISATION)
        throw new AssayError('input-invalid', `an organisation has at most ${MAX_PER_ORGANISATION} teams`);
      await records.access.createTeam(team);
      await appendEvent(records, now, 'team.created', viewer, { organisation }, `${organisation}/${wanted.name}`, {});
    });
    return team;
  }

  async deleteTeam(viewer: Viewer, organisation: string, name: string): Promise<void> {
    await this.#changeTeam(viewer, organisation, name, 'team.deleted', {}, (records, team) =>
      records.access.deleteTeam(team),
    );
  }

  async members(viewer: Viewer, organisation: string, name: string): Promise<TeamMember[]> {
    await this.get(viewer, organisation);
    return this.#database.records.access.teamMembers(await requireTeam(this.#database.records, organisation, name));
  }

  async addMember(viewer: Viewer, organisation: string, name: string, account: string): Promise<void> {
    await this.#changeTeam(viewer, organisation, name, 'team.changed', { added: account }, async (records, team) => {
      await records.access.addTeamMember(team, (await requireMember(records, organisation, account)).id);
    });
  }

  async removeMember(viewer: Viewer, organisation: string, name: string, account: string): Promise<void> {
    await this.#changeTeam(viewer, organisation, name, 'team.changed', { removed: account }, async (records, team) => {
      const { id } = await requireAccount(records, account);
      if (!(await records.access.removeTeamMember(team, id)))
        throw new AssayError('not-found', `${account} is no member that was added here; a directory may say so`);
    });
  }

  /** A team hands its roles to its members: who changes it must hold what it holds. */
  async #changeTeam(
    viewer: Viewer,
    organisation: string,
    name: string,
    noun: 'team.deleted' | 'team.changed',
    data: Readonly<Record<string, string>>,
    work: (records: Records, team: Team) => Promise<void>,
  ): Promise<void> {
    await this.#database.change(async (records) => {
      await requireOrganisation(records, viewer, organisation, 'administer');
      const team = await requireTeam(records, organisation, name);
      await work(records, team);
      await appendEvent(records, this.#clock.now(), noun, viewer, { organisation }, `${organisation}/${name}`, data);
    });
  }
}

async function requireTeam(records: Records, organisation: string, name: string): Promise<Team> {
  const team = await records.access.team(organisation, name);
  if (!team) throw new AssayError('not-found', `there is no team ${name.slice(0, 60)} in ${organisation}`);
  return team;
}

async function requireMember(records: Records, organisation: string, name: string) {
  const account = await requireAccount(records, name);
  if (account.kind === 'robot' && account.organisation !== organisation)
    throw new AssayError('denied', `${name} is a robot of ${account.organisation}`);
  return account;
}
