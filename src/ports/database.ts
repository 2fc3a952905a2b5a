import type { AccessRecords } from './access-records.ts';
import type { AuditRecords } from './audit-records.ts';
import type { ChannelRecords } from './channel-records.ts';
import type { ContentRecords } from './content-records.ts';
import type { EventRecords } from './events-records.ts';
import type { NotifyRecords } from './notify-records.ts';
import type { PolicyRecords } from './policy-records.ts';
import type { JobRecords } from './queue.ts';
import type { RegistryRecords } from './registry-records.ts';
import type { TrustRecords } from './trust-records.ts';
import type { UpkeepRecords } from './upkeep-records.ts';
import type { VexRecords } from './vex-records.ts';

/** The rooms of the database, one interface each. */
export interface Records {
  readonly registry: RegistryRecords;
  readonly access: AccessRecords;
  readonly content: ContentRecords;
  readonly jobs: JobRecords;
  readonly events: EventRecords;
  readonly audit: AuditRecords;
  readonly notify: NotifyRecords;
  readonly trust: TrustRecords;
  readonly policy: PolicyRecords;
  readonly channels: ChannelRecords;
  readonly upkeep: UpkeepRecords;
  readonly vex: VexRecords;
}

/**
 * All metadata. `records` reads the last committed state; `change` runs its function in one serializable transaction
 * and resolves when that is durable. The function may run again after a conflict, so it only awaits database calls.
 */
export interface Database {
  readonly records: Records;
  change<T>(work: (records: Records) => Promise<T>): Promise<T>;
  /**
   * How many commits this process has made: as long as it stays, nothing has changed at all. Absent where other processes
   * write too.
   */
  readonly commits?: () => number;
  /**
   * Writes a copy of the last committed state to a new file while changes go on. Absent where the database has its own
   * tools for that.
   */
  readonly snapshot?: (path: string) => Promise<void>;
  /** Whether it answers now. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}
