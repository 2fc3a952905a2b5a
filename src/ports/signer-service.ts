import type { FileMeta } from '../trust/tuf/metadata.ts';
import type { TrustDialect } from './trust-records.ts';

/** The roles whose keys a server may hold; root and targets keys never are. */
export const onlineRoles = ['timestamp', 'snapshot'] as const;
export type OnlineRole = (typeof onlineRoles)[number];

export interface HeldKey {
  readonly gun: string;
  readonly role: OnlineRole;
  /** Hex SHA-256 of the SPKI. */
  readonly fingerprint: string;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly createdAt: number;
  readonly retiredAt?: number;
}

export interface SigningRequest {
  readonly gun: string;
  readonly dialect: TrustDialect;
  readonly role: OnlineRole;
  readonly fingerprint: string;
  /** Canonical JSON of the metadata's signed part. */
  readonly signed: Uint8Array;
}

export interface AdoptedKey {
  readonly gun: string;
  readonly role: OnlineRole;
  readonly pkcs8: Uint8Array;
  /** The highest version of Notary's form that was signed with it. */
  readonly lastVersion: number;
}

/** A key by the name that the metadata has for it, and the signing service's. */
export interface KeyToUse {
  readonly id: string;
  /** Hex SHA-256 of the SPKI. */
  readonly fingerprint: string;
}

/**
 * The online part of one dialect in one go: a snapshot to be signed, and the timestamp over what comes of it, which
 * nobody can write before. `over` without keys is what is said of a snapshot that is there already.
 */
export interface ChainOrder {
  readonly gun: string;
  readonly dialect: TrustDialect;
  readonly over:
    | {
        readonly keys: readonly KeyToUse[];
        /** Canonical JSON of the snapshot's signed part. */
        readonly signed: Uint8Array;
      }
    | Required<FileMeta>;
  readonly timestamp: {
    readonly keys: readonly KeyToUse[];
    readonly version: number;
    /** Milliseconds since 1970 UTC. */
    readonly expires: number;
  };
}

/** Raw r‖s signatures in the order of the keys; none of the snapshot where it was there already. */
export interface ChainSignatures {
  readonly snapshot: readonly Uint8Array[];
  readonly timestamp: readonly Uint8Array[];
}

export interface SignerHealth {
  readonly keys: number;
  /** Where private keys are: `sealed file` or the name of a PKCS#11 token. */
  readonly backend: string;
  readonly version: string;
}

/**
 * The signing service: create or adopt, list, sign (one file, or a snapshot with the timestamp over it), retire; and a pulse. It reads what it signs, and signs only timestamp and snapshot metadata of
 * the collection that a key was made for, with a version above the last and an expiry within its limits. Throws
 * `signer-unavailable` when it does not answer, `signer-refused` (detail `{role, dialect, lastVersion}` when the version is the
 * reason) when it will not sign, `key-unknown` for a key that it does not hold.
 */
export interface SignerService {
  create(gun: string, role: OnlineRole): Promise<HeldKey>;
  /**
   * Takes over a key that another service signed with until now: DER PKCS#8, P-256. It signs versions above `lastVersion`
   * only. Throws `unsupported` where keys cannot be brought in.
   */
  adopt(order: AdoptedKey): Promise<HeldKey>;
  list(gun?: string): Promise<HeldKey[]>;
  /** A raw r‖s signature (P-256, SHA-256). */
  sign(request: SigningRequest): Promise<Uint8Array>;
  /** All orders or none are answered; a snapshot that was signed for nothing leaves a gap in its versions. */
  signChain(orders: readonly ChainOrder[]): Promise<readonly ChainSignatures[]>;
  retire(fingerprint: string): Promise<void>;
  health(): Promise<SignerHealth>;
}

/** Where the signing service keeps its keys: sealed files or a hardware token. */
export interface SignerStore extends AsyncDisposable {
  readonly backend: string;
  create(gun: string, role: OnlineRole, at: number): Promise<HeldKey>;
  /** Absent where keys cannot be brought in. */
  adopt?(gun: string, role: OnlineRole, pkcs8: Uint8Array, at: number): Promise<HeldKey>;
  list(): readonly HeldKey[];
  get(fingerprint: string): HeldKey | undefined;
  sign(fingerprint: string, data: Uint8Array): Promise<Uint8Array>;
  retire(fingerprint: string, at: number): Promise<void>;
  /** The highest version that may have been signed with this key; 0 before the first. */
  lastVersion(fingerprint: string, dialect: TrustDialect): number;
  /** Durable before it resolves, so that no version is ever signed twice, also after a crash. */
  noteVersion(fingerprint: string, dialect: TrustDialect, version: number): Promise<void>;
}
