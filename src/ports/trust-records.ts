import type { Viewer } from '../access/viewer.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryName, Tag } from '../oci/names.ts';
import type { Repository, RepositoryId } from './registry-records.ts';

/** The two metadata forms of one collection; they sign different bytes and are published side by side. */
export const trustDialects = ['notary', 'tuf-1.0'] as const;
export type TrustDialect = (typeof trustDialects)[number];

/** A collection of signed names, stored under its exact GUN and authorised under its repository. */
export interface Collection {
  readonly gun: string;
  readonly repositoryId: RepositoryId;
  readonly createdAt: number;
}

/** What is known of a stored metadata file without its bytes. */
export interface TrustFileSummary {
  readonly dialect: TrustDialect;
  readonly role: string;
  readonly version: number;
  /** Hex. */
  readonly sha256: string;
  readonly length: number;
  readonly expires: number;
  readonly storedAt: number;
  /** Who published it; `assay` for what the server signed by itself. */
  readonly storedBy: string;
}

export interface TrustFile extends TrustFileSummary {
  readonly raw: Uint8Array;
}

/** A timestamp or snapshot key that the signing service holds for a collection; the public half only. */
export interface ServerKey {
  readonly gun: string;
  readonly role: 'timestamp' | 'snapshot';
  /** Hex SHA-256 of the SPKI. */
  readonly fingerprint: string;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly createdAt: number;
}

/** One entry of the changefeed: a new timestamp, or the end of a collection. */
export interface TrustChange {
  readonly id: number;
  readonly at: number;
  readonly gun: string;
  readonly version: number;
  /** Hex SHA-256 of the timestamp; empty for a deletion. */
  readonly sha256: string;
  readonly category: 'update' | 'deletion';
}

export interface ChangePage {
  readonly gun?: string;
  /** Exclusive. */
  readonly after?: number;
  /** Exclusive; the newest before it are taken. */
  readonly before?: number;
  readonly limit: number;
}

/** A collection whose online metadata the server should renew soon. */
export interface DueCollection {
  readonly gun: string;
  readonly repositoryName: RepositoryName;
  readonly dialect: TrustDialect;
}

/** A collection whose owners have to sign again before long. */
export interface ExpiringCollection {
  readonly gun: string;
  readonly repository: Repository;
  readonly goodUntil: number;
}

/** What a collection signs under a tag now, and since when it has been this manifest. */
export interface SignedTagRecord {
  readonly tag: string;
  readonly digest: Digest;
  readonly since: number;
}

/** A signed tag as lists mark it. */
export interface TrustMark {
  readonly repositoryId: RepositoryId;
  readonly gun: string;
  readonly tag: string;
  readonly digest: Digest;
  /** When a publish first carried this tag with this digest. */
  readonly since: number;
  /** What the registry gives out under the tag; absent when it has no such tag. */
  readonly registry: Digest | undefined;
  /** The earliest expiry of what the owners signed. */
  readonly goodUntil: number;
}

/** How a collection's signed tags changed with a publish. */
export interface SignedTagsChange {
  readonly set: readonly SignedTagRecord[];
  readonly drop: readonly string[];
  /** How many tags are signed after it. */
  readonly tags: number;
  readonly goodUntil: number;
  readonly at: number;
}

/** A tag that the registry gives out as another manifest than was signed. */
export interface DifferingTag {
  readonly tag: Tag;
  readonly signed: Digest;
  readonly registry: Digest;
}

export interface TrustRecords {
  collection(repository: Repository, gun: string): Promise<Collection | undefined>;
  collections(repository: Repository): Promise<Collection[]>;
  createCollection(repository: Repository, gun: string, at: number): Promise<void>;
  /** Removes the collection with every file; false when there was none. */
  deleteCollection(repository: Repository, gun: string): Promise<boolean>;

  /** The newest version of a role. */
  currentFile(repository: Repository, gun: string, dialect: TrustDialect, role: string): Promise<TrustFile | undefined>;
  /** The same without its bytes. */
  currentSummary(
    repository: Repository,
    gun: string,
    dialect: TrustDialect,
    role: string,
  ): Promise<TrustFileSummary | undefined>;
  fileByVersion(
    repository: Repository,
    gun: string,
    dialect: TrustDialect,
    role: string,
    version: number,
  ): Promise<TrustFile | undefined>;
  fileByHash(repository: Repository, gun: string, role: string, sha256: string): Promise<TrustFile | undefined>;
  /** Every version of a role, oldest first. */
  versions(repository: Repository, gun: string, dialect: TrustDialect, role: string): Promise<TrustFileSummary[]>;
  addFile(repository: Repository, gun: string, file: TrustFile): Promise<void>;

  addServerKey(key: ServerKey): Promise<void>;
  serverKeys(gun: string): Promise<ServerKey[]>;

  /** Appends to the changefeed; ids count up from 1 in commit order. */
  addChange(change: Omit<TrustChange, 'id'>): Promise<void>;
  /** Oldest first. The caller answers for who may see them. */
  changes(page: ChangePage): Promise<TrustChange[]>;

  /** Collections whose newest timestamp or snapshot expires before `instant`, for the server's own renewal. */
  dueForRenewal(
    instant: { readonly timestamp: number; readonly snapshot: number },
    limit: number,
  ): Promise<DueCollection[]>;

  /** Every signed tag of a collection. */
  signedTags(repository: Repository, gun: string): Promise<SignedTagRecord[]>;
  changeSignedTags(repository: Repository, gun: string, change: SignedTagsChange): Promise<void>;
  /** What the collections of a repository sign under these tags. */
  marks(repository: Repository, tags: readonly string[]): Promise<TrustMark[]>;
  /** The same over repositories that the viewer may pull from, for the tags given with each. */
  marksOf(viewer: Viewer, wanted: readonly { id: RepositoryId; tag: string }[]): Promise<TrustMark[]>;
  /** Tags of a collection that the registry gives out as something else, by name. */
  differing(repository: Repository, gun: string, limit: number): Promise<{ items: DifferingTag[]; total: number }>;
  /** Collections whose owners' signatures end before `instant` and whose end nobody was told of, for the server's own work. */
  expiring(instant: number, limit: number): Promise<ExpiringCollection[]>;
  /** The end that was told of. */
  noteTold(gun: string, goodUntil: number): Promise<void>;
  /** Collections whose signed tags were never noted. */
  unnoted(limit: number): Promise<{ gun: string; repositoryName: RepositoryName }[]>;
}
