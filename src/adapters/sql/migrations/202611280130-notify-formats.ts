import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** What the receiver of a webhook reads. */
export const notifyFormats: Migration = {
  name: '202611280130-notify-formats',
  async up(db) {
    await sql.raw("alter table webhooks add column format text not null default 'cloudevents'").execute(db);
  },
};
