import type { Viewer } from '../../access/viewer.ts';
import { isAssayError } from '../../lib/error.ts';
import { algorithmOf, type Digest, digestOf, hexOf, isDigest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { RepositoryName, Tag } from '../../oci/names.ts';
import type { Database } from '../../ports/database.ts';
import type { Referrer, Repository, StoredManifest } from '../../ports/registry-records.ts';
import { requireRepository } from './repositories.ts';

/** Tags by which signing tools attached things before the referrers list: `sha256-<hex>.sig` and the like. */
const LEGACY = ['sig', 'att', 'sbom'] as const;
const PAGE = 500;

/**
 * What refers to a digest: manifests that name it as their subject, whichever way they came, then what hangs on it by a
 * legacy tag. One more than the page may be given, so that the caller knows whether there is a next one.
 */
export async function listReferrers(
  database: Database,
  viewer: Viewer,
  name: RepositoryName,
  subject: Digest,
  query: { artifactType: string | undefined; after: string | undefined; limit: number },
): Promise<Referrer[]> {
  const repository = await repositoryOrNone(database, viewer, name);
  if (!repository) return [];
  const found = await database.records.registry.referrers(repository, subject, { ...query, limit: query.limit + 1 });
  if (query.after !== undefined) return found;
  const legacy = await legacyReferrers(database, repository, subject);
  const known = new Set(found.map((each) => each.digest));
  return [
    ...legacy.filter(
      (each) => !known.has(each.digest) && (query.artifactType ?? each.artifactType) === each.artifactType,
    ),
    ...found,
  ];
}

/** A repository that the viewer could create by a push is an empty one here: the specification knows no 404 for it. */
async function repositoryOrNone(
  database: Database,
  viewer: Viewer,
  name: RepositoryName,
): Promise<Repository | undefined> {
  try {
    return await requireRepository(database.records, viewer, name, 'pull');
  } catch (error) {
    if (isAssayError(error, 'name-unknown') && (await database.records.registry.mayCreate(viewer, name)))
      return undefined;
    throw error;
  }
}

async function legacyReferrers({ records }: Database, repository: Repository, subject: Digest): Promise<Referrer[]> {
  const found: Referrer[] = [];
  for (const kind of LEGACY) {
    const tag = `${algorithmOf(subject)}-${hexOf(subject)}.${kind}`.slice(0, 128) as Tag;
    const manifest = await records.registry.manifest(repository, { tag });
    if (!manifest) continue;
    found.push({
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.raw.length,
      artifactType: `application/vnd.dev.cosign.artifact.${kind}.v1+json`,
      annotations: {},
    });
  }
  return found;
}

/** The digest that a fallback tag of the referrers schema stands for (distribution specification 1.1, "Referrers tag schema"). */
export function subjectOfFallbackTag(tag: string): Digest | undefined {
  const match = /^(sha256)-([0-9a-f]{64})$/.exec(tag);
  const digest = match && `${match[1]}:${match[2]}`;
  return digest && isDigest(digest) ? digest : undefined;
}

/** The image index that a client without the referrers list looks for under the fallback tag; none when nothing refers. */
export async function fallbackIndex(
  database: Database,
  repository: Repository,
  tag: string,
): Promise<StoredManifest | undefined> {
  const subject = subjectOfFallbackTag(tag);
  if (!subject) return undefined;
  const found = await database.records.registry.referrers(repository, subject, { limit: PAGE });
  if (found.length === 0) return undefined;
  const raw = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: found.map(toDescriptor) }),
  );
  return { digest: digestOf(raw), mediaType: mediaTypes.ociIndex, raw };
}

/** A referrer as the lists show it. */
export function toDescriptor(referrer: Referrer): Record<string, unknown> {
  return {
    mediaType: referrer.mediaType,
    digest: referrer.digest,
    size: referrer.size,
    ...(referrer.artifactType !== undefined && { artifactType: referrer.artifactType }),
    ...(Object.keys(referrer.annotations).length > 0 && { annotations: referrer.annotations }),
  };
}
