import type { Viewer } from '../access/viewer.ts';
import type { RepositoryId } from './registry-records.ts';

/** Something that happened, written in the transaction that made it happen (CloudEvents 1.0 when it leaves). */
export interface EventRecord {
  readonly id: string;
  /** `dev.assay.<noun>.<past-verb>.v1` */
  readonly type: string;
  readonly actor: string;
  /** Repository the event belongs to; events without one are for administrators. */
  readonly repositoryId: RepositoryId | undefined;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: number;
}

export interface EventRecords {
  append(event: EventRecord): Promise<void>;
  appendAll(events: readonly EventRecord[]): Promise<void>;
  /** Newest first; `after` is the id of the last event of the page before, `since` the earliest time, milliseconds. */
  list(
    viewer: Viewer,
    page: {
      after?: string | undefined;
      limit: number;
      type?: string;
      since?: number;
      repositoryId?: RepositoryId;
      /** Of its repositories. */
      organisation?: string;
    },
  ): Promise<EventRecord[]>;
}
