import { type Kysely, sql } from 'kysely';
import type { Passkey, PasskeyRecords } from '../../../ports/access-records.ts';
import type { Schema } from '../schema.ts';

function toPasskey(row: Schema['passkeys']): Passkey {
  return {
    id: row.id,
    accountId: row.account_id,
    credentialId: row.credential_id,
    name: row.name,
    site: row.site,
    algorithm: row.algorithm,
    publicKey: row.public_key,
    counter: row.counter,
    backedUp: row.backed_up === 1,
    suspected: row.suspected === 1,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}

export function passkeys(db: Kysely<Schema>): PasskeyRecords {
  /** The account says how many it has: whoever signs in is looked up there anyway. */
  const count = async (accountId: string) => {
    await sql`update accounts set passkeys = (select count(*) from passkeys where account_id = ${accountId})
      where id = ${accountId}`.execute(db);
  };
  return {
    async passkeys(accountId) {
      const rows = await db
        .selectFrom('passkeys')
        .selectAll()
        .where('account_id', '=', accountId)
        .orderBy('id')
        .execute();
      return rows.map(toPasskey);
    },
    async passkeyByCredential(credentialId) {
      const row = await db
        .selectFrom('passkeys')
        .selectAll()
        .where('credential_id', '=', credentialId)
        .executeTakeFirst();
      return row && toPasskey(row);
    },
    async addPasskey(passkey) {
      await db
        .insertInto('passkeys')
        .values({
          id: passkey.id,
          account_id: passkey.accountId,
          credential_id: passkey.credentialId,
          name: passkey.name,
          site: passkey.site,
          algorithm: passkey.algorithm,
          public_key: passkey.publicKey,
          counter: passkey.counter,
          backed_up: passkey.backedUp ? 1 : 0,
          suspected: passkey.suspected ? 1 : 0,
          created_at: passkey.createdAt,
          last_used_at: passkey.lastUsedAt ?? null,
        })
        .execute();
      await count(passkey.accountId);
    },
    async renamePasskey(id, name) {
      await db.updateTable('passkeys').set({ name }).where('id', '=', id).execute();
    },
    async usePasskey(id, counter, at) {
      const row = await db
        .updateTable('passkeys')
        .set({ counter, last_used_at: at })
        .where('id', '=', id)
        .where((eb) => (counter === 0 ? eb('counter', '=', 0) : eb('counter', '<', counter)))
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async suspectPasskey(id) {
      await db.updateTable('passkeys').set({ suspected: 1 }).where('id', '=', id).execute();
    },
    async removePasskey(accountId, id) {
      const row = await db
        .deleteFrom('passkeys')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      await count(accountId);
      return row !== undefined;
    },
  };
}
