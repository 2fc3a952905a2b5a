import type { Directory } from '../../access/directory-settings.ts';
import { teamsOfGroups } from '../../access/group-teams.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { DirectoryPerson } from '../../ports/directory.ts';
import { appendEvent } from '../events.ts';
import { isAccountName } from './accounts.ts';
import { newAccount } from './new-account.ts';

/** How stale the note of the last word of a directory may get before it is written anew. */
const NOTE_EVERY_MS = 3600_000;

/**
 * The account of a person whom a directory has just vouched for: made at the first sign-in, and at each one put into
 * exactly the teams that the groups stand for now. Never takes over an account of another source.
 */
export async function accountOfPerson(
  database: Database,
  clock: Clock,
  directory: Directory,
  person: DirectoryPerson,
): Promise<Account> {
  const now = clock.now();
  const actor = `directory ${directory.name}`;
  return database.change(async (records) => {
    const known = await records.access.accountByExternal(directory.id, person.externalId);
    if (known?.disabled) throw new AssayError('credentials-invalid', `the account ${known.name} is disabled`);
    const account = known ?? (await create(records, now, directory, person));
    const wanted =
      'groups' in directory.settings ? teamsOfGroups(directory.settings.groups, person.groups) : new Set<string>();
    const teamIds: string[] = [];
    for (const spelled of wanted) {
      const cut = spelled.indexOf('/');
      const team = cut < 0 ? undefined : await records.access.team(spelled.slice(0, cut), spelled.slice(cut + 1));
      if (team) teamIds.push(team.id);
    }
    const changed = await records.access.setMemberships(account.id, directory.id, teamIds);
    const administrator = decidesAdministrators(directory) ? wanted.has('administrators') : account.administrator;
    if (administrator !== account.administrator) await records.access.setAdministrator(account.id, administrator);
    if (person.email !== undefined && person.email !== account.email)
      await records.access.setEmail(account.id, person.email);
    if (changed || administrator !== account.administrator)
      await appendEvent(records, now, 'account.changed', actor, undefined, account.name, {
        teams: [...wanted],
        administrator,
      });
    if ((account.vouchedAt ?? 0) + NOTE_EVERY_MS < now) await records.access.setVouched(account.id, now);
    return (await records.access.accountById(account.id)) ?? account;
  });
}

/** The directory no longer has this person: the teams it gave go, and with them what they allowed. */
export async function forgetPerson(
  database: Database,
  clock: Clock,
  directory: Directory,
  account: Account,
): Promise<void> {
  await database.change(async (records) => {
    const changed = await records.access.setMemberships(account.id, directory.id, []);
    const demoted = account.administrator && decidesAdministrators(directory);
    if (demoted) await records.access.setAdministrator(account.id, false);
    await records.access.revokeTokens(account.id, ['session', 'refresh']);
    if (changed || demoted)
      await appendEvent(
        records,
        clock.now(),
        'account.changed',
        `directory ${directory.name}`,
        undefined,
        account.name,
        {
          teams: [],
          administrator: false,
        },
      );
  });
}

function decidesAdministrators({ settings }: Directory): boolean {
  return 'groups' in settings && settings.groups.some((each) => each.team === 'administrators');
}

async function create(records: Records, now: number, directory: Directory, person: DirectoryPerson): Promise<Account> {
  if (!isAccountName(person.name))
    throw new AssayError(
      'directory-refused',
      `the directory ${directory.name} calls you ${JSON.stringify(person.name.slice(0, 80))}, which no account here can be called`,
    );
  if (await records.access.account(person.name))
    throw new AssayError(
      'directory-refused',
      `an account ${person.name} that is not of the directory ${directory.name} exists here; an administrator has to remove one of them`,
    );
  const account = newAccount({
    id: uuidv7(now),
    name: person.name,
    source: directory.id,
    externalId: person.externalId,
    email: person.email,
    createdAt: now,
    vouchedAt: now,
  });
  await records.access.createAccount(account);
  await appendEvent(records, now, 'account.created', `directory ${directory.name}`, undefined, account.name, {
    administrator: false,
  });
  return account;
}
