import * as contract from '../../../contract/access.ts';
import * as teams from '../../../contract/teams.ts';
import { roleNames, roles } from '../../../access/roles.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { parseRepositoryName } from '../../../oci/names.ts';
import type { TagRule } from '../../../access/tag-rules.ts';
import type { Account, Organisation, TokenRecord } from '../../../ports/access-records.ts';
import { requireOrganisation } from '../../../work/access/grants.ts';
import { explainAccess } from '../../../work/access/explain-access.ts';
import { requireRepository } from '../../../work/registry/repositories.ts';
import { addTagRule, removeTagRule } from '../../../work/registry/tag-rules.ts';
import { type Handled, handle } from '../call.ts';
import { readLimits, shownLimits } from '../limits.ts';
import { requireAccount } from './session.ts';

const DAY_MS = 24 * 3600_000;

const roleTexts: Readonly<Record<(typeof roleNames)[number], string>> = {
  reader: 'pulls',
  scanner: 'pulls, what policies hold back too',
  auditor: 'pulls and reads the audit',
  signer: 'pulls and signs, does not push images',
  publisher: 'pulls, pushes and signs',
  maintainer: 'also deletes and manages the repository',
  owner: 'may do everything, the organisation included',
};

function toOrganisation({ name, description, createdAt, maxBytes }: Organisation) {
  return { name, description, createdAt: toRfc3339(createdAt), ...(maxBytes !== undefined && { maxBytes }) };
}

function toRobotToken(token: TokenRecord) {
  return {
    id: token.id,
    name: token.name,
    ...(token.limits && { limits: shownLimits(token.limits) }),
    createdAt: toRfc3339(token.createdAt),
    expiresAt: toRfc3339(token.expiresAt),
    ...(token.lastUsedAt !== undefined && { lastUsedAt: toRfc3339(token.lastUsedAt) }),
  };
}

function toRobot(robot: Account, tokens: readonly TokenRecord[]) {
  return { name: robot.name, createdAt: toRfc3339(robot.createdAt), tokens: tokens.map(toRobotToken) };
}

function toRule(rule: TagRule) {
  return { ...rule, createdAt: toRfc3339(rule.createdAt) };
}

