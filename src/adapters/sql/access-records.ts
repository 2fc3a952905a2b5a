import type { Kysely } from 'kysely';
import { isRole } from '../../access/roles.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { AccessRecords, Account, Grant, TokenRecord } from '../../ports/access-records.ts';
import { prepared } from './prepared.ts';
import type { Schema } from './schema.ts';

function toAccount(row: Schema['accounts']): Account {
  return {
    id: row.id,
    name: row.name,
    administrator: row.administrator === 1,
    disabled: row.disabled === 1,
    createdAt: row.created_at,
    passwordChangedAt: row.password_changed_at,
    passwordHash: row.password_hash,
  };
}

function toToken(row: Schema['tokens']): TokenRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    name: row.name,
    readOnly: row.read_only === 1,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}

export function accessRecords(db: Kysely<Schema>): AccessRecords {
  const subjectOf = async (
    subject: Grant['subject'],
  ): Promise<{ kind: 'repository' | 'organisation'; value: string } | undefined> => {
    if ('organisation' in subject) return { kind: 'organisation', value: subject.organisation };
    const row = await db
      .selectFrom('repositories')
      .select('id')
      .where('name', '=', subject.repository)
      .executeTakeFirst();
    return row && { kind: 'repository', value: row.id };
  };
  const idOf = async (name: string): Promise<string | undefined> =>
    (await db.selectFrom('accounts').select('id').where('name', '=', name).executeTakeFirst())?.id;

  const byId = prepared(db, db.selectFrom('accounts').selectAll().where('id', '=', '').compile());

  return {
    async account(name) {
      const row = await db.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toAccount(row);
    },
    async accountById(id) {
      const row = await byId(id);
      return row && toAccount(row);
    },
    async accounts() {
      return (await db.selectFrom('accounts').selectAll().orderBy('name').execute()).map(toAccount);
    },
    async createAccount(account) {
      await db
        .insertInto('accounts')
        .values({
          id: account.id,
          name: account.name,
          password_hash: account.passwordHash,
          administrator: account.administrator ? 1 : 0,
          disabled: account.disabled ? 1 : 0,
          created_at: account.createdAt,
          password_changed_at: account.passwordChangedAt,
        })
        .execute();
    },
    async setPassword(accountId, passwordHash, at) {
      await db
        .updateTable('accounts')
        .set({ password_hash: passwordHash, password_changed_at: at })
        .where('id', '=', accountId)
        .execute();
    },
    async setDisabled(accountId, disabled) {
      await db
        .updateTable('accounts')
        .set({ disabled: disabled ? 1 : 0 })
        .where('id', '=', accountId)
        .execute();
    },
    async deleteAccount(accountId) {
      for (const table of ['tokens', 'grants'] as const)
        await db.deleteFrom(table).where('account_id', '=', accountId).execute();
      await db.deleteFrom('accounts').where('id', '=', accountId).execute();
    },

    async addToken(token, secretHash) {
      await db
        .insertInto('tokens')
        .values({
          id: token.id,
          account_id: token.accountId,
          kind: token.kind,
          name: token.name,
          read_only: token.readOnly ? 1 : 0,
          secret_hash: secretHash,
          created_at: token.createdAt,
          expires_at: token.expiresAt,
          last_used_at: token.lastUsedAt ?? null,
        })
        .execute();
    },
    async tokenBySecret(secretHash, now) {
      const row = await db
        .selectFrom('tokens')
        .selectAll()
        .where('secret_hash', '=', secretHash)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (!row) return undefined;
      const account = await db
        .selectFrom('accounts')
        .selectAll()
        .where('id', '=', row.account_id)
        .where('disabled', '=', 0)
        .executeTakeFirst();
      return account && { token: toToken(row), account: toAccount(account) };
    },
    async tokens(accountId, kind) {
      const rows = await db
        .selectFrom('tokens')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('kind', '=', kind)
        .orderBy('created_at', 'desc')
        .execute();
      return rows.map(toToken);
    },
    async touchToken(id, at) {
      await db.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute();
    },
    async revokeToken(accountId, id) {
      const row = await db
        .deleteFrom('tokens')
        .where('account_id', '=', accountId)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async revokeTokens(accountId, kinds) {
      await db
        .deleteFrom('tokens')
        .where('account_id', '=', accountId)
        .where('kind', 'in', [...kinds])
        .execute();
    },
    async forgetExpiredTokens(before) {
      return (await db.deleteFrom('tokens').where('expires_at', '<', before).returning('id').execute()).length;
    },

    async grant(grant) {
      const accountId = await idOf(grant.accountName);
      const subject = await subjectOf(grant.subject);
      if (!accountId || !subject) return;
      await db
        .insertInto('grants')
        .values({ account_id: accountId, subject_kind: subject.kind, subject: subject.value, role: grant.role })
        .onConflict((oc) => oc.columns(['account_id', 'subject_kind', 'subject']).doUpdateSet({ role: grant.role }))
        .execute();
    },
    async revokeGrant(grant) {
      const accountId = await idOf(grant.accountName);
      const subject = await subjectOf(grant.subject);
      if (!accountId || !subject) return false;
      const row = await db
        .deleteFrom('grants')
        .where('account_id', '=', accountId)
        .where('subject_kind', '=', subject.kind)
        .where('subject', '=', subject.value)
        .returning('role')
        .executeTakeFirst();
      return row !== undefined;
    },
    async grants(filter) {
      const rows = await db
        .selectFrom('grants')
        .innerJoin('accounts', 'accounts.id', 'grants.account_id')
        .leftJoin('repositories', (join) =>
          join.onRef('repositories.id', '=', 'grants.subject').on('grants.subject_kind', '=', 'repository'),
        )
        .select([
          'accounts.name as account',
          'grants.role',
          'grants.subject_kind',
          'grants.subject',
          'repositories.name as repository',
        ])
        .$if(filter.accountName !== undefined, (query) => query.where('accounts.name', '=', filter.accountName ?? ''))
        .$if(filter.repository !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              eb('repositories.name', '=', filter.repository ?? ''),
              eb.and([
                eb('grants.subject_kind', '=', 'organisation'),
                eb('grants.subject', '=', (filter.repository ?? '').split('/')[0] ?? ''),
              ]),
            ]),
          ),
        )
        .orderBy('accounts.name')
        .execute();
      return rows.flatMap((row): Grant[] => {
        if (!isRole(row.role)) return [];
        if (row.subject_kind === 'organisation')
          return [{ accountName: row.account, role: row.role, subject: { organisation: row.subject } }];
        return row.repository === null
          ? []
          : [{ accountName: row.account, role: row.role, subject: { repository: row.repository as RepositoryName } }];
      });
    },

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
  };
}
