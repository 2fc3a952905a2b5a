import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { Tag } from '../../../oci/names.ts';
import type { Referrer, RegistryRecords } from '../../../ports/registry-records.ts';
import { chunks } from '../chunks.ts';
import { prepared } from '../prepared.ts';
import { keepFormerFindings } from '../content/former-findings.ts';
import type { Schema } from '../schema.ts';
import { forgetManifests, releaseBlobs } from './garbage.ts';
import type { KeepTimes } from './keep-times.ts';
import { ManifestBytes } from './manifest-bytes.ts';
import { requireStillThere } from './still-there.ts';
import { addTagChange } from './tags.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function manifests(
  db: Kysely<Schema>,
  keep: KeepTimes,
): Part<'manifest' | 'hasManifest' | 'missingManifests' | 'putManifest' | 'deleteManifest' | 'referrers' | 'parents'> {
  const bytes = new ManifestBytes();
  const tagged = prepared(
    db,
    db
      .selectFrom('tags')
      .innerJoin('manifests', 'manifests.digest', 'tags.digest')
      .select(['manifests.digest', 'manifests.media_type'])
      .where('tags.repository_id', '=', '')
      .where('tags.name', '=', '')
      .compile(),
  );
  const linked = prepared(
    db,
    db
      .selectFrom('repository_manifests')
      .innerJoin('manifests', 'manifests.digest', 'repository_manifests.digest')
      .select(['manifests.digest', 'manifests.media_type'])
      .where('repository_manifests.repository_id', '=', '')
      .where('repository_manifests.digest', '=', '')
      .compile(),
  );
  const contents = prepared(db, db.selectFrom('manifests').select('raw').where('digest', '=', '').compile());
  return {
    async manifest(repository, reference) {
      const row =
        'digest' in reference
          ? await linked(repository.id, reference.digest)
          : await tagged(repository.id, reference.tag);
      if (!row) return undefined;
      const digest = row.digest as Digest;
      const held = bytes.get(digest);
      if (held) return { digest, mediaType: row.media_type, raw: held };
      const content = await contents(digest);
      if (!content) return undefined;
      bytes.add(digest, content.raw);
      return { digest, mediaType: row.media_type, raw: content.raw };
    },
    async hasManifest(repository, digest) {
      const row = await db
        .selectFrom('repository_manifests')
        .select('digest')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .executeTakeFirst();
      return row !== undefined;
    },
    async missingManifests(repository, digests) {
      const wanted = new Set(digests);
      for (const some of chunks([...wanted])) {
        const rows = await db
          .selectFrom('repository_manifests')
          .select('digest')
          .where('repository_id', '=', repository.id)
          .where('digest', 'in', some)
          .execute();
        for (const row of rows) wanted.delete(row.digest as Digest);
      }
      return [...wanted];
    },
    async putManifest(repository, manifest, by, at) {
      await requireStillThere(db, repository);
      const stored = await db
        .selectFrom('manifests')
        .select('digest')
        .where('digest', '=', manifest.digest)
        .executeTakeFirst();
      if (!stored) {
        await db
          .insertInto('manifests')
          .values({
            digest: manifest.digest,
            media_type: manifest.mediaType,
            kind: manifest.kind,
            runnable: manifest.runnable ? 1 : 0,
            artifact_type: manifest.artifactType ?? null,
            annotations: JSON.stringify(manifest.annotations),
            size: manifest.raw.length,
            total_size: manifest.totalSize,
            raw: manifest.raw,
          })
          .execute();
        for (const some of chunks(manifest.references))
          await db
            .insertInto('manifest_references')
            .values(
              some.map((each) => ({
                manifest: manifest.digest,
                target: each.target,
                kind: each.kind,
                position: each.position,
              })),
            )
            .execute();
      }
      await db
        .insertInto('repository_manifests')
        .values({
          repository_id: repository.id,
          digest: manifest.digest,
          subject: manifest.subject ?? null,
          pushed_at: at,
          pushed_by: by,
        })
        .onConflict((oc) => oc.columns(['repository_id', 'digest']).doNothing())
        .execute();
      const needed = manifest.references
        .filter((each) => each.kind === 'config' || each.kind === 'layer')
        .map((each) => each.target);
      for (const some of chunks(needed))
        await db
          .updateTable('repository_blobs')
          .set({ unreferenced_at: null, keep_until: null })
          .where('repository_id', '=', repository.id)
          .where('digest', 'in', some)
          .execute();
    },
    async deleteManifest(repository, digest, by, at) {
      await keepFormerFindings(db, repository, digest, at);
      const row = await db
        .deleteFrom('repository_manifests')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .returning('digest')
        .executeTakeFirst();
      if (!row) return undefined;
      const tags = await db
        .deleteFrom('tags')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .returning('name')
        .execute();
      for (const { name } of tags) await addTagChange(db, repository, name, undefined, digest, by, at);
      await releaseBlobs(db, repository, digest, at, keep);
      await forgetManifests(db, [digest]);
      return tags.map((tag) => tag.name as Tag);
    },
    async referrers(repository, subject, page) {
      const rows = await db
        .selectFrom('repository_manifests')
        .innerJoin('manifests', 'manifests.digest', 'repository_manifests.digest')
        .select([
          'manifests.digest',
          'manifests.media_type',
          'manifests.size',
          'manifests.artifact_type',
          'manifests.annotations',
        ])
        .where('repository_manifests.repository_id', '=', repository.id)
        .where('repository_manifests.subject', '=', subject)
        .where('repository_manifests.digest', '>', page.after ?? '')
        .$if(page.artifactType !== undefined, (query) =>
          query.where('manifests.artifact_type', '=', page.artifactType ?? ''),
        )
        .orderBy('repository_manifests.digest')
        .limit(page.limit)
        .execute();
      return rows.map(
        (row): Referrer => ({
          digest: row.digest as Digest,
          mediaType: row.media_type,
          size: row.size,
          artifactType: row.artifact_type ?? undefined,
          annotations: JSON.parse(row.annotations) as Record<string, string>,
        }),
      );
    },
    async parents(repository, digest) {
      const rows = await db
        .selectFrom('manifest_references')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'manifest_references.manifest')
        .select('manifest_references.manifest')
        .distinct()
        .where('manifest_references.target', '=', digest)
        .where('manifest_references.kind', '=', 'manifest')
        .where('repository_manifests.repository_id', '=', repository.id)
        .execute();
      return rows.map((row) => row.manifest as Digest);
    },
  };
}
