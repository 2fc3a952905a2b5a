import type { Kysely } from 'kysely';
import type { AuditRecords } from '../../ports/audit-records.ts';
import type { Schema } from './schema.ts';

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
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
  };
}
