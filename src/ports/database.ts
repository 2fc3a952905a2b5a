import type { AccessRecords } from './access-records.ts';
import type { ContentRecords } from './content-records.ts';
import type { EventRecords } from './events-records.ts';
import type { JobRecords } from './queue.ts';
import type { RegistryRecords } from './registry-records.ts';

/** The rooms of the database, one interface each. */
export interface Records {
  readonly registry: RegistryRecords;
  readonly access: AccessRecords;
  readonly content: ContentRecords;
  readonly jobs: JobRecords;
  readonly events: EventRecords;
}

/**
 * All metadata. `records` reads the last committed state; `change` runs its function in one serializable transaction
 * and resolves when that is durable. The function may run again after a conflict, so it only awaits database calls.
 */
export interface Database {
  readonly records: Records;
  change<T>(work: (records: Records) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
