import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { HealthEntry, PolicyRecords } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';
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
): Part<'healthProfile' | 'setHealthProfile' | 'deleteHealthProfile' | 'addHealth' | 'healthHistory'> {
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
    async healthHistory(repository, digest, { after, limit }) {
      const rows = await newest(repository.id, digest)
        .$if(after !== undefined, (query) => query.where('id', '<', after ?? ''))
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
  };
}
