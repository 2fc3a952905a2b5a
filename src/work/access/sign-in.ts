import { createHmac, hash, randomBytes } from 'node:crypto';
import type { TokenLimits } from '../../access/limits.ts';
import type { RequestOrigin, Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account, TokenRecord } from '../../ports/access-records.ts';
import type { Database } from '../../ports/database.ts';
import type { Passwords } from '../../ports/passwords.ts';
import { appendEvent } from '../events.ts';
import type { Directories } from './directories.ts';
import type { SecondFactor } from './second-factor.ts';
import { Throttle } from './throttle.ts';

const PREFIX = { personal: 'asy_pat_', refresh: 'asy_ref_', session: 'asy_ses_', feed: 'asy_fed_' } as const;
const REMEMBER_MS = 5 * 60_000;
const MAX_REMEMBERED = 10_000;
const TOUCH_EVERY_MS = 60_000;
/** How long the word of a directory is good for requests; a token request always asks anew. */
const VOUCHED_MS = 60_000;
const JWT = /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export interface Identified {
  readonly account: Account;
  readonly token: TokenRecord | undefined;
}

/** Who is behind a name and password, or behind a token of ours. */
export class SignIn {
  readonly #database: Database;
  readonly #passwords: Passwords;
  readonly #clock: Clock;
  readonly #directories: Directories;
  readonly #secondFactor: SecondFactor;
  readonly #throttle: Throttle;
  readonly #key = randomBytes(32);
  /** Successful checks, as HMACs under a key of this process: docker sends the password with every pull. */
  readonly #remembered = new Map<string, { accountId: string; passwordChangedAt: number; until: number }>();

  constructor(parts: {
    database: Database;
    passwords: Passwords;
    clock: Clock;
    directories: Directories;
    secondFactor: SecondFactor;
    throttle?: Throttle;
  }) {
    this.#database = parts.database;
    this.#passwords = parts.passwords;
    this.#clock = parts.clock;
    this.#directories = parts.directories;
    this.#secondFactor = parts.secondFactor;
    this.#throttle = parts.throttle ?? new Throttle();
  }

