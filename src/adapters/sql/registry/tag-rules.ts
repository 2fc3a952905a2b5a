import type { Kysely } from 'kysely';
import type { TagRule } from '../../../access/tag-rules.ts';
import type { RegistryRecords } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function tagRules(db: Kysely<Schema>): Part<'tagRules' | 'addTagRule' | 'removeTagRule'> {
  return {
    async tagRules(repository) {
      const rows = await db
        .selectFrom('tag_rules')
        .selectAll()
        .where('repository_id', '=', repository.id)
        .orderBy('id')
        .execute();
      return rows.map(
        (row): TagRule => ({
          id: row.id,
          kind: row.kind,
          pattern: row.pattern,
          createdAt: row.created_at,
          createdBy: row.created_by,
        }),
      );
    },
    async addTagRule(repository, rule) {
      await db
        .insertInto('tag_rules')
        .values({
          id: rule.id,
          repository_id: repository.id,
          kind: rule.kind,
          pattern: rule.pattern,
          created_at: rule.createdAt,
          created_by: rule.createdBy,
        })
        .execute();
    },
    async removeTagRule(repository, id) {
      const row = await db
        .deleteFrom('tag_rules')
        .where('repository_id', '=', repository.id)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
