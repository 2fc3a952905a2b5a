import type { Kysely } from 'kysely';
import type { TokenLimits } from '../../../access/limits.ts';
import type { TokenRecord, TokenRecords } from '../../../ports/access-records.ts';
import { prepared } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { toAccount } from './accounts.ts';

function toToken(row: Schema['tokens']): TokenRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    name: row.name,
    readOnly: row.read_only === 1,
    limits: row.limits === null ? undefined : (JSON.parse(row.limits) as TokenLimits),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}

export function tokens(db: Kysely<Schema>): TokenRecords {
  const byId = prepared(db, db.selectFrom('tokens').selectAll().where('id', '=', '').compile());
  return {
    async addToken(token, secretHash) {
      await db
        .insertInto('tokens')
        .values({
          id: token.id,
          account_id: token.accountId,
          kind: token.kind,
          name: token.name,
          read_only: token.readOnly ? 1 : 0,
          limits: token.limits ? JSON.stringify(token.limits) : null,
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
    async tokenById(id) {
      const row = await byId(id);
      return row && toToken(row);
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
  };
}
