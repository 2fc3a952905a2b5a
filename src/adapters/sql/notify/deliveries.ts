import { type Kysely, sql } from 'kysely';
import type { Delivery, NotifyRecords } from '../../../ports/notify-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof NotifyRecords> = Pick<NotifyRecords, K>;

function toDelivery(row: Schema['deliveries']): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    sequence: row.sequence,
    state: row.state,
    attempts: row.attempts,
    uncertain: row.uncertain,
    nextAt: row.next_at,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
    status: row.status ?? undefined,
    error: row.error ?? undefined,
    body: row.body,
  };
}

export function deliveries(
  db: Kysely<Schema>,
): Part<
  | 'addDelivery'
  | 'anyDue'
  | 'takeDue'
  | 'endDelivery'
  | 'releaseSending'
  | 'deliveries'
  | 'delivery'
  | 'forgetDeliveries'
> {
  return {
    async addDelivery(delivery, body) {
      const webhook = await db
        .updateTable('webhooks')
        .set({ sequence: sql`sequence + 1` })
        .where('id', '=', delivery.webhookId)
        .returning('sequence')
        .executeTakeFirst();
      if (!webhook) return;
      await db
        .insertInto('deliveries')
        .values({
          id: delivery.id,
          webhook_id: delivery.webhookId,
          event_id: delivery.eventId,
          sequence: webhook.sequence,
          state: delivery.state,
          attempts: delivery.attempts,
          uncertain: delivery.uncertain,
          next_at: delivery.nextAt,
          created_at: delivery.createdAt,
          ended_at: null,
          status: null,
          error: null,
          body: body(webhook.sequence),
        })
        .execute();
    },
    async anyDue(now, busy) {
      const row = await db
        .selectFrom('deliveries')
        .select('id')
        .where('state', '=', 'waiting')
        .where('next_at', '<=', now)
        .$if(busy.length > 0, (query) => query.where('webhook_id', 'not in', [...busy]))
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async takeDue(now, limit, busy) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('state', '=', 'waiting')
        .where('next_at', '<=', now)
        .$if(busy.length > 0, (query) => query.where('webhook_id', 'not in', [...busy]))
        // One webhook gets its events one after the other: only the first that waits is taken.
        .where(
          sql<boolean>`not exists (select 1 from deliveries earlier where earlier.webhook_id = deliveries.webhook_id
            and earlier.state in ('waiting', 'sending') and earlier.sequence < deliveries.sequence
            and earlier.attempts = 0)`,
        )
        .orderBy('next_at')
        .orderBy('sequence')
        .limit(limit * 4)
        .execute();
      const first = new Map<string, Delivery>();
      for (const row of rows) if (!first.has(row.webhook_id)) first.set(row.webhook_id, toDelivery(row));
      const taken = [...first.values()].slice(0, limit);
      for (const each of taken)
        await db
          .updateTable('deliveries')
          .set({ state: 'sending', attempts: each.attempts + 1 })
          .where('id', '=', each.id)
          .execute();
      return taken.map((each) => ({ ...each, attempts: each.attempts + 1 }));
    },
    async endDelivery(id, end) {
      await db
        .updateTable('deliveries')
        .set({
          state: end.state,
          next_at: end.nextAt,
          status: end.status ?? null,
          error: end.error ?? null,
          ended_at: end.state === 'waiting' ? null : end.at,
        })
        .where('id', '=', id)
        .execute();
    },
    async releaseSending(now) {
      const rows = await db
        .updateTable('deliveries')
        .set({ state: 'waiting', next_at: now, uncertain: sql`uncertain + 1` })
        .where('state', '=', 'sending')
        .returning('id')
        .execute();
      return rows.length;
    },
    async deliveries(webhookId, page) {
      const rows = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .$if(page.after !== undefined, (query) => query.where('sequence', '<', Number(page.after)))
        .orderBy('sequence', 'desc')
        .limit(page.limit)
        .execute();
      return rows.map(toDelivery);
    },
    async delivery(webhookId, id) {
      const row = await db
        .selectFrom('deliveries')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row && toDelivery(row);
    },
    async forgetDeliveries(before) {
      const rows = await db.deleteFrom('deliveries').where('ended_at', '<', before).returning('id').execute();
      return rows.length;
    },
  };
}
