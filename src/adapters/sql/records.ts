import type { Kysely } from 'kysely';
import type { Records } from '../../ports/database.ts';
import { accessRecords } from './access/records.ts';
import { auditRecords } from './audit-records.ts';
import { channelRecords } from './channels/records.ts';
import { contentRecords } from './content/records.ts';
import { eventRecords } from './event-records.ts';
import { jobRecords } from './job-records.ts';
import type { KeepTimes } from './registry/keep-times.ts';
import { notifyRecords } from './notify/records.ts';
import { policyRecords } from './policy/records.ts';
import { registryRecords } from './registry/records.ts';
import type { Schema } from './schema.ts';
import { trustRecords } from './trust/records.ts';
import { upkeepRecords } from './upkeep-records.ts';
import { vexRecords } from './vex/records.ts';

/** All rooms over one connection. */
export function sqlRecords(db: Kysely<Schema>, keep?: KeepTimes): Records {
  return {
    registry: registryRecords(db, keep),
    access: accessRecords(db),
    content: contentRecords(db),
    jobs: jobRecords(db),
    events: eventRecords(db),
    audit: auditRecords(db),
    notify: notifyRecords(db),
    trust: trustRecords(db),
    policy: policyRecords(db),
    channels: channelRecords(db),
    upkeep: upkeepRecords(db),
    vex: vexRecords(db),
  };
}
