import { hash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Action } from '../../access/roles.ts';
import {
  type AccessEntry,
  actionsOf,
  parseScopes,
  repositoryNameOrNone,
  scopeOf,
  type TokenScope,
} from '../../access/scope.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { organisationOf } from '../../oci/names.ts';
import type { Database } from '../../ports/database.ts';
import type { Identified } from './sign-in.ts';

/** Seconds a bearer token is good for; clients treat less than 60 as 60. */
export const TOKEN_SECONDS = 300;
const MAX_REMEMBERED = 10_000;

const claimsSchema = z.object({
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) })),
  account: z.string().optional(),
});

/** Bearer tokens of the docker registry token protocol: JWTs under one HMAC key, audience and issuer checked. */
export class RegistryTokens {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #service: string;
  /** Verified tokens by digest, until they expire: the check costs more than the request it guards. */
  readonly #verified = new Map<string, { accountId: string | undefined; scope: TokenScope; until: number }>();

  constructor(database: Database, clock: Clock, key: Uint8Array, service: string) {
    this.#database = database;
    this.#clock = clock;
    this.#key = key;
    this.#service = service;
  }

  /**
   * A token for what of the asked scopes the holder may have: a wider scope is no error, the answer is the intersection.
   * `push` is given for repositories that a push would create.
   */
  async issue(
    identified: Identified | undefined,
    scopes: readonly string[],
  ): Promise<{ token: string; issuedAt: number; access: AccessEntry[] }> {
    const now = this.#clock.now();
    const viewer = viewerFor(identified);
    const access: AccessEntry[] = [];
    for (const entry of parseScopes(scopes)) {
      const actions = await this.#allowed(viewer, entry, identified?.token?.readOnly ?? false);
      if (actions.length > 0) access.push({ type: entry.type, name: entry.name, actions });
    }
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT({ access, ...(identified && { account: identified.account.id }) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer('assay')
      .setAudience(this.#service)
      .setSubject(identified?.account.name ?? '')
      .setIssuedAt(seconds)
      .setNotBefore(seconds - 5)
      .setExpirationTime(seconds + TOKEN_SECONDS)
      .setJti(uuidv7(now))
      .sign(this.#key);
    return { token, issuedAt: now, access };
  }

  async #allowed(viewer: Viewer, entry: AccessEntry, readOnly: boolean): Promise<string[]> {
    if (entry.type === 'registry' && entry.name === 'catalog')
      return viewer.kind === 'account' ? entry.actions.filter((action) => action === '*') : [];
    const name = entry.type === 'repository' ? repositoryNameOrNone(entry.name) : undefined;
    if (!name) return [];
    const repository = await this.#database.records.registry.repository(viewer, name);
    const create = !repository && (await this.#database.records.registry.mayCreateIn(viewer, organisationOf(name)));
    const may = (action: Action) =>
      (repository ? repository.rights.has(action) : create && (action === 'pull' || action === 'push')) &&
      (!readOnly || action === 'pull');
    return entry.actions
      .flatMap((text) => (text === '*' ? [...actionsOf('*')] : [text]))
      .filter((text) => actionsOf(text).some(may));
  }

  /** The viewer behind a bearer token, or none when it is not ours, not for us or over. */
  async verify(token: string): Promise<Viewer | undefined> {
    const now = this.#clock.now();
    const mark = hash('sha256', token, 'base64');
    const known = this.#verified.get(mark);
    if (known) {
      if (known.until > now) return this.#viewer(known.accountId, known.scope);
      this.#verified.delete(mark);
      return undefined;
    }
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        issuer: 'assay',
        audience: this.#service,
        currentDate: new Date(now),
        requiredClaims: ['exp', 'iat', 'access'],
      });
      const { access, account } = claimsSchema.parse(payload);
      const scope = scopeOf(access);
      if (this.#verified.size >= MAX_REMEMBERED) this.#verified.clear();
      this.#verified.set(mark, { accountId: account, scope, until: (payload.exp ?? 0) * 1000 });
      return await this.#viewer(account, scope);
    } catch {
      return undefined;
    }
  }

  /** The account as it is now: one that was removed or disabled since is nobody. */
  async #viewer(accountId: string | undefined, scope: TokenScope): Promise<Viewer | undefined> {
    if (accountId === undefined) return { kind: 'anonymous', scope };
    const account = await this.#database.records.access.accountById(accountId);
    if (!account || account.disabled) return undefined;
    return { kind: 'account', accountId: account.id, name: account.name, administrator: account.administrator, scope };
  }
}

function viewerFor(identified: Identified | undefined): Viewer {
  if (!identified) return { kind: 'anonymous' };
  const { account } = identified;
  return { kind: 'account', accountId: account.id, name: account.name, administrator: account.administrator };
}
