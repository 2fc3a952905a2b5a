import type { Kysely } from 'kysely';
import { type Directory, directorySettings } from '../../../access/directory-settings.ts';
import type { DirectoryRecords } from '../../../ports/access-records.ts';
import type { Schema } from '../schema.ts';

function toDirectory(row: Schema['directories']): Directory {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled === 1,
    settings: directorySettings.parse(JSON.parse(row.settings)),
    createdAt: row.created_at,
  };
}

export function directories(db: Kysely<Schema>): DirectoryRecords {
  return {
    async directories() {
      return (await db.selectFrom('directories').selectAll().orderBy('id').execute()).map(toDirectory);
    },
    async directory(id) {
      const row = await db.selectFrom('directories').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toDirectory(row);
    },
    async putDirectory(directory) {
      const given = {
        name: directory.name,
        enabled: directory.enabled ? 1 : 0,
        settings: JSON.stringify(directory.settings),
      };
      await db
        .insertInto('directories')
        .values({ id: directory.id, created_at: directory.createdAt, ...given })
        .onConflict((oc) => oc.column('id').doUpdateSet(given))
        .execute();
    },
    async deleteDirectory(id) {
      const accounts = await db.selectFrom('accounts').select('id').where('source', '=', id).execute();
      for (const account of accounts) await db.deleteFrom('tokens').where('account_id', '=', account.id).execute();
      await db.deleteFrom('team_members').where('source', '=', id).execute();
      await db.updateTable('accounts').set({ disabled: 1 }).where('source', '=', id).execute();
      await db.deleteFrom('directories').where('id', '=', id).execute();
    },
    async setVouched(accountId, at) {
      await db.updateTable('accounts').set({ vouched_at: at }).where('id', '=', accountId).execute();
    },
  };
}
