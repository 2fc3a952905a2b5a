import type { OnlineRole } from './signer-service.ts';
import type { FetchMetadata } from './trusted-files.ts';
import type { TrustDialect } from './trust-records.ts';

/** Files to publish, by dialect and role. */
export type TrustUpdate = readonly {
  readonly dialect: TrustDialect;
  readonly role: string;
  readonly raw: Uint8Array;
}[];

/**
 * A trust server as its clients see it, for one collection. Throws `trust-update-invalid` with the server's words,
 * `trust-version` when somebody else published meanwhile, `unauthorized`, `network-failed`, `remote-refused`.
 */
export interface TrustServer {
  readonly gun: string;
  /** Host and port, for messages. */
  readonly host: string;
  readonly metadata: Readonly<Record<TrustDialect, FetchMetadata>>;
  /** Whether it keeps a TUF 1.x repository beside Notary's. */
  offersTuf1(): Promise<boolean>;
  publish(update: TrustUpdate): Promise<void>;
  /** Hands over a whole collection of another server; of servers of ours. Parts `<version>.root` and roles. */
  importCollection(parts: readonly { readonly name: string; readonly raw: Uint8Array }[]): Promise<void>;
  /** The key in force, or a new one for a collection that has none yet, as the JSON of Notary v1. */
  serverKey(role: OnlineRole): Promise<Uint8Array>;
  /** A new key, in force with the next root that names it; as the JSON of Notary v1. */
  rotateServerKey(role: OnlineRole): Promise<Uint8Array>;
  deleteAll(): Promise<void>;
}
