/** The trusted metadata of one repository as the last update left it; each change is durable and whole. */
export interface TrustedFiles {
  /** The file of a role, or none. */
  load(role: string): Promise<Uint8Array | undefined>;
  keep(role: string, raw: Uint8Array): Promise<void>;
  forget(role: string): Promise<void>;
}

/**
 * Reads a metadata file of a repository by its name; undefined when the server has none of that name. Throws
 * `trust-endless-data` as soon as there are more bytes than allowed, `network-failed` and `remote-refused`; ends in any
 * way when the signal is given.
 */
export type FetchMetadata = (name: string, maxBytes: number, signal?: AbortSignal) => Promise<Uint8Array | undefined>;
