import type { Seal, SealedEntry } from '../access/audit-chain.ts';
import type { RequestOrigin, Viewer } from '../access/viewer.ts';
import type { RepositoryId } from './registry-records.ts';

/** Who did what to what, from where, and what it was before and is now. */
export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly actorId: string | undefined;
  readonly origin: RequestOrigin | undefined;
  /** The event's noun, or `denied.<error code>`. */
  readonly action: string;
  readonly object: string;
  readonly organisation: string | undefined;
  readonly repositoryId: RepositoryId | undefined;
  readonly before: unknown;
  readonly after: unknown;
  /** More than 1 for refusals that were added up. */
  readonly occurrences: number;
}

/** An entry as it stands, before it has its place in the chain. */
export type UnsealedEntry = Omit<SealedEntry, 'seq' | 'hash'>;

export interface AuditFilter {
  readonly actor?: string | undefined;
  /** Beginning of the action: `denied` finds every refusal. */
  readonly action?: string | undefined;
  /** Part of the object's name. */
  readonly object?: string | undefined;
  readonly organisation?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface AuditRecords {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first, those that the viewer holds `audit` for; `after` is the id of the last of the page before. */
  list(
    viewer: Viewer,
    filter: AuditFilter,
    page: { after?: string | undefined; limit: number },
  ): Promise<(UnsealedEntry & { readonly seq?: number })[]>;

  unsealed(limit: number): Promise<UnsealedEntry[]>;
  head(): Promise<{ seq: number; hash: string } | undefined>;
  seal(
    entries: readonly { readonly id: string; readonly seq: number; readonly hash: string }[],
    seal: Seal,
  ): Promise<void>;
  /** Sealed entries from a place in the chain on. */
  chain(from: number, limit: number): Promise<SealedEntry[]>;
  seals(): Promise<Seal[]>;
  /** The newest seal all of whose entries are older than that. */
  sealBefore(at: number): Promise<Seal | undefined>;
  /** Removes the entries up to a seal, and the seals before it. */
  prune(upTo: number): Promise<number>;
}