export const accessHandlers: readonly Handled[] = [
  handle(contract.listOrganisations, async ({ house, viewer }) => ({
    items: (await house.organisations.list(viewer)).map(toOrganisation),
  })),
  handle(contract.createOrganisation, async ({ house, viewer, body }) =>
    toOrganisation(await house.organisations.create(viewer, body)),
  ),
  handle(contract.getOrganisation, async ({ house, viewer, params }) => {
    const { organisation, usedBytes, rights } = await house.organisations.get(viewer, params.organisation);
    return { ...toOrganisation(organisation), usedBytes, rights: [...rights] };
  }),
  handle(contract.updateOrganisation, ({ house, viewer, params, body }) =>
    house.organisations.update(viewer, params.organisation, body),
  ),
  handle(contract.deleteOrganisation, ({ house, viewer, params }) =>
    house.organisations.remove(viewer, params.organisation),
  ),
  handle(contract.listOrganisationGrants, async ({ house, viewer, params }) => {
    const { records } = house.database;
    await requireOrganisation(records, viewer, params.organisation, 'administer');
    const grants = await records.access.grants({ organisation: params.organisation });
    return {
      items: grants.map(({ principal, role, actions }) => ({ account: principal, role, actions: [...actions] })),
    };
  }),
  handle(contract.setOrganisationGrant, ({ house, viewer, params, body }) =>
    house.grants.give(viewer, {
      principal: params.account,
      role: body.role,
      subject: { organisation: params.organisation },
    }),
  ),
  handle(contract.removeOrganisationGrant, ({ house, viewer, params }) =>
    house.grants.take(viewer, { principal: params.account, subject: { organisation: params.organisation } }),
  ),
  handle(contract.listRoles, async ({ house, viewer, params }) => {
    const own = await house.organisations.roles(viewer, params.organisation);
    return {
      items: [
        ...roleNames.map((name) => ({ name, description: roleTexts[name], actions: [...roles[name]], builtIn: true })),
        ...own.map((role) => ({ ...role, actions: [...role.actions], builtIn: false })),
      ],
    };
  }),
  handle(contract.putRole, ({ house, viewer, params, body }) =>
    house.organisations.putRole(viewer, params.organisation, { name: params.name, ...body }),
  ),
  handle(contract.deleteRole, ({ house, viewer, params }) =>
    house.organisations.deleteRole(viewer, params.organisation, params.name),
  ),
  handle(teams.listTeams, async ({ house, viewer, params }) => ({
    items: (await house.organisations.teams(viewer, params.organisation)).map(
      ({ name, description, members, createdAt }) => ({ name, description, members, createdAt: toRfc3339(createdAt) }),
    ),
  })),
  handle(teams.createTeam, async ({ house, viewer, params, body }) => {
    const { name, description, createdAt } = await house.organisations.createTeam(viewer, params.organisation, body);
    return { name, description, members: 0, createdAt: toRfc3339(createdAt) };
  }),
  handle(teams.deleteTeam, ({ house, viewer, params }) =>
    house.organisations.deleteTeam(viewer, params.organisation, params.team),
  ),
  handle(teams.listTeamMembers, async ({ house, viewer, params }) => ({
    items: (await house.organisations.members(viewer, params.organisation, params.team)).map((each) => ({
      account: each.account,
      sources: [...each.sources],
    })),
  })),
  handle(teams.addTeamMember, ({ house, viewer, params }) =>
    house.organisations.addMember(viewer, params.organisation, params.team, params.account),
  ),
  handle(teams.removeTeamMember, ({ house, viewer, params }) =>
    house.organisations.removeMember(viewer, params.organisation, params.team, params.account),
  ),
  handle(teams.listRobots, async ({ house, viewer, params }) => ({
    items: (await house.robots.list(viewer, params.organisation)).map(({ robot, tokens }) => toRobot(robot, tokens)),
  })),
  handle(teams.createRobot, async ({ house, viewer, params, body }) =>
    toRobot(await house.robots.create(viewer, params.organisation, body.name), []),
  ),
  handle(teams.deleteRobot, ({ house, viewer, params }) =>
    house.robots.remove(viewer, params.organisation, params.robot),
  ),
  handle(teams.createRobotToken, async ({ house, viewer, params, body }) => {
    const { token, secret } = await house.robots.issue(viewer, params.organisation, params.robot, {
      name: body.name,
      lifetimeMs: body.days * DAY_MS,
      limits: body.limits && readLimits(body.limits),
    });
    return { token: toRobotToken(token), secret };
  }),
  handle(teams.revokeRobotToken, ({ house, viewer, params }) =>
    house.robots.revoke(viewer, params.organisation, params.robot, params.id),
  ),
  handle(contract.listTagRules, async ({ house, viewer, params }) => {
    const { records } = house.database;
    const repository = await requireRepository(records, viewer, parseRepositoryName(params.repository), 'pull');
    return { items: (await records.registry.tagRules(repository)).map(toRule) };
  }),
  handle(contract.createTagRule, async ({ house, viewer, params, body }) =>
    toRule(await addTagRule(house.database, house.clock, viewer, parseRepositoryName(params.repository), body)),
  ),
  handle(contract.deleteTagRule, ({ house, viewer, params }) =>
    removeTagRule(house.database, house.clock, viewer, parseRepositoryName(params.repository), params.id),
  ),
  handle(contract.explainAccess, ({ house, viewer, query }) =>
    explainAccess(house.database.records, viewer, {
      ...query,
      repository: parseRepositoryName(query.repository),
    }),
  ),
  handle(contract.listDroppedScopes, async ({ house, viewer }) => ({
    items: house.tokens
      .dropped(requireAccount(viewer).accountId)
      .map((each) => ({ ...each, at: toRfc3339(each.at), given: [...each.given], dropped: [...each.dropped] })),
  })),
];
