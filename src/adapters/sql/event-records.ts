import type { Kysely } from 'kysely';
import { isAdministrator } from '../../access/viewer.ts';
import type { EventRecord, EventRecords } from '../../ports/events-records.ts';
import type { RepositoryId } from '../../ports/registry-records.ts';
import { chunks } from './chunks.ts';
import type { Schema } from './schema.ts';
import { visible } from './visible.ts';

export function eventRecords(db: Kysely<Schema>): EventRecords {
  return {
    async append(event) {
      await db.insertInto('events').values(rowOf(event)).execute();
    },
    async appendAll(events) {
      for (const some of chunks(events, ROWS_AT_ONCE)) await db.insertInto('events').values(some.map(rowOf)).execute();
    },
    async list(viewer, page) {
      const all = viewer.kind === 'system' || isAdministrator(viewer);
      const rows = await db
        .selectFrom('events')
        .leftJoin('repositories', 'repositories.id', 'events.repository_id')
        .selectAll('events')
        .$if(!all, (query) => query.where('repositories.id', 'is not', null).where((eb) => visible(eb, viewer, 'pull')))
        .$if(page.after !== undefined, (query) => query.where('events.id', '<', page.after ?? ''))
        .$if(page.type !== undefined, (query) => query.where('events.type', '=', page.type ?? ''))
        .$if(page.since !== undefined, (query) => query.where('events.at', '>=', page.since ?? 0))
        .$if(page.repositoryId !== undefined, (query) =>
          query.where('events.repository_id', '=', page.repositoryId ?? ''),
        )
        .$if(page.organisation !== undefined, (query) =>
          query.where('repositories.organisation', '=', page.organisation ?? ''),
        )
        .orderBy('events.id', 'desc')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        type: row.type,
        actor: row.actor,
        repositoryId: (row.repository_id ?? undefined) as RepositoryId | undefined,
        subject: row.subject,
        data: JSON.parse(row.data) as Record<string, unknown>,
        at: row.at,
      }));
    },
  };
}

const ROWS_AT_ONCE = 60;

function rowOf(event: EventRecord): Schema['events'] {
  return {
    id: event.id,
    type: event.type,
    actor: event.actor,
    repository_id: event.repositoryId ?? null,
    subject: event.subject,
    data: JSON.stringify(event.data),
    at: event.at,
    dispatched: 0,
  };
}
