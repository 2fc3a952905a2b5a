import { type Kysely, sql } from 'kysely';
import type { Seal, SealedEntry } from '../../access/audit-chain.ts';
import { isAdministrator } from '../../access/viewer.ts';
import type { AuditRecords, UnsealedEntry } from '../../ports/audit-records.ts';
import { contains } from './contains.ts';
import type { Schema } from './schema.ts';
import { principals, visible } from './visible.ts';
import { maskOf } from '../../access/roles.ts';

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function toEntry(row: Schema['audit_entries']): UnsealedEntry {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    ...(row.actor_id !== null && { actorId: row.actor_id }),
    ...(row.address !== null && { address: row.address }),
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(row.via !== null && { via: row.via }),
    action: row.action,
    object: row.object,
    ...(row.organisation !== null && { organisation: row.organisation }),
    ...(row.repository_id !== null && { repositoryId: row.repository_id }),
    ...(row.before !== null && { before: row.before }),
    ...(row.after !== null && { after: row.after }),
    occurrences: row.occurrences,
  };
}

function toSealed(row: Schema['audit_entries']): SealedEntry {
  return { ...toEntry(row), seq: row.seq ?? 0, hash: row.hash ?? '' };
}

function toSeal(row: Schema['audit_seals']): Seal {
  return { seq: row.seq, hash: row.hash, at: row.at, key: row.key, signature: row.signature };
}

export function auditRecords(db: Kysely<Schema>): AuditRecords {
  return {
    async append(entry) {
      await db
        .insertInto('audit_entries')
        .values({
          id: entry.id,
          at: entry.at,
          actor: entry.actor,
          actor_id: entry.actorId ?? null,
          address: entry.origin?.address ?? null,
          request_id: entry.origin?.requestId ?? null,
          via: entry.origin?.by ?? null,
          action: entry.action,
          object: entry.object,
          organisation: entry.organisation ?? null,
          repository_id: entry.repositoryId ?? null,
          before: json(entry.before),
          after: json(entry.after),
          occurrences: entry.occurrences,
          seq: null,
          hash: null,
        })
        .execute();
    },
    async list(viewer, filter, page) {
      if (viewer.kind === 'anonymous') return [];
      const all = viewer.kind === 'system' || isAdministrator(viewer);
      const rows = await db
        .selectFrom('audit_entries')
        .leftJoin('repositories', 'repositories.id', 'audit_entries.repository_id')
        .selectAll('audit_entries')
        .$if(!all, (query) =>
          query.where((eb) =>
            eb.or([
              eb.and([eb('repositories.id', 'is not', null), visible(eb, viewer, 'audit')]),
              viewer.kind === 'account' && !viewer.limits && !viewer.scope
                ? sql<boolean>`audit_entries.organisation in (select subject from grants
                    where subject_kind = 'organisation' and (actions & ${maskOf(['audit'])}) <> 0
                    and principal in (${principals(viewer.accountId)}))`
                : sql<boolean>`1 = 0`,
            ]),
          ),
        )
        .$if(page.after !== undefined, (query) => query.where('audit_entries.id', '<', page.after ?? ''))
        .$if(filter.actor !== undefined, (query) => query.where('actor', '=', filter.actor ?? ''))
        .$if(filter.action !== undefined, (query) =>
          query.where('action', '>=', filter.action ?? '').where('action', '<', `${filter.action ?? ''}\u{10ffff}`),
        )
        .$if(filter.object !== undefined, (query) => query.where(contains('object', filter.object)))
        .$if(filter.organisation !== undefined, (query) =>
          query.where('audit_entries.organisation', '=', filter.organisation ?? ''),
        )
        .$if(filter.since !== undefined, (query) => query.where('at', '>=', filter.since ?? 0))
        .$if(filter.until !== undefined, (query) => query.where('at', '<', filter.until ?? 0))
        .orderBy('audit_entries.id', 'desc')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ ...toEntry(row), ...(row.seq !== null && { seq: row.seq }) }));
    },
    async unsealed(limit) {
      const rows = await db
        .selectFrom('audit_entries')
        .selectAll()
        .where('seq', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
    async head() {
      const row = await db
        .selectFrom('audit_seals')
        .select(['seq', 'hash'])
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && { seq: row.seq, hash: row.hash };
    },
    async seal(entries, seal) {
      for (const { id, seq, hash } of entries)
        await db.updateTable('audit_entries').set({ seq, hash }).where('id', '=', id).execute();
      await db
        .insertInto('audit_seals')
        .values({ ...seal })
        .execute();
    },
    async chain(from, limit) {
      const rows = await db
        .selectFrom('audit_entries')
        .selectAll()
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(limit)
        .execute();
      return rows.map(toSealed);
    },
    async seals() {
      return (await db.selectFrom('audit_seals').selectAll().orderBy('seq').execute()).map(toSeal);
    },
    async sealBefore(at) {
      const oldest = await db
        .selectFrom('audit_entries')
        .select((eb) => eb.fn.min('seq').as('seq'))
        .where('at', '>=', at)
        .where('seq', 'is not', null)
        .executeTakeFirst();
      const row = await db
        .selectFrom('audit_seals')
        .selectAll()
        .$if(typeof oldest?.seq === 'number', (query) => query.where('seq', '<', oldest?.seq ?? 0))
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toSeal(row);
    },
    async prune(upTo) {
      await db.deleteFrom('audit_seals').where('seq', '<', upTo).execute();
      return (await db.deleteFrom('audit_entries').where('seq', '<=', upTo).returning('id').execute()).length;
    },
  };
}
