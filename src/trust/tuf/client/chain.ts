import type { PublicKey } from '../../keys/public-key.ts';
import type { RoleKeys, RoleName, Root, SignedFile, Snapshot, Targets, Timestamp } from '../metadata.ts';
import type { Dialect } from './dialect.ts';

/** What one update works with: the dialect, the one "now", and the delegation files it has read so far. */
export interface Update {
  readonly dialect: Dialect;
  /** Milliseconds since 1970 UTC, fixed for the whole update (TUF specification 1.0.34 section 5.1). */
  readonly now: number;
  /** Files of targets roles that were read already; each use verifies them anew against the delegator in use. */
  readonly read: Map<RoleName, SignedFile<Targets>>;
}

/** The four top-level files after every check; what a search starts from. */
export interface Chain extends Update {
  readonly root: SignedFile<Root>;
  readonly timestamp: SignedFile<Timestamp>;
  readonly snapshot: SignedFile<Snapshot>;
  readonly targets: SignedFile<Targets>;
}

/** Who says which keys sign for a role. */
export interface Delegator {
  /** The role that delegates, for messages. */
  readonly name: RoleName;
  readonly keys: ReadonlyMap<string, PublicKey>;
  readonly role: RoleKeys;
}

export function rootAsDelegator(root: Root, role: 'timestamp' | 'snapshot' | 'targets' | 'root'): Delegator {
  return { name: 'root', keys: root.keys, role: root.roles[role] };
}
