import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import { storageError } from '../lib/error.ts';
import { uuidv7 } from '../lib/uuid.ts';
import type { Account } from '../ports/access-records.ts';
import type { Database } from '../ports/database.ts';
import { newAccount } from '../work/access/new-account.ts';
import type { Passwords } from '../ports/passwords.ts';

const ADMINISTRATOR = 'admin';
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Twenty letters and digits without look-alikes: 99 bits, in groups that can be read aloud. */
function newPassword(): string {
  const letters = Array.from(randomBytes(40), (byte) => (byte < 248 ? ALPHABET[byte % ALPHABET.length]! : '')).join('');
  return letters.slice(0, 20).replace(/(.{5})(?=.)/g, '$1-');
}

/**
 * Makes the administrator at the first start. The password is random and shown once: on a terminal, else in a file that
 * only the owner reads and that goes when the password is changed. There are no default credentials.
 */
export async function ensureAdministrator(parts: {
  database: Database;
  passwords: Passwords;
  clock: Clock;
  directory: string;
  wanted: string | undefined;
  terminal: boolean;
}): Promise<{ password: string } | { file: string } | undefined> {
  const { database, passwords, clock, directory, wanted, terminal } = parts;
  const file = join(directory, 'initial-admin-password');
  const present = await administratorOf(database);
  if (present) {
    if (!present.initial) rmSync(file, { force: true });
    return present.initial && existsSync(file) ? { file } : undefined;
  }
  const password = wanted ?? newPassword();
  const hash = await passwords.hash(password);
  const now = clock.now();
  if (wanted === undefined && !terminal) {
    try {
      writeFileSync(file, `${password}\n`, { mode: 0o600 });
    } catch (error) {
      throw storageError(error, `writing ${file}`);
    }
  }
  await database.change(async ({ access, registry }) => {
    await access.createAccount(
      newAccount({
        id: uuidv7(now),
        name: ADMINISTRATOR,
        administrator: true,
        createdAt: now,
        // Equal times mark a password that nobody chose; one that was given counts as chosen.
        passwordChangedAt: wanted === undefined ? now : now + 1,
        passwordHash: hash,
      }),
    );
    await registry.createOrganisation('library', now);
  });
  if (wanted !== undefined) return undefined;
  return terminal ? { password } : { file };
}

export async function administratorOf(database: Database): Promise<(Account & { initial: boolean }) | undefined> {
  const account = await database.records.access.account(ADMINISTRATOR);
  return account && { ...account, initial: account.createdAt === account.passwordChangedAt };
}
