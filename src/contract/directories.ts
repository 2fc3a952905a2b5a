import { z } from 'zod';
import { directorySettings } from '../access/directory-settings.ts';
import { endpoint } from './endpoint.ts';
import { me } from './session.ts';
import { time } from './shapes.ts';

const name = z.string().min(1).max(60);
const directory = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  /** True when a bind password or client secret is kept; it is never shown. */
  hasSecret: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  createdAt: time,
});
const secret = z.string().min(1).max(4096);
const byId = z.object({ id: z.string().max(64) });

export const listDirectories = endpoint({
  id: 'listDirectories',
  method: 'GET',
  path: '/api/v1/directories',
  summary: 'LDAP directories, OpenID Connect providers and issuers of workload tokens',
  right: 'administrator',
  answer: z.object({ items: z.array(directory) }),
  errors: ['denied', 'unauthorized'],
});

export const createDirectory = endpoint({
  id: 'createDirectory',
  method: 'POST',
  path: '/api/v1/directories',
  summary: 'Add a directory; its groups become teams here',
  right: 'administrator',
  body: z.strictObject({
    name,
    enabled: z.boolean().default(true),
    settings: directorySettings,
    secret: secret.optional(),
  }),
  maxBodyBytes: 512 * 1024,
  answer: directory,
  status: 201,
  errors: ['input-invalid', 'name-invalid', 'already-exists', 'denied', 'unauthorized'],
});

export const updateDirectory = endpoint({
  id: 'updateDirectory',
  method: 'PUT',
  path: '/api/v1/directories/{id}',
  summary: 'Change a directory; without a secret the one that is kept stays, null removes it',
  right: 'administrator',
  params: byId,
  body: z.strictObject({
    name,
    enabled: z.boolean(),
    settings: directorySettings,
    secret: secret.nullable().optional(),
  }),
  maxBodyBytes: 512 * 1024,
  answer: directory,
  errors: ['input-invalid', 'name-invalid', 'already-exists', 'not-found', 'denied', 'unauthorized'],
});

export const deleteDirectory = endpoint({
  id: 'deleteDirectory',
  method: 'DELETE',
  path: '/api/v1/directories/{id}',
  summary: 'Remove a directory; its accounts are disabled and their tokens end',
  right: 'administrator',
  params: byId,
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const testDirectory = endpoint({
  id: 'testDirectory',
  method: 'POST',
  path: '/api/v1/directory-test',
  summary: 'Try settings without keeping them; with a name, show what the directory says of that person',
  right: 'administrator',
  body: z.strictObject({
    /** A directory whose kept secret is used when none is given and it would go to the same server. */
    id: z.string().max(64).optional(),
    settings: directorySettings,
    secret: secret.optional(),
    name: z.string().max(256).optional(),
  }),
  maxBodyBytes: 512 * 1024,
  answer: z.object({ steps: z.array(z.object({ step: z.string(), ok: z.boolean(), detail: z.string() })) }),
  errors: ['input-invalid', 'denied', 'unauthorized'],
});

export const listProviders = endpoint({
  id: 'listProviders',
  method: 'GET',
  path: '/api/v1/sign-in/providers',
  summary: 'OpenID Connect providers that one may sign in with; the console begins at /oidc/start?provider=NAME',
  right: 'anyone',
  answer: z.object({ items: z.array(z.object({ name: z.string() })) }),
  errors: [],
});

export const beginDeviceSignIn = endpoint({
  id: 'beginDeviceSignIn',
  method: 'POST',
  path: '/api/v1/sign-in/device',
  summary: 'Begin to sign a command line in: a person opens the address and enters the code (RFC 8628)',
  right: 'anyone',
  body: z.strictObject({ provider: name }),
  answer: z.object({
    handle: z.string(),
    userCode: z.string(),
    verificationUri: z.string(),
    verificationUriComplete: z.string().optional(),
    intervalSeconds: z.number().int(),
    expiresInSeconds: z.number().int(),
  }),
  errors: ['not-found', 'directory-unreachable', 'directory-refused', 'too-many-requests'],
});

export const pollDeviceSignIn = endpoint({
  id: 'pollDeviceSignIn',
  method: 'POST',
  path: '/api/v1/sign-in/device/poll',
  summary: 'Ask whether the person has agreed; then the answer holds a personal token, once',
  right: 'anyone',
  body: z.strictObject({
    handle: z.string().min(1).max(100),
    name: z.string().min(1).max(100),
    readOnly: z.boolean().default(false),
    days: z.number().int().min(1).max(366).default(90),
  }),
  answer: z.object({
    state: z.enum(['pending', 'slow-down', 'signed-in']),
    account: z.string().optional(),
    secret: z.string().optional(),
  }),
  errors: ['not-found', 'directory-unreachable', 'directory-refused'],
});

export const offerSecondFactor = endpoint({
  id: 'offerSecondFactor',
  method: 'POST',
  path: '/api/v1/me/second-factor',
  summary: 'Make a secret for an authenticator application (RFC 6238); nothing changes until it is confirmed',
  right: 'signed-in',
  body: z.strictObject({ password: z.string().max(256) }),
  answer: z.object({ secret: z.string(), address: z.string() }),
  errors: ['credentials-invalid', 'conflict', 'denied', 'unauthorized'],
});

export const confirmSecondFactor = endpoint({
  id: 'confirmSecondFactor',
  method: 'PUT',
  path: '/api/v1/me/second-factor',
  summary: 'Turn the second factor on with the code that the application shows; other sessions end',
  right: 'signed-in',
  body: z.strictObject({ code: z.string().max(20) }),
  answer: me,
  errors: ['input-invalid', 'conflict', 'unauthorized'],
});

export const removeSecondFactor = endpoint({
  id: 'removeSecondFactor',
  method: 'DELETE',
  path: '/api/v1/me/second-factor',
  summary: 'Turn the second factor off; needs a code',
  right: 'signed-in',
  query: z.object({ code: z.string().max(20) }),
  errors: ['credentials-invalid', 'second-factor-required', 'unauthorized'],
});

export const resetSecondFactor = endpoint({
  id: 'resetSecondFactor',
  method: 'DELETE',
  path: '/api/v1/accounts/{name}/second-factor',
  summary: 'Turn codes and passkeys of somebody off who lost them',
  right: 'administrator',
  params: z.object({ name: z.string().max(64) }),
  errors: ['not-found', 'denied', 'unauthorized'],
});
