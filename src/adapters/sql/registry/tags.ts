import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import { uuidv7 } from '../../../lib/uuid.ts';
import type { Tag } from '../../../oci/names.ts';
import type { RegistryRecords, Repository, TagListItem, TagRecord } from '../../../ports/registry-records.ts';
import { contains } from '../contains.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function tags(
  db: Kysely<Schema>,
): Part<'tag' | 'tagNames' | 'tags' | 'tagsOf' | 'setTag' | 'deleteTag' | 'tagHistory'> {
  return {
    async tag(repository, tag) {
      const row = await db
        .selectFrom('tags')
        .select(['name', 'digest', 'updated_at', 'updated_by'])
        .where('repository_id', '=', repository.id)
        .where('name', '=', tag)
        .executeTakeFirst();
      return row && toTag(row);
    },
    async tagNames(repository, page) {
      const rows = await db
        .selectFrom('tags')
        .select('name')
        .where('repository_id', '=', repository.id)
        .where('name', '>', page.after ?? '')
        .orderBy('name')
        .limit(page.limit)
        .execute();
      return rows.map((row) => row.name as Tag);
    },
    async tags(repository, page) {
      const rows = await db
        .selectFrom('tags')
        .innerJoin('manifests', 'manifests.digest', 'tags.digest')
        .select([
          'tags.name',
          'tags.digest',
          'tags.updated_at',
          'tags.updated_by',
          'tags.moves',
          'manifests.media_type',
          'manifests.kind',
          'manifests.total_size',
        ])
        .where('tags.repository_id', '=', repository.id)
        .where('tags.name', '>', page.after ?? '')
        .$if(Boolean(page.search), (query) => query.where(contains('tags.name', page.search)))
        .orderBy('tags.name')
        .limit(page.limit)
        .execute();
      return rows.map(
        (row): TagListItem => ({
          ...toTag(row),
          mediaType: row.media_type,
          kind: row.kind,
          size: row.total_size,
          moves: row.moves,
        }),
      );
    },
    async tagsOf(repository, digest) {
      const rows = await db
        .selectFrom('tags')
        .select('name')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .orderBy('name')
        .execute();
      return rows.map((row) => row.name as Tag);
    },
    async setTag(repository, tag, digest, by, at) {
      const before = await db
        .selectFrom('tags')
        .select(['digest', 'moves'])
        .where('repository_id', '=', repository.id)
        .where('name', '=', tag)
        .executeTakeFirst();
      const previous = before?.digest as Digest | undefined;
      if (previous === digest) return { previous };
      const moves = before ? before.moves + 1 : 0;
      await db
        .insertInto('tags')
        .values({ repository_id: repository.id, name: tag, digest, updated_at: at, updated_by: by, moves })
        .onConflict((oc) =>
          oc.columns(['repository_id', 'name']).doUpdateSet({ digest, updated_at: at, updated_by: by, moves }),
        )
        .execute();
      await db.updateTable('repositories').set({ updated_at: at }).where('id', '=', repository.id).execute();
      await addTagChange(db, repository, tag, digest, previous, by, at);
      return { previous };
    },
    async deleteTag(repository, tag, by, at) {
      const row = await db
        .deleteFrom('tags')
        .where('repository_id', '=', repository.id)
        .where('name', '=', tag)
        .returning('digest')
        .executeTakeFirst();
      if (row) await addTagChange(db, repository, tag, undefined, row.digest, by, at);
      return row !== undefined;
    },
    async tagHistory(repository, tag, page) {
      const rows = await db
        .selectFrom('tag_changes')
        .selectAll()
        .where('repository_id', '=', repository.id)
        .where('tag', '=', tag)
        .$if(page.after !== undefined, (query) => query.where('id', '<', page.after ?? ''))
        .orderBy('id', 'desc')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({
        tag: row.tag as Tag,
        digest: (row.digest ?? undefined) as Digest | undefined,
        previous: (row.previous ?? undefined) as Digest | undefined,
        changedAt: row.changed_at,
        changedBy: row.changed_by,
      }));
    },
  };
}

function toTag(row: { name: string; digest: string; updated_at: number; updated_by: string }): TagRecord {
  return { name: row.name as Tag, digest: row.digest as Digest, updatedAt: row.updated_at, updatedBy: row.updated_by };
}

export async function addTagChange(
  db: Kysely<Schema>,
  repository: Repository,
  tag: string,
  digest: Digest | undefined,
  previous: string | undefined,
  by: string,
  at: number,
): Promise<void> {
  await db
    .insertInto('tag_changes')
    .values({
      id: uuidv7(at),
      repository_id: repository.id,
      tag,
      digest: digest ?? null,
      previous: previous ?? null,
      changed_at: at,
      changed_by: by,
    })
    .execute();
}
