import type { Kysely } from 'kysely';
import type { NotifyRecords, Webhook } from '../../../ports/notify-records.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof NotifyRecords> = Pick<NotifyRecords, K>;

function toWebhook(row: Schema['webhooks']): Webhook {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    organisation: row.organisation ?? undefined,
    repositoryId: (row.repository_id ?? undefined) as RepositoryId | undefined,
    events: JSON.parse(row.events) as string[],
    format: row.format,
    enabled: row.enabled === 1,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

export function webhooks(
  db: Kysely<Schema>,
): Part<'undispatched' | 'markDispatched' | 'webhooks' | 'webhook' | 'webhooksFor' | 'putWebhook' | 'deleteWebhook'> {
  return {
    async undispatched(limit) {
      const rows = await db
        .selectFrom('events')
        .leftJoin('repositories', 'repositories.id', 'events.repository_id')
        .selectAll('events')
        .select('repositories.name as repository')
        .where('events.dispatched', '=', 0)
        .orderBy('events.id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        type: row.type,
        actor: row.actor,
        repositoryId: (row.repository_id ?? undefined) as RepositoryId | undefined,
        repository: row.repository ?? undefined,
        subject: row.subject,
        data: JSON.parse(row.data) as Record<string, unknown>,
        at: row.at,
      }));
    },
    async markDispatched(ids) {
      await db
        .updateTable('events')
        .set({ dispatched: 1 })
        .where('id', 'in', [...ids])
        .execute();
    },
    async webhooks(scope) {
      const rows = await db
        .selectFrom('webhooks')
        .selectAll()
        .where('organisation', scope.organisation === undefined ? 'is' : '=', scope.organisation ?? null)
        .where('repository_id', scope.repositoryId === undefined ? 'is' : '=', scope.repositoryId ?? null)
        .orderBy('id')
        .execute();
      return rows.map(toWebhook);
    },
    async webhook(id) {
      const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toWebhook(row);
    },
    async webhooksFor(repositoryId, organisation) {
      const rows = await db
        .selectFrom('webhooks')
        .selectAll()
        .where('enabled', '=', 1)
        .where((eb) =>
          eb.or([
            eb.and([eb('organisation', 'is', null), eb('repository_id', 'is', null)]),
            ...(organisation === undefined ? [] : [eb('organisation', '=', organisation)]),
            ...(repositoryId === undefined ? [] : [eb('repository_id', '=', repositoryId)]),
          ]),
        )
        .orderBy('id')
        .execute();
      return rows.map(toWebhook);
    },
    async putWebhook(webhook) {
      const given = {
        name: webhook.name,
        url: webhook.url,
        events: JSON.stringify(webhook.events),
        format: webhook.format,
        enabled: webhook.enabled ? 1 : 0,
      };
      await db
        .insertInto('webhooks')
        .values({
          id: webhook.id,
          organisation: webhook.organisation ?? null,
          repository_id: webhook.repositoryId ?? null,
          created_at: webhook.createdAt,
          created_by: webhook.createdBy,
          sequence: 0,
          ...given,
        })
        .onConflict((oc) => oc.column('id').doUpdateSet(given))
        .execute();
    },
    async deleteWebhook(id) {
      await db.deleteFrom('deliveries').where('webhook_id', '=', id).execute();
      await db.deleteFrom('webhooks').where('id', '=', id).execute();
    },
  };
}
