import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits, organisationName, principal, simpleName, time } from './shapes.ts';

const inOrganisation = z.object({ organisation: organisationName });

const team = z.object({
  name: z.string(),
  description: z.string(),
  members: z.number().int(),
  createdAt: time,
});

export const listTeams = endpoint({
  id: 'listTeams',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/teams',
  summary: 'Teams of an organisation',
  right: 'signed-in',
  params: inOrganisation,
  answer: z.object({ items: z.array(team) }),
  errors: ['not-found', 'unauthorized'],
});

export const createTeam = endpoint({
  id: 'createTeam',
  method: 'POST',
  path: '/api/v1/organisations/{organisation}/teams',
  summary: 'Create a team',
  right: 'signed-in',
  params: inOrganisation,
  body: z.strictObject({ name: simpleName, description: z.string().max(1000).default('') }),
  answer: team,
  status: 201,
  errors: ['not-found', 'name-invalid', 'already-exists', 'denied', 'unauthorized'],
});

const inTeam = z.object({ organisation: organisationName, team: simpleName });

export const deleteTeam = endpoint({
  id: 'deleteTeam',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/teams/{team}',
  summary: 'Delete a team with its roles',
  right: 'signed-in',
  params: inTeam,
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const listTeamMembers = endpoint({
  id: 'listTeamMembers',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/teams/{team}/members',
  summary: 'Members of a team, and who says so: local, or a directory',
  right: 'signed-in',
  params: inTeam,
  answer: z.object({ items: z.array(z.object({ account: z.string(), sources: z.array(z.string()) })) }),
  errors: ['not-found', 'unauthorized'],
});

export const addTeamMember = endpoint({
  id: 'addTeamMember',
  method: 'PUT',
  path: '/api/v1/organisations/{organisation}/teams/{team}/members/{account}',
  summary: 'Add an account to a team',
  right: 'signed-in',
  params: inTeam.extend({ account: principal }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const removeTeamMember = endpoint({
  id: 'removeTeamMember',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/teams/{team}/members/{account}',
  summary: 'Take an account out of a team',
  right: 'signed-in',
  params: inTeam.extend({ account: principal }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

const robotToken = z.object({
  id: z.string(),
  name: z.string(),
  limits: limits.optional(),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.optional(),
});
const robot = z.object({ name: z.string(), createdAt: time, tokens: z.array(robotToken) });

export const listRobots = endpoint({
  id: 'listRobots',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/robots',
  summary: 'Robot accounts of an organisation with their tokens',
  right: 'signed-in',
  params: inOrganisation,
  answer: z.object({ items: z.array(robot) }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const createRobot = endpoint({
  id: 'createRobot',
  method: 'POST',
  path: '/api/v1/organisations/{organisation}/robots',
  summary: 'Create a robot account; it signs in as ORGANISATION+NAME with a token',
  right: 'signed-in',
  params: inOrganisation,
  body: z.strictObject({ name: simpleName }),
  answer: robot,
  status: 201,
  errors: ['not-found', 'name-invalid', 'already-exists', 'denied', 'unauthorized'],
});

const ofRobot = z.object({ organisation: organisationName, robot: simpleName });

export const deleteRobot = endpoint({
  id: 'deleteRobot',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/robots/{robot}',
  summary: 'Delete a robot account with its tokens and roles',
  right: 'signed-in',
  params: ofRobot,
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const createRobotToken = endpoint({
  id: 'createRobotToken',
  method: 'POST',
  path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens',
  summary: 'Make a token for a robot; its text is shown once',
  right: 'signed-in',
  params: ofRobot,
  body: z.strictObject({
    name: z.string().min(1).max(100),
    days: z.number().int().min(1).max(366).default(90),
    limits: limits.optional(),
  }),
  answer: z.object({ token: robotToken, secret: z.string() }),
  status: 201,
  errors: ['not-found', 'input-invalid', 'denied', 'unauthorized'],
});

export const revokeRobotToken = endpoint({
  id: 'revokeRobotToken',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/robots/{robot}/tokens/{id}',
  summary: 'Revoke a token of a robot',
  right: 'signed-in',
  params: ofRobot.extend({ id: z.string().max(64) }),
  errors: ['not-found', 'denied', 'unauthorized'],
});
