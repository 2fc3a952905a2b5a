import type { Action } from '../access/roles.ts';
import type { TagRule } from '../access/tag-rules.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryName, Tag } from '../oci/names.ts';
import type { StorageKey } from './blob-store.ts';

export type RepositoryId = string & { readonly __brand: 'RepositoryId' };
export type Visibility = 'private' | 'public';

/** A repository as one viewer may see it. Only Records make these, so holding one proves that it was looked up. */
export interface Repository {
  readonly id: RepositoryId;
  readonly name: RepositoryName;
  readonly visibility: Visibility;
  readonly description: string;
  readonly createdAt: number;
  readonly rights: ReadonlySet<Action>;
}

export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly storageKey: StorageKey;
}

export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly raw: Uint8Array;
}

/** What a manifest refers to, written once when it is stored; garbage, pulls and referrers all follow these. */
export interface ManifestReference {
  readonly target: Digest;
  readonly kind: 'config' | 'layer' | 'manifest' | 'subject';
  readonly position: number;
}

export interface NewManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly raw: Uint8Array;
  readonly kind: 'image' | 'index';
  readonly runnable: boolean;
  readonly artifactType: string | undefined;
  readonly subject: Digest | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly references: readonly ManifestReference[];
  /** Bytes of the manifest and of everything it lists. */
  readonly totalSize: number;
}

export interface TagRecord {
  readonly name: Tag;
  readonly digest: Digest;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface TagChange {
  readonly tag: Tag;
  readonly digest: Digest | undefined;
  readonly previous: Digest | undefined;
  readonly changedAt: number;
  readonly changedBy: string;
}

/** A tag as the console lists it. */
export interface TagListItem extends TagRecord {
  readonly mediaType: string;
  readonly kind: 'image' | 'index';
  readonly size: number;
  readonly moves: number;
}

export interface RepositoryListItem {
  readonly id: RepositoryId;
  readonly name: RepositoryName;
  readonly visibility: Visibility;
  readonly description: string;
  readonly tagCount: number;
  readonly updatedAt: number;
  /** What the newest tag names. */
  readonly newest: { readonly tag: Tag; readonly digest: Digest } | undefined;
}

export interface Referrer {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface UploadSession {
  readonly id: string;
  readonly repositoryId: RepositoryId;
  readonly principal: string;
  readonly storageKey: StorageKey;
  readonly algorithm: 'sha256' | 'sha512';
  readonly startedAt: number;
}

export interface PullCount {
  readonly digest: Digest;
  readonly tag: string;
  readonly day: string;
  readonly count: number;
}

export interface Page {
  /** The last name or id of the page before; none for the first page. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A blob that nothing needs any more. */
export interface CondemnedBlob {
  readonly digest: Digest;
  readonly storageKey: StorageKey;
  readonly size: number;
}

/** The registry room: repositories, manifests, tags, blobs, uploads. Methods that change run inside `Database.change`. */
export interface RegistryRecords {
  // repositories
  repository(viewer: Viewer, name: RepositoryName): Promise<Repository | undefined>;
  /** What a repository that had this name is called now; whether the viewer may know is for the caller to ask. */
  nameNow(former: RepositoryName): Promise<RepositoryName | undefined>;
  /** Gives another name; the one before is kept as a former name until `until`. */
  renameRepository(repository: Repository, name: RepositoryName, until: number): Promise<void>;
  /** Forgets former names whose time is over. */
  forgetFormerNames(before: number): Promise<void>;
  /** The name of a repository that the viewer may see. */
  repositoryNameById(viewer: Viewer, id: RepositoryId): Promise<RepositoryName | undefined>;
  repositoryNames(viewer: Viewer, page: Page): Promise<RepositoryName[]>;
  repositories(viewer: Viewer, page: Page & { search?: string | undefined }): Promise<RepositoryListItem[]>;
  countRepositories(viewer: Viewer, search?: string): Promise<number>;
  /** True when a push of the viewer would create a repository of this name, if there were none. */
  mayCreate(viewer: Viewer, name: RepositoryName): Promise<boolean>;
  tagRules(repository: Repository): Promise<TagRule[]>;
  addTagRule(repository: Repository, rule: TagRule): Promise<void>;
  removeTagRule(repository: Repository, id: string): Promise<boolean>;
  organisationExists(organisation: string): Promise<boolean>;
  createOrganisation(name: string, at: number): Promise<void>;
  createRepository(repository: {
    id: RepositoryId;
    name: RepositoryName;
    visibility: Visibility;
    description: string;
    createdAt: number;
  }): Promise<void>;
  updateRepository(
    repository: Repository,
    change: { visibility?: Visibility | undefined; description?: string | undefined },
  ): Promise<void>;
  deleteRepository(repository: Repository, at: number): Promise<void>;

