import type { Kysely } from 'kysely';
import type { Account, AccountRecords } from '../../../ports/access-records.ts';
import { prepared } from '../prepared.ts';
import type { Schema } from '../schema.ts';

export function toAccount(row: Schema['accounts']): Account {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    organisation: row.organisation ?? undefined,
    source: row.source,
    externalId: row.external_id ?? undefined,
    email: row.email ?? undefined,
    secondFactor: row.totp_secret !== null,
    passkeys: row.passkeys,
    administrator: row.administrator === 1,
    disabled: row.disabled === 1,
    createdAt: row.created_at,
    vouchedAt: row.vouched_at ?? undefined,
    passwordChangedAt: row.password_changed_at,
    passwordHash: row.password_hash,
  };
}

export function accounts(db: Kysely<Schema>): AccountRecords {
  const byId = prepared(db, db.selectFrom('accounts').selectAll().where('id', '=', '').compile());
  const set = async (id: string, change: Partial<Schema['accounts']>) => {
    await db.updateTable('accounts').set(change).where('id', '=', id).execute();
  };
  return {
    async account(name) {
      const row = await db.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toAccount(row);
    },
    async accountById(id) {
      const row = await byId(id);
      return row && toAccount(row);
    },
    async accountByExternal(source, externalId) {
      const row = await db
        .selectFrom('accounts')
        .selectAll()
        .where('source', '=', source)
        .where('external_id', '=', externalId)
        .executeTakeFirst();
      return row && toAccount(row);
    },
    async accounts() {
      return (await db.selectFrom('accounts').selectAll().orderBy('name').execute()).map(toAccount);
    },
    async robots(organisation) {
      const rows = await db
        .selectFrom('accounts')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('kind', '=', 'robot')
        .orderBy('name')
        .execute();
      return rows.map(toAccount);
    },
    async createAccount(account) {
      await db
        .insertInto('accounts')
        .values({
          id: account.id,
          name: account.name,
          kind: account.kind,
          organisation: account.organisation ?? null,
          source: account.source,
          external_id: account.externalId ?? null,
          email: account.email ?? null,
          totp_secret: null,
          totp_step: null,
          passkeys: account.passkeys,
          vouched_at: account.vouchedAt ?? null,
          password_hash: account.passwordHash,
          administrator: account.administrator ? 1 : 0,
          disabled: account.disabled ? 1 : 0,
          created_at: account.createdAt,
          password_changed_at: account.passwordChangedAt,
        })
        .execute();
    },
    setPassword: (id, passwordHash, at) => set(id, { password_hash: passwordHash, password_changed_at: at }),
    setDisabled: (id, disabled) => set(id, { disabled: disabled ? 1 : 0 }),
    setAdministrator: (id, administrator) => set(id, { administrator: administrator ? 1 : 0 }),
    setEmail: (id, email) => set(id, { email: email ?? null }),
    async deleteAccount(id) {
      await db.deleteFrom('grants').where('principal', '=', id).execute();
      for (const table of ['tokens', 'team_members', 'passkeys'] as const)
        await db.deleteFrom(table).where('account_id', '=', id).execute();
      await db.deleteFrom('accounts').where('id', '=', id).execute();
    },
    async totp(id) {
      const row = await db
        .selectFrom('accounts')
        .select(['totp_secret', 'totp_step'])
        .where('id', '=', id)
        .executeTakeFirst();
      const secret = row?.totp_secret ?? undefined;
      return secret === undefined ? undefined : { secret, step: row?.totp_step ?? 0 };
    },
    setTotp: (id, secret) => set(id, { totp_secret: secret ?? null, totp_step: null }),
    async useTotpStep(id, step) {
      const row = await db
        .updateTable('accounts')
        .set({ totp_step: step })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('totp_step', 'is', null), eb('totp_step', '<', step)]))
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
