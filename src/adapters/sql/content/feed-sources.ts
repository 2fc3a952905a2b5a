import type { Kysely } from 'kysely';
import type { ContentRecords } from '../../../ports/content-records.ts';
import type { Schema } from '../schema.ts';

export function feedSources(db: Kysely<Schema>): Pick<ContentRecords, 'feedSources' | 'setFeedSource'> {
  return {
    async feedSources() {
      const rows = await db.selectFrom('feed_sources').selectAll().orderBy('url').execute();
      return rows.map((row) => ({
        url: row.url,
        feed: row.feed,
        ...(row.etag !== null && { etag: row.etag }),
        ...(row.last_modified !== null && { lastModified: row.last_modified }),
        checkedAt: row.checked_at,
        lastError: row.last_error ?? undefined,
      }));
    },
    async setFeedSource(source) {
      const row = {
        url: source.url,
        feed: source.feed,
        etag: source.etag ?? null,
        last_modified: source.lastModified ?? null,
        checked_at: source.checkedAt,
        last_error: source.lastError ?? null,
      };
      await db
        .insertInto('feed_sources')
        .values(row)
        .onConflict((oc) => oc.column('url').doUpdateSet(row))
        .execute();
    },
  };
}
