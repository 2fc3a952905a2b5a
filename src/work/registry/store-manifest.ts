import { nameOf, type Viewer } from '../../access/viewer.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Manifest } from '../../oci/manifest.ts';
import { isNonDistributable } from '../../oci/media-types.ts';
import type { Tag } from '../../oci/names.ts';
import type { Records } from '../../ports/database.ts';
import type { ManifestReference, Repository } from '../../ports/registry-records.ts';
import { askAutomatically } from '../channels/automatic.ts';
import { ANALYSE_IMAGE, analysisJob } from '../content/jobs.ts';
import { appendEvent } from '../events.ts';
import { requireTagChange } from './tag-rules.ts';

/** Stores a manifest whose content is there and sets its tags, with its events and the job that analyses the image. */
export async function storeManifest(
  records: Records,
  repository: Repository,
  manifest: Manifest,
  tags: readonly Tag[],
  viewer: Viewer,
  now: number,
): Promise<void> {
  const { digest } = manifest;
  await records.registry.putManifest(repository, toRecord(manifest), nameOf(viewer), now);
  await appendEvent(records, now, 'manifest.pushed', viewer, repository, `${repository.name}@${digest}`, {
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
  await askAutomatically(records, repository, tag, digest, now);
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
