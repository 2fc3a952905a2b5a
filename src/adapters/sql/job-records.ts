import type { Kysely } from 'kysely';
import type { Job, JobRecords, JobSummary } from '../../ports/queue.ts';
import type { Schema } from './schema.ts';

function toJob(row: Schema['jobs']): Job {
  return { id: row.id, kind: row.kind, payload: JSON.parse(row.payload), attempts: row.attempts };
}

function toSummary(row: Schema['jobs']): JobSummary {
  return {
    ...toJob(row),
    dedupeKey: row.dedupe_key,
    state: row.state,
    runAt: row.run_at,
    lastError: row.last_error ?? undefined,
  };
}

export function jobRecords(db: Kysely<Schema>): JobRecords {
  return {
    async enqueue(job) {
      await db
        .insertInto('jobs')
        .values({
          id: job.id,
          kind: job.kind,
          dedupe_key: job.dedupeKey,
          payload: JSON.stringify(job.payload),
          priority: job.priority,
          run_at: job.runAt,
          leased_until: null,
          attempts: 0,
          state: 'waiting',
          last_error: null,
        })
        .onConflict((oc) => oc.doNothing())
        .execute();
    },
    async take(kinds, now, leaseUntil) {
      const next = await db
        .selectFrom('jobs')
        .selectAll()
        .where('kind', 'in', [...kinds])
        .where((eb) =>
          eb.or([eb('state', '=', 'waiting'), eb.and([eb('state', '=', 'running'), eb('leased_until', '<', now)])]),
        )
        .where('run_at', '<=', now)
        .orderBy('priority')
        .orderBy('run_at')
        .limit(1)
        .executeTakeFirst();
      if (!next) return undefined;
      await db
        .updateTable('jobs')
        .set({ state: 'running', leased_until: leaseUntil, attempts: next.attempts + 1 })
        .where('id', '=', next.id)
        .execute();
      return { ...toJob(next), attempts: next.attempts + 1 };
    },
    async prolong(id, leaseUntil) {
      await db
        .updateTable('jobs')
        .set({ leased_until: leaseUntil })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .execute();
    },
    async done(id) {
      await db.deleteFrom('jobs').where('id', '=', id).execute();
    },
    async failed(id, reason, runAt) {
      const row = await db.selectFrom('jobs').select(['kind', 'dedupe_key']).where('id', '=', id).executeTakeFirst();
      if (!row) return;
      const waiting = await db
        .selectFrom('jobs')
        .select('id')
        .where('kind', '=', row.kind)
        .where('dedupe_key', '=', row.dedupe_key)
        .where('state', '=', 'waiting')
        .executeTakeFirst();
      if (waiting) await db.deleteFrom('jobs').where('id', '=', id).execute();
      else
        await db
          .updateTable('jobs')
          .set({
            state: runAt === undefined ? 'dead' : 'waiting',
            leased_until: null,
            last_error: reason.slice(0, 1000),
            ...(runAt !== undefined && { run_at: runAt }),
          })
          .where('id', '=', id)
          .execute();
    },
    async releaseLeases() {
      const running = await db
        .selectFrom('jobs')
        .select(['id', 'kind', 'dedupe_key'])
        .where('state', '=', 'running')
        .execute();
      for (const job of running) {
        const waiting = await db
          .selectFrom('jobs')
          .select('id')
          .where('kind', '=', job.kind)
          .where('dedupe_key', '=', job.dedupe_key)
          .where('state', '=', 'waiting')
          .executeTakeFirst();
        if (waiting) await db.deleteFrom('jobs').where('id', '=', job.id).execute();
        else
          await db.updateTable('jobs').set({ state: 'waiting', leased_until: null }).where('id', '=', job.id).execute();
      }
    },
    async list(limit) {
      return (await db.selectFrom('jobs').selectAll().orderBy('run_at').limit(limit).execute()).map(toSummary);
    },
    async pending(kind, dedupeKey) {
      const row = await db
        .selectFrom('jobs')
        .selectAll()
        .where('kind', '=', kind)
        .where('dedupe_key', '=', dedupeKey)
        .orderBy('run_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toSummary(row);
    },
  };
}
