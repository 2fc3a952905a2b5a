import type { PublicKey } from '../keys/public-key.ts';

/** The four roles every repository has (TUF specification 1.0.34 section 3). */
export const topLevelRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const;
export type TopLevelRole = (typeof topLevelRoles)[number];

/** A top-level role or the name of a delegated one. */
export type RoleName = string;

/** Who may sign for a role, and how many of them must. */
export interface RoleKeys {
  readonly keyIds: readonly string[];
  readonly threshold: number;
}

/** What one file says about another: TUF 1.x names versions, Notary v1 hashes and lengths. Hashes are lower-case hex. */
export interface FileMeta {
  readonly version?: number;
  readonly length?: number;
  readonly hashes?: Readonly<Record<string, string>>;
}

interface Common {
  readonly version: number;
  /** Milliseconds since 1970 UTC. */
  readonly expires: number;
}

export interface Root extends Common {
  readonly type: 'root';
  readonly consistentSnapshot: boolean;
  readonly keys: ReadonlyMap<string, PublicKey>;
  readonly roles: Readonly<Record<TopLevelRole, RoleKeys>>;
}

export interface Timestamp extends Common {
  readonly type: 'timestamp';
  readonly snapshot: FileMeta;
}

export interface Snapshot extends Common {
  readonly type: 'snapshot';
  /** By role name, without `.json`. */
  readonly meta: ReadonlyMap<RoleName, FileMeta>;
}

export interface TargetFile {
  readonly length: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly custom?: unknown;
}

/** A delegation with its own name. `matches` holds what it is trusted for. */
export interface DelegatedRole extends RoleKeys {
  readonly name: RoleName;
  readonly terminating: boolean;
  readonly matches:
    | { readonly kind: 'patterns'; readonly patterns: readonly string[] }
    | { readonly kind: 'prefixes'; readonly prefixes: readonly string[] }
    | { readonly kind: 'hash-prefixes'; readonly prefixes: readonly string[] };
}

/** Hash bins that share keys and threshold (TAP 15): 2^bitLength roles named `<namePrefix>-<hex number>`. */
export interface SuccinctRoles extends RoleKeys {
  readonly bitLength: number;
  readonly namePrefix: string;
}

export interface Delegations {
  readonly keys: ReadonlyMap<string, PublicKey>;
  readonly roles: readonly DelegatedRole[];
  readonly succinct?: SuccinctRoles;
}

export interface Targets extends Common {
  readonly type: 'targets';
  readonly targets: ReadonlyMap<string, TargetFile>;
  readonly delegations: Delegations | undefined;
}

export type Metadata = Root | Timestamp | Snapshot | Targets;
export type MetadataOf<T extends Metadata['type']> = Extract<Metadata, { type: T }>;

export interface Signature {
  readonly keyId: string;
  /** Notary v1 names the method; in TUF 1.x the key's scheme tells. */
  readonly method?: string;
  readonly bytes: Uint8Array;
}

/** A metadata file: the bytes as they came, what they say, and what the signatures cover. */
export interface SignedFile<T extends Metadata = Metadata> {
  readonly raw: Uint8Array;
  readonly signed: T;
  /** Canonical JSON of `signed`. */
  readonly signedBytes: Uint8Array;
  readonly signatures: readonly Signature[];
}
