import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { HealthEntry, PolicyRecords } from '../../../ports/policy-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';
import { countUp } from './revisions.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

/** Entries that are kept of one image, counted from the newest. */
const KEPT = 500;

function toEntry(row: Schema['image_health']): HealthEntry {
  return {
    id: row.id,
    digest: row.digest as Digest,
    at: row.at,
    grade: row.grade,
    score: row.score,
    lines: JSON.parse(row.lines) as Record<string, string>,
  };
}

export function health(
  db: Kysely<Schema>,
): Part<'healthProfile' | 'setHealthProfile' | 'deleteHealthProfile' | 'addHealth' | 'grades' | 'healthHistory'> {
  const newest = (repositoryId: string, digest: string) =>
    db
      .selectFrom('image_health')
      .selectAll()
      .where('repository_id', '=', repositoryId)
      .where('digest', '=', digest)
      .orderBy('id', 'desc');
  return {
    async healthProfile(organisation) {
      const row = await db
        .selectFrom('health_profiles')
        .selectAll()
        .where('organisation', '=', organisation)
        .executeTakeFirst();
      return row && { organisation, text: row.text, updatedAt: row.updated_at, updatedBy: row.updated_by };
    },
    async setHealthProfile({ organisation, text, updatedAt, updatedBy }) {
      const values = { text, updated_at: updatedAt, updated_by: updatedBy };
      await db
        .insertInto('health_profiles')
        .values({ organisation, ...values })
        .onConflict((oc) => oc.column('organisation').doUpdateSet(values))
        .execute();
      await countUp(db, organisation);
    },
    async deleteHealthProfile(organisation) {
      const { numDeletedRows } = await db
        .deleteFrom('health_profiles')
        .where('organisation', '=', organisation)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await countUp(db, organisation);
      return true;
    },
    async addHealth({ id: repositoryId }, entry) {
      const { id, digest, at, grade, score } = entry;
      const lines = JSON.stringify(entry.lines);
      const last = await newest(repositoryId, digest).limit(1).executeTakeFirst();
      if (last && last.grade === grade && last.score === score && last.lines === lines) return false;
      await db
        .insertInto('image_health')
        .values({ id, repository_id: repositoryId, digest, at, grade, score, lines })
        .execute();
      const oldest = await newest(repositoryId, digest).offset(KEPT).limit(1).executeTakeFirst();
      if (oldest)
        await db
          .deleteFrom('image_health')
          .where('repository_id', '=', repositoryId)
          .where('digest', '=', digest)
          .where('id', '<=', oldest.id)
          .execute();
      return true;
    },
    async grades(viewer, wanted) {
      const found = new Map<string, string>();
      const repositories = [...new Set(wanted.map((each) => each.id))];
      for (const digests of chunks([...new Set(wanted.map((each) => each.digest))]))
        for (const ids of chunks(repositories)) {
          const rows = await db
            .selectFrom('image_health')
            .innerJoin('repositories', 'repositories.id', 'image_health.repository_id')
            .select(['image_health.repository_id', 'image_health.digest', 'image_health.grade'])
            .where((eb) => visible(eb, viewer, 'pull'))
            .where('image_health.repository_id', 'in', ids)
            .where('image_health.digest', 'in', digests)
            .orderBy('image_health.id')
            .execute();
          for (const row of rows) found.set(`${row.repository_id} ${row.digest}`, row.grade);
        }
      return (id, digest) => found.get(`${id} ${digest}`);
    },
    async healthHistory(repository, digest, { after, limit }) {
      const rows = await newest(repository.id, digest)
        .$if(after !== undefined, (query) => query.where('id', '<', after ?? ''))
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
  };
}
