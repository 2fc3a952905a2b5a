import type { Kysely } from 'kysely';
import type { NotifyRecords } from '../../../ports/notify-records.ts';
import type { Schema } from '../schema.ts';
import { deliveries } from './deliveries.ts';
import { notices } from './notices.ts';
import { webhooks } from './webhooks.ts';

export function notifyRecords(db: Kysely<Schema>): NotifyRecords {
  return { ...webhooks(db), ...deliveries(db), ...notices(db) };
}
