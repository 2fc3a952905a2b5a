import type { Kysely } from 'kysely';
import type { AccessRecords } from '../../../ports/access-records.ts';
import type { Schema } from '../schema.ts';
import { accounts } from './accounts.ts';
import { directories } from './directories.ts';
import { grants } from './grants.ts';
import { organisations } from './organisations.ts';
import { passkeys } from './passkeys.ts';
import { teams } from './teams.ts';
import { tokens } from './tokens.ts';

export function accessRecords(db: Kysely<Schema>): AccessRecords {
  return {
    ...accounts(db),
    ...tokens(db),
    ...passkeys(db),
    ...organisations(db),
    ...teams(db),
    ...grants(db),
    ...directories(db),
    async secret(name) {
      return (await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirst())?.value;
    },
    async setSecret(name, value) {
      await db
        .insertInto('secrets')
        .values({ name, value })
        .onConflict((oc) => oc.column('name').doUpdateSet({ value }))
        .execute();
    },
    async deleteSecret(name) {
      await db.deleteFrom('secrets').where('name', '=', name).execute();
    },
  };
}
