import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { algorithmOf, type Digest, digestOf } from '../../oci/digest.ts';
import { type Manifest, parseManifest, requiredBlobs } from '../../oci/manifest.ts';
import type { RepositoryName, Tag } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { repositoryForImages, requireDirectTag, requireImagePush } from '../channels/direct-push.ts';
import type { PushGate } from '../policy/push-gate.ts';
import type { PullGate } from '../policy/pull-gate.ts';
import { fallbackIndex } from './referrers.ts';
import { requirePush, requireRepository } from './repositories.ts';
import { storeManifest } from './store-manifest.ts';
import { requireTagChange } from './tag-rules.ts';

/** Most tags that one push by digest may set. */
export const MAX_TAGS_PER_PUSH = 50;

export interface PushedManifest {
  readonly digest: Digest;
  readonly subject: Digest | undefined;
  readonly tags: readonly Tag[];
}

export type ManifestReferenceText = { readonly tag: Tag } | { readonly digest: Digest };

/** Storing, reading and deleting manifests and the tags that name them. */
export class Manifests {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #wakeJobs: () => void;
  readonly #sparseImages: boolean;
  readonly #gate: PullGate | undefined;
  readonly #pushGate: PushGate | undefined;

  constructor(
    database: Database,
    clock: Clock,
    wakeJobs: () => void,
    options: { sparseImages: boolean } = { sparseImages: false },
    gates: { readonly pull?: PullGate; readonly push?: PushGate } = {},
  ) {
    this.#gate = gates.pull;
    this.#pushGate = gates.push;
    this.#sparseImages = options.sparseImages;
    this.#database = database;
    this.#clock = clock;
    this.#wakeJobs = wakeJobs;
  }

  async get(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
  ): Promise<{ repository: Repository; manifest: StoredManifest }> {
    const repository = await requireRepository(this.#database.records, viewer, name, 'pull');
    const manifest =
      (await this.#database.records.registry.manifest(repository, reference)) ??
      ('tag' in reference ? await fallbackIndex(this.#database, repository, reference.tag) : undefined);
    if (!manifest)
      throw new AssayError(
        'manifest-unknown',
        `${'tag' in reference ? `no tag ${reference.tag}` : `no manifest ${reference.digest}`} in ${name}`,
      );
    return { repository, manifest };
  }

  /** As `get`, for a client that is going to run it: what a policy holds back does not go out, neither head nor bytes. */
  async pull(
    viewer: Viewer,
    name: RepositoryName,
    reference: ManifestReferenceText,
    head: boolean,
  ): Promise<{ repository: Repository; manifest: StoredManifest }> {
    const found = await this.get(viewer, name, reference);
    const tag = 'tag' in reference ? reference.tag : undefined;
    await this.#gate?.manifest(viewer, found.repository, found.manifest, tag, head);
    return found;
  }

  /** Asked before the body of a push is read. */
  async requirePush(viewer: Viewer, name: RepositoryName): Promise<void> {
    await requirePush(this.#database.records, viewer, name);
    await requireImagePush(this.#database.records, viewer, name);
  }

  /** Stores the bytes as they are and sets the tags, in one transaction with the job that analyses the image. */
  async put(
    viewer: Viewer,
    name: RepositoryName,
    pushed: {
      reference: ManifestReferenceText;
      tags: readonly Tag[];
      contentType: string | undefined;
      raw: Uint8Array;
    },
  ): Promise<PushedManifest> {
    const wanted = 'digest' in pushed.reference ? pushed.reference.digest : undefined;
    const digest = digestOf(pushed.raw, wanted ? algorithmOf(wanted) : 'sha256');
    const manifest = parseManifest(pushed.raw, pushed.contentType, digest);
    if (wanted && digest !== wanted)
      throw new AssayError('digest-mismatch', `the manifest has the digest ${digest}, not ${wanted}`);
    const tags = [...new Set('tag' in pushed.reference ? [pushed.reference.tag, ...pushed.tags] : pushed.tags)];
    if (tags.length > MAX_TAGS_PER_PUSH)
      throw new AssayError('uri-too-long', `at most ${MAX_TAGS_PER_PUSH} tags in one push`);
    const repository = await repositoryForImages(this.#database, this.#clock, viewer, name);
    const { mediaType, raw } = manifest;
    await this.#pushGate?.manifest(viewer, repository, { digest, mediaType, raw }, tags);
    await this.#database.change(async (records) => {
      const now = this.#clock.now();
      if (!this.#sparseImages) await checkReferences(records, repository, manifest);
      for (const tag of tags) await requireDirectTag(records, name, tag);
      await storeManifest(records, repository, manifest, tags, viewer, now);
    });
    this.#wakeJobs();
    return { digest, subject: manifest.subject?.digest, tags };
  }

  /** By digest the manifest with its tags goes; by tag only the tag. */
  async delete(viewer: Viewer, name: RepositoryName, reference: ManifestReferenceText): Promise<void> {
    await this.#database.change(async (records) => {
      const repository = await requireRepository(records, viewer, name, 'delete');
      const now = this.#clock.now();
      const by = nameOf(viewer);
      if ('tag' in reference) {
        const tag = await records.registry.tag(repository, reference.tag);
        const rules = await records.registry.tagRules(repository);
        if (tag) await requireTagChange(records, repository, rules, tag.name, undefined);
        if (!tag || !(await records.registry.deleteTag(repository, reference.tag, by, now)))
          throw new AssayError('manifest-unknown', `no tag ${reference.tag} in ${name}`);
        await appendEvent(records, now, 'tag.deleted', viewer, repository, `${name}:${reference.tag}`, {
          digest: tag.digest,
        });
        return;
      }
      const rules = await records.registry.tagRules(repository);
      for (const tag of rules.length > 0 ? await records.registry.tagsOf(repository, reference.digest) : [])
        await requireTagChange(records, repository, rules, tag, undefined);
      const tags = await records.registry.deleteManifest(repository, reference.digest, by, now);
      if (!tags) throw new AssayError('manifest-unknown', `no manifest ${reference.digest} in ${name}`);
      await appendEvent(records, now, 'manifest.deleted', viewer, repository, `${name}@${reference.digest}`, { tags });
    });
  }
}

/** Blobs must be in the repository; children of an index may come later (sparse indexes), subjects too. */
async function checkReferences(records: Records, repository: Repository, manifest: Manifest): Promise<void> {
  const required = requiredBlobs(manifest);
  const missing = await records.registry.missingBlobs(
    repository,
    required.map((each) => each.digest),
  );
  if (missing.length > 0)
    throw new AssayError(
      'manifest-blob-unknown',
      `${missing.length} of the blobs that the manifest lists are not in ${repository.name}: ${missing[0]}`,
      {
        detail: missing.map((digest) => ({ digest })),
      },
    );
}
