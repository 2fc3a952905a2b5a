import { hash } from 'node:crypto';
import { type Directory, type DirectorySettings, directorySettings } from '../../access/directory-settings.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account, TokenRecord } from '../../ports/access-records.ts';
import type { Database } from '../../ports/database.ts';
import type {
  DirectoryTestStep,
  LdapDirectory,
  OidcProvider,
  OpenLdap,
  OpenOidc,
  OpenWorkload,
  WorkloadIssuer,
} from '../../ports/directory.ts';
import { appendEvent } from '../events.ts';
import { requireAdministrator } from './accounts.ts';
import { accountOfPerson, forgetPerson } from './directory-accounts.ts';
import { issuerOf, issueWorkload, matchesRule } from './workload.ts';

const DAY_MS = 24 * 3600_000;
const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

type Opened = LdapDirectory | OidcProvider | WorkloadIssuer;

/** Directories outside that vouch for accounts: their settings, and what they say. */
export class Directories {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #open: { readonly ldap: OpenLdap; readonly oidc: OpenOidc; readonly workload: OpenWorkload };
  /** Opened ones by settings and secret, so that what they have learnt is kept until either changes. */
  readonly #opened = new Map<string, { mark: string; directory: Opened }>();
  /** When a directory last said that an account is still there. */
  readonly #checked = new Map<string, number>();

  constructor(
    database: Database,
    clock: Clock,
    open: { readonly ldap: OpenLdap; readonly oidc: OpenOidc; readonly workload: OpenWorkload },
  ) {
    this.#database = database;
    this.#clock = clock;
    this.#open = open;
  }

  async list(viewer: Viewer): Promise<(Directory & { readonly hasSecret: boolean })[]> {
    requireAdministrator(viewer);
    const { access } = this.#database.records;
    const all = await access.directories();
    return Promise.all(
      all.map(async (each) => ({ ...each, hasSecret: (await access.secret(secretName(each.id))) !== undefined })),
    );
  }

  /** Providers that anybody may sign in with, by name. */
  async providers(): Promise<Directory[]> {
    const all = await this.#database.records.access.directories();
    return all.filter((each) => each.enabled && each.settings.kind === 'oidc');
  }

