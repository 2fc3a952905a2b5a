import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Role } from '../../access/roles.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { isOrganisationName } from '../../oci/names.ts';
import type { Account, Grant } from '../../ports/access-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Passwords } from '../../ports/passwords.ts';
import { appendEvent } from '../events.ts';
import { requireRepository } from '../registry/repositories.ts';

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

/** Accounts, their passwords and the roles they hold. */
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
    if (!NAME.test(wanted.name) || wanted.name.length > 64)
      throw new AssayError(
        'input-invalid',
        'an account name has lower case letters, digits and single . _ - between them, at most 64',
      );
    checkPassword(wanted.password, wanted.name);
    const passwordHash = await this.#passwords.hash(wanted.password);
    const now = this.#clock.now();
    const account: Account = {
      id: uuidv7(now),
      name: wanted.name,
      administrator: wanted.administrator,
      disabled: false,
      createdAt: now,
      passwordChangedAt: now,
      passwordHash,
    };
    await this.#database.change(async (records) => {
      if (await records.access.account(wanted.name))
        throw new AssayError('already-exists', `the account ${wanted.name} exists already`);
      await records.access.createAccount(account);
      await appendEvent(records, now, 'account.created', nameOf(viewer), undefined, wanted.name, {
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
      await appendEvent(records, this.#clock.now(), 'account.deleted', nameOf(viewer), undefined, name, {});
    });
  }

  /** Sets a password: one's own with the old one, anybody's as an administrator. Ends sessions and refresh tokens. */
  async setPassword(
    viewer: Viewer,
    name: string,
    change: { current?: string | undefined; password: string; keepSession?: string },
  ): Promise<void> {
    const account = await requireAccount(this.#database.records, name);
    const own = viewer.kind === 'account' && viewer.accountId === account.id;
    if (!own) requireAdministrator(viewer);
    else if (!(await this.#passwords.verify(change.current ?? '', account.passwordHash)))
      throw new AssayError('credentials-invalid', 'the current password is not right');
    checkPassword(change.password, name);
    const hash = await this.#passwords.hash(change.password);
    const now = this.#clock.now();
    await this.#database.change(async (records) => {
      await records.access.setPassword(account.id, hash, now);
      await records.access.revokeTokens(account.id, ['session', 'refresh']);
      await appendEvent(records, now, 'password.changed', nameOf(viewer), undefined, name, {});
    });
  }

  async grant(viewer: Viewer, grant: Grant): Promise<void> {
    await this.#database.change(async (records) => {
      await requireManager(records, viewer, grant.subject);
      await requireAccount(records, grant.accountName);
      await records.access.grant(grant);
      await appendEvent(records, this.#clock.now(), 'grant.changed', nameOf(viewer), undefined, grant.accountName, {
        role: grant.role,
        ...grant.subject,
      });
    });
  }

  async revoke(viewer: Viewer, grant: { accountName: string; subject: Grant['subject'] }): Promise<void> {
    await this.#database.change(async (records) => {
      await requireManager(records, viewer, grant.subject);
      if (!(await records.access.revokeGrant(grant)))
        throw new AssayError('not-found', `${grant.accountName} holds no role there`);
      await appendEvent(records, this.#clock.now(), 'grant.changed', nameOf(viewer), undefined, grant.accountName, {
        role: 'none' satisfies Role | 'none',
        ...grant.subject,
      });
    });
  }
}

export function requireAdministrator(viewer: Viewer): void {
  if (viewer.kind === 'system') return;
  if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
  if (!viewer.administrator || viewer.scope) throw new AssayError('denied', 'this needs an administrator');
}

async function requireAccount(records: Records, name: string): Promise<Account> {
  const account = await records.access.account(name);
  if (!account) throw new AssayError('not-found', `there is no account ${name.slice(0, 80)}`);
  return account;
}

async function requireManager(records: Records, viewer: Viewer, subject: Grant['subject']): Promise<void> {
  if ('repository' in subject) await requireRepository(records, viewer, subject.repository, 'manage');
  else {
    requireAdministrator(viewer);
    if (!isOrganisationName(subject.organisation))
      throw new AssayError('name-invalid', 'not a name of an organisation');
    if (!(await records.registry.organisationExists(subject.organisation)))
      throw new AssayError('not-found', `there is no organisation ${subject.organisation}`);
  }
}
