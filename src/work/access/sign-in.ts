import { createHmac, hash, randomBytes } from 'node:crypto';
import type { TokenLimits } from '../../access/limits.ts';
import type { RequestOrigin, Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account, TokenRecord } from '../../ports/access-records.ts';
import type { Database } from '../../ports/database.ts';
import type { Passwords } from '../../ports/passwords.ts';
import { appendEvent } from '../events.ts';
import { Throttle } from './throttle.ts';

const PREFIX = { personal: 'asy_pat_', refresh: 'asy_ref_', session: 'asy_ses_', 'second-factor': 'asy_2nd_' } as const;
const REMEMBER_MS = 5 * 60_000;
const MAX_REMEMBERED = 10_000;
const TOUCH_EVERY_MS = 60_000;

export interface Identified {
  readonly account: Account;
  readonly token: TokenRecord | undefined;
}

/** Who is behind a name and password, or behind a token of ours. */
export class SignIn {
  readonly #database: Database;
  readonly #passwords: Passwords;
  readonly #clock: Clock;
  readonly #throttle: Throttle;
  readonly #key = randomBytes(32);
  /** Successful checks, as HMACs under a key of this process: docker sends the password with every pull. */
  readonly #remembered = new Map<string, { accountId: string; passwordChangedAt: number; until: number }>();

  constructor(database: Database, passwords: Passwords, clock: Clock, throttle = new Throttle()) {
    this.#database = database;
    this.#passwords = passwords;
    this.#clock = clock;
    this.#throttle = throttle;
  }

  /** Checks name and password, or name and a personal token as docker sends it. Throws `credentials-invalid`. */
  async byPassword(name: string, password: string, address: string): Promise<Identified> {
    if (password.startsWith('asy_')) return this.#byTokenOf(name, password, address);
    const now = this.#clock.now();
    const remembered = this.#recall(name, password, now);
    if (remembered) {
      const account = await this.#database.records.access.accountById(remembered.accountId);
      if (account && !account.disabled && account.passwordChangedAt === remembered.passwordChangedAt)
        return { account, token: undefined };
    }
    this.#throttle.check(name, address, now);
    const account = await this.#database.records.access.account(name);
    const right = await this.#passwords.verify(password, account?.passwordHash);
    if (!account || !right || account.disabled) {
      this.#throttle.failed(name, address, this.#clock.now());
      throw new AssayError('credentials-invalid');
    }
    this.#throttle.succeeded(name, address);
    this.#remember(name, password, account, now);
    return { account, token: undefined };
  }

  async #byTokenOf(name: string, secret: string, address: string): Promise<Identified> {
    const now = this.#clock.now();
    this.#throttle.check(name, address, now);
    const found = await this.byToken(secret, ['personal', 'refresh', 'robot']);
    if (found && (found.account.name === name || name === '<token>' || name === '')) return found;
    this.#throttle.failed(name, address, now);
    throw new AssayError('credentials-invalid');
  }

  /** The account behind a token, or none; marks the token as used. */
  async byToken(secret: string, kinds: readonly TokenRecord['kind'][]): Promise<Identified | undefined> {
    const now = this.#clock.now();
    const found = await this.#database.records.access.tokenBySecret(hash('sha256', secret, 'hex'), now);
    if (!found || !kinds.includes(found.token.kind)) return undefined;
    if ((found.token.lastUsedAt ?? 0) + TOUCH_EVERY_MS < now)
      await this.#database.change(({ access }) => access.touchToken(found.token.id, now));
    return found;
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
      if (kind === 'personal')
        await appendEvent(records, now, 'token.created', options.viewer ?? account.name, undefined, account.name, {
          name: token.name,
          id: token.id,
          readOnly: token.readOnly,
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