  /** Sets a directory; `secret` absent keeps what is there, null removes it. */
  async put(
    viewer: Viewer,
    id: string | undefined,
    wanted: { name: string; enabled: boolean; settings: DirectorySettings; secret?: string | null | undefined },
  ): Promise<Directory> {
    requireAdministrator(viewer);
    if (!NAME.test(wanted.name) || wanted.name.length > 60)
      throw new AssayError('name-invalid', 'a directory has lower case letters, digits and - between them');
    const settings = directorySettings.parse(wanted.settings);
    const now = this.#clock.now();
    return this.#database.change(async (records) => {
      const before = id === undefined ? undefined : await records.access.directory(id);
      if (id !== undefined && !before) throw new AssayError('not-found', 'no such directory');
      if (before && before.settings.kind !== settings.kind)
        throw new AssayError('input-invalid', 'the kind of a directory does not change; make another');
      const directory: Directory = {
        id: before?.id ?? uuidv7(now),
        name: wanted.name,
        enabled: wanted.enabled,
        settings,
        createdAt: before?.createdAt ?? now,
      };
      const others = await records.access.directories();
      if (others.some((each) => each.name === directory.name && each.id !== directory.id))
        throw new AssayError('already-exists', `there is a directory ${directory.name} already`);
      await records.access.putDirectory(directory);
      if (wanted.secret === null) await records.access.deleteSecret(secretName(directory.id));
      else if (wanted.secret !== undefined)
        await records.access.setSecret(secretName(directory.id), Buffer.from(wanted.secret, 'utf8'));
      await appendEvent(
        records,
        now,
        before ? 'directory.changed' : 'directory.created',
        viewer,
        undefined,
        directory.name,
        { kind: settings.kind, enabled: directory.enabled },
        {
          before: before && { enabled: before.enabled, settings: before.settings },
          after: { enabled: directory.enabled, settings, secretChanged: wanted.secret !== undefined },
        },
      );
      return directory;
    });
  }

  async remove(viewer: Viewer, id: string): Promise<void> {
    requireAdministrator(viewer);
    await this.#database.change(async (records) => {
      const directory = await records.access.directory(id);
      if (!directory) throw new AssayError('not-found', 'no such directory');
      await records.access.deleteDirectory(id);
      await records.access.deleteSecret(secretName(id));
      await appendEvent(records, this.#clock.now(), 'directory.deleted', viewer, undefined, directory.name, {});
    });
  }

  /** Tries settings without keeping them; the secret of a directory that is there is used when none is given. */
  async test(
    viewer: Viewer,
    wanted: {
      id?: string | undefined;
      settings: DirectorySettings;
      secret?: string | undefined;
      name?: string | undefined;
    },
  ): Promise<DirectoryTestStep[]> {
    requireAdministrator(viewer);
    const settings = directorySettings.parse(wanted.settings);
    const known = wanted.id === undefined ? undefined : await this.#database.records.access.directory(wanted.id);
    // A secret goes only to where it was entered for.
    const same = known !== undefined && targetOf(known.settings) === targetOf(settings);
    const secret = wanted.secret ?? (same ? await this.#secret(wanted.id ?? '') : undefined);
    const opened = this.#openWith(settings, secret);
    return opened.test(wanted.name);
  }

  /** Asks the directories in turn whether name and password are right; none when no directory knows the name. */
  async byPassword(name: string, password: string): Promise<Account | 'wrong' | undefined> {
    for (const directory of await this.#database.records.access.directories()) {
      if (!directory.enabled || directory.settings.kind !== 'ldap') continue;
      const person = await ((await this.#use(directory)) as LdapDirectory).check(name, password);
      if (person === 'wrong') return 'wrong';
      if (person !== 'unknown') return this.#vouched(directory, person);
    }
    return undefined;
  }

  /** As `byPassword`, of the one directory that the account is of. */
  async passwordOf(account: Account, password: string): Promise<Account | 'wrong'> {
    const directory = await this.#directoryOf(account);
    if (directory.settings.kind !== 'ldap') return 'wrong';
    const person = await ((await this.#use(directory)) as LdapDirectory).check(account.name, password);
    if (typeof person === 'string' || person.externalId !== account.externalId) return 'wrong';
    return this.#vouched(directory, person);
  }

  /**
   * Throws unless the directory of the account still vouches for it: an LDAP directory is asked when it was not within
   * `freshMs`, a provider must have been signed in with not too long ago. The groups of now replace those of before.
   */
  async requireVouched(account: Account, freshMs: number): Promise<Account> {
    if (account.source === 'local') return account;
    const directory = await this.#directoryOf(account);
    const now = this.#clock.now();
    if (directory.settings.kind === 'oidc') {
      if ((account.vouchedAt ?? 0) + directory.settings.trustDays * DAY_MS > now) return account;
      throw new AssayError(
        'credentials-invalid',
        `sign in with ${directory.name} in the console again; then tokens work`,
      );
    }
    if (directory.settings.kind !== 'ldap') throw new AssayError('credentials-invalid');
    if (freshMs > 0 && (this.#checked.get(account.id) ?? 0) + freshMs > now) return account;
    const person = await ((await this.#use(directory)) as LdapDirectory).find(account.name, account.externalId ?? '');
    if (person) return this.#vouched(directory, person);
    this.#checked.delete(account.id);
    await forgetPerson(this.#database, this.#clock, directory, account);
    throw new AssayError('credentials-invalid', `the directory ${directory.name} does not have you any more`);
  }

  async provider(name: string): Promise<{ directory: Directory; provider: OidcProvider }> {
    const directory = (await this.providers()).find((each) => each.name === name);
    if (!directory) throw new AssayError('not-found', 'there is no such provider');
    return { directory, provider: (await this.#use(directory)) as OidcProvider };
  }

  signedIn(directory: Directory, person: Parameters<typeof accountOfPerson>[3]): Promise<Account> {
    return this.#vouched(directory, person);
  }

  /**
   * A CI job's token in exchange for a short one of the robot that a rule names. The first rule whose claims all match
   * decides; `robot`, when the caller names one, must be that rule's.
   */
  async byWorkload(jwt: string, robot: string | undefined): Promise<{ account: Account; token: TokenRecord }> {
    const issuer = issuerOf(jwt);
    for (const directory of await this.#database.records.access.directories()) {
      const { settings } = directory;
      if (!directory.enabled || settings.kind !== 'workload' || settings.issuer !== issuer) continue;
      const claims = await ((await this.#use(directory)) as WorkloadIssuer).verify(jwt);
      const rule = settings.rules.find(
        (each) => (robot === undefined || each.robot === robot) && matchesRule(each, claims),
      );
      if (!rule) throw new AssayError('credentials-invalid', `no rule of ${directory.name} is for this job’s claims`);
      return issueWorkload(this.#database, this.#clock, directory, rule, claims);
    }
    throw new AssayError('credentials-invalid', 'the issuer of the token is not one that is trusted here');
  }

  async #vouched(directory: Directory, person: Parameters<typeof accountOfPerson>[3]): Promise<Account> {
    const account = await accountOfPerson(this.#database, this.#clock, directory, person);
    if (this.#checked.size > 10_000) this.#checked.clear();
    this.#checked.set(account.id, this.#clock.now());
    return account;
  }

  async #directoryOf(account: Account): Promise<Directory> {
    const directory = await this.#database.records.access.directory(account.source);
    if (!directory?.enabled)
      throw new AssayError(
        'credentials-invalid',
        `the directory that vouches for ${account.name} is not used any more`,
      );
    return directory;
  }

  async #secret(id: string): Promise<string | undefined> {
    const value = await this.#database.records.access.secret(secretName(id));
    return value && Buffer.from(value).toString('utf8');
  }

  async #use(directory: Directory): Promise<Opened> {
    const secret = await this.#secret(directory.id);
    const mark = hash('sha256', JSON.stringify([directory.settings, secret ?? null]), 'hex');
    const known = this.#opened.get(directory.id);
    if (known?.mark === mark) return known.directory;
    const opened = this.#openWith(directory.settings, secret);
    this.#opened.set(directory.id, { mark, directory: opened });
    return opened;
  }

  #openWith(settings: DirectorySettings, secret: string | undefined) {
    if (settings.kind === 'ldap') return this.#open.ldap(settings, secret);
    return settings.kind === 'oidc' ? this.#open.oidc(settings, secret) : this.#open.workload(settings);
  }
}

function secretName(id: string): string {
  return `directory ${id}`;
}

/** Where a secret would be sent. */
function targetOf(settings: DirectorySettings): string {
  return settings.kind === 'ldap' ? JSON.stringify([settings.urls, settings.startTls, settings.ca]) : settings.issuer;
}
