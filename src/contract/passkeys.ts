import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { me } from './session.ts';
import { time } from './shapes.ts';

/** Bytes in base64url without padding, as WebAuthn's JSON has them. */
const bytes = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]*$/);
const name = z.string().min(1).max(100);
const clientData = bytes(6000);
const authenticatorData = bytes(20_000);

const passkey = z.object({
  id: z.string(),
  name: z.string(),
  /** Host name it signs in at. */
  site: z.string(),
  algorithm: z.number().int(),
  /** Kept with a provider, so that more than one device has it. */
  backedUp: z.boolean(),
  /** Its counter went back: a copy of it may exist, and it opens nothing any more. */
  suspected: z.boolean(),
  createdAt: time,
  lastUsedAt: time.optional(),
});

export const listPasskeys = endpoint({
  id: 'listPasskeys',
  method: 'GET',
  path: '/api/v1/me/passkeys',
  summary: 'One’s own passkeys',
  right: 'signed-in',
  answer: z.object({ items: z.array(passkey) }),
  errors: ['unauthorized'],
});

export const beginPasskey = endpoint({
  id: 'beginPasskey',
  method: 'POST',
  path: '/api/v1/me/passkeys/challenge',
  summary: 'What the browser makes a passkey with; in a session that was begun within the last 15 minutes',
  right: 'signed-in',
  answer: z.object({
    challenge: z.string(),
    rpId: z.string(),
    userId: z.string(),
    userName: z.string(),
    algorithms: z.array(z.number().int()),
    /** Credentials that are registered already. */
    exclude: z.array(z.string()),
  }),
  errors: ['denied', 'unauthorized'],
});

export const addPasskey = endpoint({
  id: 'addPasskey',
  method: 'POST',
  path: '/api/v1/me/passkeys',
  summary: 'Add the passkey that the browser made (WebAuthn Level 3 section 7.1); other sessions end',
  right: 'signed-in',
  body: z.strictObject({
    name,
    clientData,
    authenticatorData,
    /** SubjectPublicKeyInfo, as getPublicKey() gives it. */
    publicKey: bytes(4000),
    algorithm: z.number().int(),
  }),
  answer: passkey,
  status: 201,
  errors: ['credentials-invalid', 'already-exists', 'conflict', 'denied', 'unauthorized'],
});

const byId = z.object({ id: z.string().max(64) });

export const renamePasskey = endpoint({
  id: 'renamePasskey',
  method: 'PATCH',
  path: '/api/v1/me/passkeys/{id}',
  summary: 'Give a passkey another name',
  right: 'signed-in',
  params: byId,
  body: z.strictObject({ name }),
  errors: ['not-found', 'unauthorized'],
});

export const removePasskey = endpoint({
  id: 'removePasskey',
  method: 'DELETE',
  path: '/api/v1/me/passkeys/{id}',
  summary: 'Remove a passkey; in a session that was begun within the last 15 minutes',
  right: 'signed-in',
  params: byId,
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const beginPasskeySignIn = endpoint({
  id: 'beginPasskeySignIn',
  method: 'POST',
  path: '/api/v1/session/passkey/challenge',
  summary: 'What the browser signs in with by a passkey; good once, for five minutes',
  right: 'anyone',
  answer: z.object({ challenge: z.string(), rpId: z.string() }),
  errors: [],
});

export const signInByPasskey = endpoint({
  id: 'signInByPasskey',
  method: 'POST',
  path: '/api/v1/session/passkey',
  summary: 'Sign in with a passkey (WebAuthn Level 3 section 7.2); sets the session cookie',
  right: 'anyone',
  body: z.strictObject({ credentialId: bytes(1400), clientData, authenticatorData, signature: bytes(2000) }),
  answer: me,
  errors: ['credentials-invalid', 'directory-unreachable', 'too-many-requests'],
});
