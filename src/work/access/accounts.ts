import { isAdministrator, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Passwords } from '../../ports/passwords.ts';
import { appendEvent } from '../events.ts';
import { newAccount } from './new-account.ts';

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MIN_PASSWORD = 10;
const MAX_PASSWORD = 256;

export function checkPassword(password: string, name: string): void {
  if (password.length < MIN_PASSWORD)
    throw new AssayError('input-invalid', `a password needs at least ${MIN_PASSWORD} characters`);
  if (password.length > MAX_PASSWORD)
    throw new AssayError('input-invalid', `a password has at most ${MAX_PASSWORD} characters`);
  if (password.toLowerCase().includes(name.toLowerCase()) && password.length < name.length + 6)
    throw new AssayError('input-invalid', 'the password is too close to the name');
}

/** True for what a person's account may be called. */
export function isAccountName(name: string): boolean {
  return NAME.test(name) && name.length <= 64;
}

/** Accounts of persons and their passwords. */
export class Accounts {
  readonly #database: Database;
  readonly #passwords: Passwords;
  readonly #clock: Clock;

  constructor(database: Database, passwords: Passwords, clock: Clock) {
    this.#database = database;
    this.#passwords = passwords;
    this.#clock = clock;
  }

  list(viewer: Viewer): Promise<Account[]> {
    requireAdministrator(viewer);
    return this.#database.records.access.accounts();
  }

  async create(viewer: Viewer, wanted: { name: string; password: string; administrator: boolean }): Promise<Account> {
    requireAdministrator(viewer);
    if (!isAccountName(wanted.name))
      throw new AssayError(
        'input-invalid',
        'an account name has lower case letters, digits and single . _ - between them, at most 64',
      );
    checkPassword(wanted.password, wanted.name);
    const passwordHash = await this.#passwords.hash(wanted.password);
    const now = this.#clock.now();
    const account = newAccount({
      id: uuidv7(now),
      name: wanted.name,
      administrator: wanted.administrator,
      createdAt: now,
      passwordHash,
    });
    await this.#database.change(async (records) => {
      if (await records.access.account(wanted.name))
        throw new AssayError('already-exists', `the account ${wanted.name} exists already`);
      await records.access.createAccount(account);
      await appendEvent(records, now, 'account.created', viewer, undefined, wanted.name, {
        administrator: wanted.administrator,
      });
    });
    return account;
  }

  async remove(viewer: Viewer, name: string): Promise<void> {
    requireAdministrator(viewer);
    await this.#database.change(async (records) => {
      const account = await requireAccount(records, name);
      if (viewer.kind === 'account' && viewer.accountId === account.id)
        throw new AssayError('denied', 'you cannot remove your own account');
      await records.access.deleteAccount(account.id);
      await appendEvent(records, this.#clock.now(), 'account.deleted', viewer, undefined, name, {});
    });
  }

  /** Where mail for oneself goes; what a directory says of it is the directory's. */
  async setOwnEmail(viewer: Viewer & { kind: 'account' }, email: string | undefined): Promise<void> {
    await this.#database.change(async (records) => {
      const account = await requireAccount(records, viewer.name);
      if (account.source !== 'local') throw new AssayError('denied', 'your directory says where your mail goes');
      await records.access.setEmail(account.id, email);
      const change = { before: { email: account.email }, after: { email } };
      await appendEvent(records, this.#clock.now(), 'account.changed', viewer, undefined, account.name, {}, change);
    });
  }

  /** Disabling ends sessions and refresh tokens at once; other tokens stand for nobody until it is enabled again. */
  async update(
    viewer: Viewer,
    name: string,
    change: {
      disabled?: boolean | undefined;
      administrator?: boolean | undefined;
      email?: string | null | undefined;
    },
  ): Promise<Account> {
    requireAdministrator(viewer);
    return this.#database.change(async (records) => {
      const account = await requireAccount(records, name);
      const own = viewer.kind === 'account' && viewer.accountId === account.id;
      if (own && (change.disabled === true || change.administrator === false))
        throw new AssayError('denied', 'you cannot take your own rights away; another administrator can');
      if (account.kind === 'robot' && change.administrator)
        throw new AssayError('denied', 'a robot is never an administrator');
      if (change.disabled !== undefined) await records.access.setDisabled(account.id, change.disabled);
      if (change.disabled) await records.access.revokeTokens(account.id, ['session', 'refresh']);
      if (change.administrator !== undefined) await records.access.setAdministrator(account.id, change.administrator);
      if (change.email !== undefined) await records.access.setEmail(account.id, change.email ?? undefined);
      const after = await requireAccount(records, name);
      const shown = ({ disabled, administrator, email }: Account) => ({ disabled, administrator, email });
      await appendEvent(
        records,
        this.#clock.now(),
        'account.changed',
        viewer,
        undefined,
        name,
        { disabled: after.disabled, administrator: after.administrator },
        { before: shown(account), after: shown(after) },
      );
      return after;
    });
  }

  /** Sets a password: one's own with the old one, anybody's as an administrator. Ends sessions and refresh tokens. */
  async setPassword(
    viewer: Viewer,
    name: string,
    change: { current?: string | undefined; password: string; keepSession?: string },
  ): Promise<void> {
    const account = await requireAccount(this.#database.records, name);
    const own = viewer.kind === 'account' && viewer.accountId === account.id && isUnlimited(viewer);
    if (!own) requireAdministrator(viewer);
    if (account.kind === 'robot' || account.source !== 'local')
      throw new AssayError('denied', `${name} has no password here`);
    if (own && !(await this.#passwords.verify(change.current ?? '', account.passwordHash)))
      throw new AssayError('credentials-invalid', 'the current password is not right');
    checkPassword(change.password, name);
    const hash = await this.#passwords.hash(change.password);
    const now = this.#clock.now();
    await this.#database.change(async (records) => {
      await records.access.setPassword(account.id, hash, now);
      await records.access.revokeTokens(account.id, ['session', 'refresh']);
      await appendEvent(records, now, 'password.changed', viewer, undefined, name, {});
    });
  }
}

export function requireAdministrator(viewer: Viewer): void {
  if (viewer.kind === 'system') return;
  if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
  if (!isAdministrator(viewer)) throw new AssayError('denied', 'this needs an administrator');
}

/** True unless the viewer came with a token that is narrower than its account. */
export function isUnlimited(viewer: Viewer): boolean {
  return viewer.kind === 'system' || (!viewer.scope && !(viewer.kind === 'account' && viewer.limits));
}

export async function requireAccount(records: Records, name: string): Promise<Account> {
  const account = await records.access.account(name);
  if (!account) throw new AssayError('not-found', `there is no account ${name.slice(0, 80)}`);
  return account;
}
