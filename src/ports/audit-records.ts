import type { RequestOrigin } from '../access/viewer.ts';
import type { RepositoryId } from './registry-records.ts';

/** Who did what to what, from where, and what it was before and is now. */
export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly actorId: string | undefined;
  readonly origin: RequestOrigin | undefined;
  /** The event's noun, or `denied.<rule>`. */
  readonly action: string;
  readonly object: string;
  readonly organisation: string | undefined;
  readonly repositoryId: RepositoryId | undefined;
  readonly before: unknown;
  readonly after: unknown;
  /** More than 1 for refusals that were added up. */
  readonly occurrences: number;
}

export interface AuditRecords {
  append(entry: AuditEntry): Promise<void>;
}
