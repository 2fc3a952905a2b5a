import { hash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Action } from '../../access/roles.ts';
import { type AccessEntry, actionsOf, parseScopes, scopeOf, type TokenScope } from '../../access/scope.ts';
import { anonymous, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { type OwnHost, repositoryOfGun } from '../../oci/gun.ts';
import type { Database } from '../../ports/database.ts';
import { underFormerName } from '../registry/repositories.ts';
import { whyDropped } from './explain-access.ts';
import { type Identified, viewerOf } from './sign-in.ts';

/** Seconds a bearer token is good for; clients treat less than 60 as 60. */
export const TOKEN_SECONDS = 300;
const MAX_REMEMBERED = 10_000;

const claimsSchema = z.object({
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) })),
  account: z.string().optional(),
  /** The token of ours that this one was got with: its end is this one's end, its limits are this one's. */
  via: z.string().optional(),
});

/** A scope that a client asked for and got only in part, and why. */
export interface DroppedScope {
  readonly at: number;
  readonly scope: string;
  readonly given: readonly string[];
  readonly dropped: readonly string[];
  readonly why: string;
}

const MAX_DROPPED = 20;

interface Verified {
  readonly accountId: string | undefined;
  readonly via: string | undefined;
  readonly scope: TokenScope;
  readonly until: number;
}

/** Bearer tokens of the docker registry token protocol: JWTs under one HMAC key, audience and issuer checked. */
export class RegistryTokens {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #key: Uint8Array;
  readonly #service: string;
  readonly #isOwnHost: OwnHost;
  /** Verified tokens by digest, until they expire: the check costs more than the request it guards. */
  readonly #verified = new Map<string, Verified>();
  readonly #dropped = new Map<string, readonly DroppedScope[]>();

  constructor(database: Database, clock: Clock, key: Uint8Array, service: string, isOwnHost: OwnHost) {
    this.#isOwnHost = isOwnHost;
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
    const viewer: Viewer = identified ? viewerOf(identified) : anonymous;
    const access: AccessEntry[] = [];
    for (const entry of parseScopes(scopes)) {
      const readOnly = identified?.token?.readOnly ?? false;
      const actions = await this.#allowed(viewer, entry, readOnly);
      if (viewer.kind === 'account') await this.#noteDropped(viewer, entry, actions, readOnly, now);
      if (actions.length > 0) access.push({ type: entry.type, name: entry.name, actions });
    }
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT({
      access,
      ...(identified && { account: identified.account.id }),
      ...(identified?.token && { via: identified.token.id }),
    })
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
    // Clients of content trust write our own host in front of the name.
    const name = entry.type === 'repository' ? repositoryOfGun(entry.name, this.#isOwnHost) : undefined;
    if (!name) return [];
    const { records } = this.#database;
    const repository =
      (await records.registry.repository(viewer, name)) ?? (await underFormerName(records, viewer, name));
    const create = !repository && (await this.#database.records.registry.mayCreate(viewer, name));
    const may = (action: Action) =>
      (repository ? repository.rights.has(action) : create && (action === 'pull' || action === 'push')) &&
      (!readOnly || action === 'pull');
    return entry.actions
      .flatMap((text) => (text === '*' ? [...actionsOf('*')] : [text]))
      .filter((text) => actionsOf(text).some(may));
  }

  /** What clients of the account asked for and did not get, newest first. */
  dropped(accountId: string): readonly DroppedScope[] {
    return this.#dropped.get(accountId) ?? [];
  }

  async #noteDropped(
    viewer: Viewer & { kind: 'account' },
    entry: AccessEntry,
    given: readonly string[],
    readOnly: boolean,
    at: number,
  ): Promise<void> {
    const dropped = entry.actions.filter((action) => action !== '*' && !given.includes(action));
    if (dropped.length === 0) return;
    const name = entry.type === 'repository' ? repositoryOfGun(entry.name, this.#isOwnHost) : undefined;
    const why = name
      ? await whyDropped(this.#database.records, viewer, name, dropped[0] ?? '', readOnly)
      : `${entry.type}:${entry.name.slice(0, 100)} is nothing that this registry gives out`;
    const scope = `${entry.type}:${entry.name.slice(0, 255)}:${entry.actions.join(',')}`;
    const before = this.#dropped.get(viewer.accountId) ?? [];
    if (before.length === 0 && this.#dropped.size >= MAX_REMEMBERED) this.#dropped.clear();
    const others = before.filter((each) => each.scope !== scope).slice(0, MAX_DROPPED - 1);
    this.#dropped.set(viewer.accountId, [{ at, scope, given, dropped, why }, ...others]);
  }

  /** The viewer behind a bearer token, or none when it is not ours, not for us or over. */
  async verify(token: string): Promise<Viewer | undefined> {
    const now = this.#clock.now();
    const mark = hash('sha256', token, 'base64');
    const known = this.#verified.get(mark);
    if (known) {
      if (known.until > now) return this.#viewer(known, now);
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
      const { access, account, via } = claimsSchema.parse(payload);
      const verified = { accountId: account, via, scope: scopeOf(access), until: (payload.exp ?? 0) * 1000 };
      if (this.#verified.size >= MAX_REMEMBERED) this.#verified.clear();
      this.#verified.set(mark, verified);
      return await this.#viewer(verified, now);
    } catch {
      return undefined;
    }
  }

  /** The account as it is now: one that was removed or disabled since is nobody, and a revoked token has no heirs. */
  async #viewer({ accountId, via, scope }: Verified, now: number): Promise<Viewer | undefined> {
    if (accountId === undefined) return { kind: 'anonymous', scope };
    const { access } = this.#database.records;
    const account = await access.accountById(accountId);
    if (!account || account.disabled) return undefined;
    const token = via === undefined ? undefined : await access.tokenById(via);
    if (via !== undefined && (token?.accountId !== accountId || token.expiresAt <= now)) return undefined;
    return { ...viewerOf({ account, token }), scope };
  }
}
