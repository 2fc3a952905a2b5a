import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { algorithmOf, type Digest, digestOf } from '../../oci/digest.ts';
import { type Manifest, parseManifest, requiredBlobs } from '../../oci/manifest.ts';
import { isNonDistributable } from '../../oci/media-types.ts';
import type { RepositoryName, Tag } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { ManifestReference, Repository, StoredManifest } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { ANALYSE_IMAGE, analysisJob } from '../content/jobs.ts';
import type { PushGate } from '../policy/push-gate.ts';
import type { PullGate } from '../policy/pull-gate.ts';
import { fallbackIndex } from './referrers.ts';
import { repositoryForPush, requirePush, requireRepository } from './repositories.ts';
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
  requirePush(viewer: Viewer, name: RepositoryName): Promise<void> {
    return requirePush(this.#database.records, viewer, name);
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
    const repository = await repositoryForPush(this.#database, this.#clock, viewer, name);
    const { mediaType, raw } = manifest;
    await this.#pushGate?.manifest(viewer, repository, { digest, mediaType, raw }, tags);
    await this.#database.change(async (records) => {
      const now = this.#clock.now();
      if (!this.#sparseImages) await checkReferences(records, repository, manifest);
      await records.registry.putManifest(repository, toRecord(manifest), nameOf(viewer), now);
      await appendEvent(records, now, 'manifest.pushed', viewer, repository, `${name}@${digest}`, {
        mediaType: manifest.mediaType,
        tags,
      });
      const rules = tags.length > 0 ? await records.registry.tagRules(repository) : [];
      for (const tag of tags) await requireTagChange(records, repository, rules, tag, digest);
      for (const tag of tags) await moveTag(records, repository, tag, digest, viewer, now);
      if (manifest.kind === 'image' && manifest.runnable)
        await records.jobs.enqueue({
          id: uuidv7(now),
          kind: ANALYSE_IMAGE,
          dedupeKey: digest,
          payload: analysisJob(digest),
          priority: 10,
          runAt: now,
        });
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

async function moveTag(
  records: Records,
  repository: Repository,
  tag: Tag,
  digest: Digest,
  viewer: Viewer,
  now: number,
): Promise<void> {
  const { previous } = await records.registry.setTag(repository, tag, digest, nameOf(viewer), now);
  if (previous === digest) return;
  await appendEvent(records, now, 'tag.moved', viewer, repository, `${repository.name}:${tag}`, {
    digest,
    ...(previous && { previous }),
  });
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

function toRecord(manifest: Manifest) {
  const references: ManifestReference[] = [];
  let totalSize = manifest.raw.length;
  if (manifest.kind === 'image') {
    references.push({ target: manifest.config.digest, kind: 'config', position: 0 });
    manifest.layers.forEach((layer, position) => {
      if (!isNonDistributable(layer.mediaType)) references.push({ target: layer.digest, kind: 'layer', position });
    });
    totalSize += [manifest.config, ...manifest.layers].reduce((sum, each) => sum + each.size, 0);
  } else {
    manifest.manifests.forEach((child, position) =>
      references.push({ target: child.digest, kind: 'manifest', position }),
    );
    totalSize += manifest.manifests.reduce((sum, each) => sum + each.size, 0);
  }
  if (manifest.subject) references.push({ target: manifest.subject.digest, kind: 'subject', position: 0 });
  return {
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    raw: manifest.raw,
    kind: manifest.kind,
    runnable: manifest.kind === 'image' && manifest.runnable,
    artifactType: manifest.artifactType,
    subject: manifest.subject?.digest,
    annotations: manifest.annotations,
    references,
    totalSize: Math.min(totalSize, Number.MAX_SAFE_INTEGER),
  };
}
