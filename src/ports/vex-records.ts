import type { VexStatus } from '../content/vex/statement.ts';
import type { Digest } from '../oci/digest.ts';
import type { Repository, RepositoryId } from './registry-records.ts';

/** A statement about a vulnerability of one image in one repository. It is withdrawn, never changed. */
export interface StoredStatement {
  readonly id: string;
  readonly digest: Digest;
  /** The vulnerability by all names that are known of it, the one it was stated under first. */
  readonly ids: readonly string[];
  readonly status: VexStatus;
  readonly justification?: string | undefined;
  /** Impact, action or notes in words. */
  readonly detail?: string | undefined;
  /** Package URLs without qualifiers; empty: the whole image. */
  readonly packages: readonly string[];
  /** Whose word it is, as the document says, or the account. */
  readonly author: string;
  /** When it was made, by its document or by the clock of the server; the newest counts. Milliseconds UTC. */
  readonly statedAt: number;
  /** The account that took it in. */
  readonly recordedBy: string;
  readonly recordedAt: number;
  readonly withdrawn?: { readonly by: string; readonly at: number };
}

/** Statements about images (VEX). They are of a repository: the same image elsewhere is not spoken of. */
export interface VexRecords {
  add(repository: Pick<Repository, 'id'>, statements: readonly StoredStatement[]): Promise<void>;
  /** All of an image, withdrawn ones too, newest first. */
  statements(repository: Pick<Repository, 'id'>, digest: Digest): Promise<StoredStatement[]>;
  /** Those in force of these images. */
  inForce(repository: { readonly id: RepositoryId }, digests: readonly Digest[]): Promise<StoredStatement[]>;
  /** Those of these repositories in which statements are in force. */
  spokenIn(repositories: readonly RepositoryId[]): Promise<ReadonlySet<RepositoryId>>;
  /** False where no such statement of the image is in force. */
  withdraw(repository: Pick<Repository, 'id'>, digest: Digest, id: string, by: string, at: number): Promise<boolean>;
  /** The manifest that publishes the statements of an image beside it. */
  published(repository: Pick<Repository, 'id'>, digest: Digest): Promise<Digest | undefined>;
  setPublished(repository: Pick<Repository, 'id'>, digest: Digest, manifest: Digest | undefined): Promise<void>;
}