  /**
   * Checks name and password, or name and a token as docker sends it. `code` is the one of the second factor; a password
   * alone is not enough where there is one. Throws `credentials-invalid`, `second-factor-required` or
   * `directory-unreachable`.
   */
  async byPassword(
    name: string,
    password: string,
    address: string,
    options: { code?: string | undefined; freshMs?: number } = {},
  ): Promise<Identified> {
    if (password.startsWith('asy_')) return this.#byTokenOf(name, password, address, options.freshMs);
    const now = this.#clock.now();
    const remembered = this.#recall(name, password, now);
    if (remembered) {
      const account = await this.#database.records.access.accountById(remembered.accountId);
      if (account && usable(account) && account.passwordChangedAt === remembered.passwordChangedAt)
        return { account, token: undefined };
    }
    this.#throttle.check(name, address, now);
    if (JWT.test(password) && name.includes('+'))
      return this.#failing(name, address, () => this.byWorkload(password, name));
    const account = await this.#failing(name, address, async () => {
      const right = await this.#rightful(name, password);
      if (!right) throw new AssayError('credentials-invalid');
      await this.#secondFactor.require(right, options.code);
      return right;
    });
    this.#throttle.succeeded(name, address);
    if (usable(account)) this.#remember(name, password, account, now);
    return { account, token: undefined };
  }

  /** A CI job's token for a short one of a robot; see `Directories.byWorkload`. */
  byWorkload(jwt: string, robot: string | undefined): Promise<Identified> {
    return this.#directories.byWorkload(jwt, robot);
  }

  /** Local accounts by their password here, others by the directory that vouches for them; never the one for the other. */
  async #rightful(name: string, password: string): Promise<Account | undefined> {
    const account = await this.#database.records.access.account(name);
    const local = account?.source === 'local' && account.kind === 'person' ? account : undefined;
    const right = await this.#passwords.verify(password, local?.passwordHash);
    if (local) return right && !local.disabled ? local : undefined;
    if (account?.kind === 'robot' || account?.disabled) return undefined;
    const found = account
      ? await this.#directories.passwordOf(account, password)
      : await this.#directories.byPassword(name, password);
    return found === 'wrong' ? undefined : found;
  }

  /** Counts what fails because of the credentials against who tried. */
  async #failing<T>(name: string, address: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isAssayError(error, 'credentials-invalid')) this.#throttle.failed(name, address, this.#clock.now());
      throw error;
    }
  }

  async #byTokenOf(name: string, secret: string, address: string, freshMs?: number): Promise<Identified> {
    const now = this.#clock.now();
    this.#throttle.check(name, address, now);
    return this.#failing(name, address, async () => {
      const found = await this.byToken(secret, ['personal', 'refresh', 'robot'], freshMs);
      if (found && (found.account.name === name || name === '<token>' || name === '')) return found;
      throw new AssayError('credentials-invalid');
    });
  }

  /**
   * The account behind a token, or none; marks the token as used. The directory of the account must have vouched for it
   * within `freshMs`, or does so now.
   */
  async byToken(
    secret: string,
    kinds: readonly TokenRecord['kind'][],
    freshMs = VOUCHED_MS,
  ): Promise<Identified | undefined> {
    const now = this.#clock.now();
    const known = await this.#database.records.access.tokenBySecret(hash('sha256', secret, 'hex'), now);
    if (!known || !kinds.includes(known.token.kind)) return undefined;
    const found = { token: known.token, account: await this.#directories.requireVouched(known.account, freshMs) };
    if ((found.token.lastUsedAt ?? 0) + TOUCH_EVERY_MS < now)
      await this.#database.change(({ access }) => access.touchToken(found.token.id, now));
    return found;
  }

  /** The account that a client's certificate is for, by the server's rules; throws `certificate-refused` when it may not be. */
  async byCertificate(name: string): Promise<Identified> {
    const account = await this.#database.records.access.account(name);
    if (!account || account.disabled)
      throw new AssayError(
        'certificate-refused',
        `your client certificate is for the account ${name}, which ${account ? 'is disabled' : 'is not here'}`,
      );
    return { account: await this.#directories.requireVouched(account, VOUCHED_MS), token: undefined };
  }

  /** Makes a token; its text is returned once and kept only as a digest. */
  async issue(
    account: Account,
    kind: keyof typeof PREFIX,
    options: { name: string; lifetimeMs: number; readOnly?: boolean; limits?: TokenLimits; viewer?: Viewer },
  ): Promise<{ token: TokenRecord; secret: string }> {
    const now = this.#clock.now();
    const secret = `${PREFIX[kind]}${randomBytes(32).toString('base64url')}`;
    const token: TokenRecord = {
      id: uuidv7(now),
      accountId: account.id,
      kind,
      name: options.name.slice(0, 100),
      readOnly: options.readOnly ?? false,
      limits: options.limits,
      createdAt: now,
      expiresAt: now + options.lifetimeMs,
      lastUsedAt: undefined,
    };
    await this.#database.change(async (records) => {
      await records.access.addToken(token, hash('sha256', secret, 'hex'));
      if (kind === 'personal' || kind === 'feed')
        await appendEvent(records, now, 'token.created', options.viewer ?? account.name, undefined, account.name, {
          name: token.name,
          id: token.id,
          readOnly: token.readOnly,
          ...(kind === 'feed' && { use: 'feeds' }),
          ...(token.limits && { limits: token.limits }),
        });
    });
    return { token, secret };
  }

  async revoke(viewer: Viewer & { kind: 'account' }, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      if (!(await records.access.revokeToken(viewer.accountId, id)))
        throw new AssayError('not-found', 'you have no such token');
      await appendEvent(records, this.#clock.now(), 'token.revoked', viewer, undefined, viewer.name, { id });
    });
  }

  #mark(name: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${name.length}:${name}${password}`).digest('base64');
  }

  #recall(name: string, password: string, now: number) {
    const mark = this.#mark(name, password);
    const found = this.#remembered.get(mark);
    if (found && found.until > now) return found;
    this.#remembered.delete(mark);
    return undefined;
  }

  #remember(name: string, password: string, account: Account, now: number): void {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(this.#mark(name, password), {
      accountId: account.id,
      passwordChangedAt: account.passwordChangedAt,
      until: now + REMEMBER_MS,
    });
  }
}

/** True for an account whose password alone opens it, so that a check may be remembered. */
function usable(account: Account): boolean {
  return account.source === 'local' && !account.disabled && !account.secondFactor && account.passkeys === 0;
}

/** The viewer that an identified account is. A read-only token narrows nothing here but is refused for changes. */
export function viewerOf(
  { account, token }: Pick<Identified, 'account' | 'token'>,
  origin?: RequestOrigin,
): Viewer & { kind: 'account' } {
  return {
    kind: 'account',
    accountId: account.id,
    name: account.name,
    administrator: account.administrator,
    ...(token?.limits && { limits: token.limits }),
    ...(origin && { origin }),
  };
}
