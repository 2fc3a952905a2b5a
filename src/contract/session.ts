import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { limits, time } from './shapes.ts';

export const me = z.object({
  name: z.string().optional(),
  administrator: z.boolean(),
  secondFactor: z.boolean(),
  /** False for accounts that a directory vouches for. */
  hasPassword: z.boolean(),
  /** True while the password is the one the first start made. */
  initialPassword: z.boolean(),
  version: z.string(),
  registryHost: z.string(),
});

export const getMe = endpoint({
  id: 'getMe',
  method: 'GET',
  path: '/api/v1/me',
  summary: 'Who is signed in, and the server one speaks to',
  right: 'anyone',
  answer: me,
  errors: [],
});

export const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/api/v1/session',
  summary: 'Sign in with name and password; sets the session cookie',
  right: 'anyone',
  body: z.strictObject({
    name: z.string().max(64),
    password: z.string().max(256),
    /** Of the authenticator application, where there is a second factor. */
    code: z.string().max(20).optional(),
  }),
  answer: me,
  errors: ['credentials-invalid', 'second-factor-required', 'directory-unreachable', 'too-many-requests'],
});

export const signOut = endpoint({
  id: 'signOut',
  method: 'DELETE',
  path: '/api/v1/session',
  summary: 'End the session',
  right: 'signed-in',
  errors: ['unauthorized'],
});

export const changePassword = endpoint({
  id: 'changePassword',
  method: 'PUT',
  path: '/api/v1/me/password',
  summary: 'Change one’s own password; ends all sessions and refresh tokens',
  right: 'signed-in',
  body: z.strictObject({ current: z.string().max(256), password: z.string().max(256) }),
  errors: ['credentials-invalid', 'input-invalid', 'unauthorized'],
});

/** What a token opens: everything of its account within its limits, or feeds alone. */
const use = z.enum(['everything', 'feeds']);

const token = z.object({
  id: z.string(),
  name: z.string(),
  use,
  readOnly: z.boolean(),
  limits: limits.optional(),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.optional(),
});

export const listTokens = endpoint({
  id: 'listTokens',
  method: 'GET',
  path: '/api/v1/me/tokens',
  summary: 'One’s own personal tokens, and those for feeds',
  right: 'signed-in',
  answer: z.object({ items: z.array(token) }),
  errors: ['unauthorized'],
});

export const createToken = endpoint({
  id: 'createToken',
  method: 'POST',
  path: '/api/v1/me/tokens',
  summary: 'Make a personal token, or one for feeds alone; its text is shown once',
  right: 'signed-in',
  body: z.strictObject({
    name: z.string().min(1).max(100),
    use: use.default('everything'),
    readOnly: z.boolean().default(false),
    days: z.number().int().min(1).max(366).default(90),
    limits: limits.optional(),
  }),
  answer: z.object({ token, secret: z.string() }),
  status: 201,
  errors: ['unauthorized', 'input-invalid'],
});

export const revokeToken = endpoint({
  id: 'revokeToken',
  method: 'DELETE',
  path: '/api/v1/me/tokens/{id}',
  summary: 'Revoke a personal token',
  right: 'signed-in',
  params: z.object({ id: z.string().max(64) }),
  errors: ['unauthorized', 'not-found'],
});
