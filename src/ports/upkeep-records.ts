import type { Digest } from '../oci/digest.ts';
import type { StorageKey } from './blob-store.ts';
import type { Page, StoredManifest } from './registry-records.ts';

/** A file with what was read out of a layer. */
export interface StoredArtefact {
  readonly layer: Digest;
  readonly storageKey: StorageKey;
}

/** Rows that contradict each other. `repair` sets right those that need no bytes from elsewhere. */
export interface BrokenReference {
  readonly code:
    | 'tag-without-manifest'
    | 'manifest-without-content'
    | 'manifest-without-blob'
    | 'link-without-blob'
    | 'needed-blob-expires'
    | 'content-without-manifest'
    | 'blob-without-link'
    | 'repository-gone';
  readonly subject: string;
}

/** Reading everything there is, for fsck and backup; the server's own work, never shown to a viewer of repositories. */
export interface UpkeepRecords {
  manifests(page: Page): Promise<StoredManifest[]>;
  artefacts(page: Page): Promise<StoredArtefact[]>;
  /** Forgets an artefact that cannot be read; the layer is then read again when it is next needed. */
  dropArtefact(storageKey: StorageKey, at: number): Promise<void>;
  brokenReferences(limit: number): Promise<BrokenReference[]>;
  /** Takes away what `brokenReferences` found and nothing needs; what is damaged stays to be pushed again. */
  repairReferences(at: number): Promise<void>;
  counts(): Promise<{ blobs: number; bytes: number; manifests: number; artefacts: number; tags: number }>;
}