  // blobs
  blob(repository: Repository, digest: Digest): Promise<StoredBlob | undefined>;
  /** A stored blob wherever it is linked, for mounting after the viewer's right was checked there. */
  linkedIn(
    viewer: Viewer,
    digest: Digest,
    limit: number,
  ): Promise<{ readonly blob: StoredBlob; readonly repository: RepositoryName }[]>;
  /** The stored blob of this digest, condemned or not, whatever links to it; only for the server's own work. */
  storedBlob(digest: Digest): Promise<StoredBlob | undefined>;
  /** Adds the blob, or revives the one that is there and returns it; the caller then drops its own bytes. */
  addBlob(blob: StoredBlob, at: number): Promise<StoredBlob>;
  linkBlob(repository: Repository, digest: Digest, at: number): Promise<void>;
  unlinkBlob(repository: Repository, digest: Digest, at: number): Promise<boolean>;
  /** True when a manifest of the repository lists the blob. */
  blobIsReferenced(repository: Repository, digest: Digest): Promise<boolean>;
  /** Keeps an unreferenced blob linked for a while longer; at most 24 h after it was last needed or pushed. */
  lease(repository: Repository, digest: Digest, now: number): Promise<void>;

  // uploads
  /** Adds the session; no error when it is there already. */
  startUpload(upload: UploadSession): Promise<void>;
  upload(repository: Repository, principal: string, id: string): Promise<UploadSession | undefined>;
  countUploads(principal: string): Promise<number>;
  endUpload(id: string): Promise<void>;
  uploadsStartedBefore(at: number, limit: number): Promise<UploadSession[]>;
  uploadKeys(): Promise<StorageKey[]>;

  // manifests and tags
  manifest(repository: Repository, reference: { tag: Tag } | { digest: Digest }): Promise<StoredManifest | undefined>;
  hasManifest(repository: Repository, digest: Digest): Promise<boolean>;
  /** Which of these digests are not linked as blobs in the repository. */
  missingBlobs(repository: Repository, digests: readonly Digest[]): Promise<Digest[]>;
  missingManifests(repository: Repository, digests: readonly Digest[]): Promise<Digest[]>;
  putManifest(repository: Repository, manifest: NewManifest, by: string, at: number): Promise<void>;
  /** Removes the manifest and its tags from the repository; returns the tags. */
  deleteManifest(repository: Repository, digest: Digest, by: string, at: number): Promise<Tag[] | undefined>;
  tag(repository: Repository, tag: Tag): Promise<TagRecord | undefined>;
  tagNames(repository: Repository, page: Page): Promise<Tag[]>;
  tags(repository: Repository, page: Page & { search?: string | undefined }): Promise<TagListItem[]>;
  tagsOf(repository: Repository, digest: Digest): Promise<Tag[]>;
  setTag(
    repository: Repository,
    tag: Tag,
    digest: Digest,
    by: string,
    at: number,
  ): Promise<{ previous: Digest | undefined }>;
  deleteTag(repository: Repository, tag: Tag, by: string, at: number): Promise<boolean>;
  tagHistory(repository: Repository, tag: Tag, page: Page): Promise<TagChange[]>;
  referrers(
    repository: Repository,
    subject: Digest,
    page: Page & { artifactType?: string | undefined },
  ): Promise<Referrer[]>;
  /** The index manifests of this repository that list the digest. */
  parents(repository: Repository, digest: Digest): Promise<Digest[]>;

  // pulls
  addPulls(repositoryId: RepositoryId, counts: readonly PullCount[]): Promise<void>;
  pulls(repository: Repository, digest: Digest): Promise<PullCount[]>;

  // removal of what nothing needs
  condemnUnreferenced(at: number, limit: number): Promise<number>;
  condemnedBefore(at: number, limit: number): Promise<CondemnedBlob[]>;
  /** Removes the row if the blob is still condemned, with what was read out of it; notes their files for removal. */
  forgetBlob(digest: Digest, storageKey: StorageKey, at: number): Promise<boolean>;
  /** Takes a blob whose bytes are lost or changed out of every repository, so that the next push stores it again. */
  dropDamagedBlob(digest: Digest, storageKey: StorageKey, at: number): Promise<boolean>;
  /** Files that no row needs any more, oldest first. */
  removals(limit: number): Promise<StorageKey[]>;
  noteRemovals(keys: readonly StorageKey[], at: number): Promise<void>;
  removed(keys: readonly StorageKey[]): Promise<void>;
  /** Which of these files no blob, upload, artefact or noted removal knows. */
  unknownKeys(keys: readonly StorageKey[]): Promise<StorageKey[]>;
  blobs(page: Page): Promise<StoredBlob[]>;
}
