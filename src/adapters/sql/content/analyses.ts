import type { Kysely } from 'kysely';
import type { Distribution } from '../../../content/inventory/package.ts';
import { MALICIOUS, maliciousPackage } from '../../../content/findings/malicious-packages.ts';
import type { VulnerabilityFinding } from '../../../content/findings/finding.ts';
import type { Observation } from '../../../content/findings/observation.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { StorageKey } from '../../../ports/blob-store.ts';
import type { ContentRecords, ImageAnalysis, JudgedPackage } from '../../../ports/content-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { noteRemovals } from '../registry/removals.ts';
import { forgetImages } from './forget-images.ts';
import { coveredEcosystems, insertFindings } from './judging.ts';
import { furtherNames, keyColumns } from './package-keys.ts';
import { recountImages } from './recount.ts';

type Part<K extends keyof ContentRecords> = Pick<ContentRecords, K>;

export function analyses(
  db: Kysely<Schema>,
): Part<
  | 'layerAnalysis'
  | 'addLayerAnalysis'
  | 'imagesReadBefore'
  | 'imageAnalysis'
  | 'putImage'
  | 'observations'
  | 'forgetImage'
> {
  return {
    async layerAnalysis(layer, analyserVersion) {
      const row = await db
        .selectFrom('layer_analyses')
        .selectAll()
        .where('layer', '=', layer)
        .where('analyser_version', '=', analyserVersion)
        .executeTakeFirst();
      return (
        row && {
          layer: row.layer as Digest,
          analyserVersion: row.analyser_version,
          storageKey: row.storage_key as StorageKey,
          diffId: row.diff_id,
          entries: row.entries,
          uncompressedSize: row.uncompressed_size,
        }
      );
    },
    async addLayerAnalysis(analysis, at, replaces) {
      const layer = await db
        .selectFrom('blobs')
        .select('digest')
        .where('digest', '=', analysis.layer)
        .executeTakeFirst();
      if (!layer) return undefined;
      if (replaces !== undefined) {
        const replaced = await db
          .deleteFrom('layer_analyses')
          .where('layer', '=', analysis.layer)
          .where('storage_key', '=', replaces)
          .returning('storage_key')
          .execute();
        await noteRemovals(
          db,
          replaced.map((row) => row.storage_key),
          at,
        );
      }
      await db
        .insertInto('layer_analyses')
        .values({
          layer: analysis.layer,
          analyser_version: analysis.analyserVersion,
          storage_key: analysis.storageKey,
          diff_id: analysis.diffId,
          entries: analysis.entries,
          uncompressed_size: analysis.uncompressedSize,
          analysed_at: at,
        })
        .onConflict((oc) => oc.columns(['layer', 'analyser_version']).doNothing())
        .execute();
      const kept = await db
        .selectFrom('layer_analyses')
        .select('storage_key')
        .where('layer', '=', analysis.layer)
        .where('analyser_version', '=', analysis.analyserVersion)
        .executeTakeFirstOrThrow();
      // What earlier versions read of the layer is of no more use.
      const old = await db
        .deleteFrom('layer_analyses')
        .where('layer', '=', analysis.layer)
        .where('analyser_version', '!=', analysis.analyserVersion)
        .returning('storage_key')
        .execute();
      await noteRemovals(
        db,
        old.map((row) => row.storage_key),
        at,
      );
      return kept.storage_key as StorageKey;
    },
    async imagesReadBefore(analyserVersion, page) {
      const rows = await db
        .selectFrom('image_analyses')
        .select('manifest')
        .where('analyser_version', '!=', analyserVersion)
        .where('manifest', '>', page.after ?? '')
        .orderBy('manifest')
        .limit(page.limit)
        .execute();
      return rows.map((row) => row.manifest as Digest);
    },
    async imageAnalysis(manifest) {
      const row = await db.selectFrom('image_analyses').selectAll().where('manifest', '=', manifest).executeTakeFirst();
      return (
        row && {
          manifest: row.manifest as Digest,
          analyserVersion: row.analyser_version,
          state: row.state,
          distribution: row.distribution === null ? undefined : (JSON.parse(row.distribution) as Distribution),
          incomplete: JSON.parse(row.incomplete) as ImageAnalysis['incomplete'],
          analysedAt: row.analysed_at,
          durationMs: row.duration_ms,
        }
      );
    },
    async putImage(image, packages, advisories, seen = []) {
      const held = await db
        .selectFrom('repository_manifests')
        .select('digest')
        .where('digest', '=', image.manifest)
        .limit(1)
        .executeTakeFirst();
      if (!held) return;
      const ids = packages.map((each) => each.package.id);
      const known = new Set<string>();
      for (const some of chunks(ids))
        for (const row of await db.selectFrom('packages').select('id').where('id', 'in', some).execute())
          known.add(row.id);
      const added = [
        ...new Map(
          packages.filter((each) => !known.has(each.package.id)).map((each) => [each.package.id, each]),
        ).values(),
      ];
      for (const some of chunks(added, 60))
        await db
          .insertInto('packages')
          .values(some.map((each) => packageRow(each.package)))
          .execute();
      const names = added.flatMap((each) => furtherNames(each.package.id, each.package.key));
      for (const some of chunks(names, 200)) await db.insertInto('package_names').values(some).execute();
      for (const each of added) await insertFindings(db, each.package.id, each.findings);
      await db.deleteFrom('image_packages').where('manifest', '=', image.manifest).execute();
      for (const some of chunks(packages))
        await db
          .insertInto('image_packages')
          .values(
            some.map(({ package: each }) => ({
              manifest: image.manifest,
              package_id: each.id,
              path: each.installed.path,
              layer: each.installed.layer,
            })),
          )
          .onConflict((oc) => oc.doNothing())
          .execute();
      const row = {
        manifest: image.manifest,
        analyser_version: image.analyserVersion,
        state: image.state,
        distribution: image.distribution ? JSON.stringify(image.distribution) : null,
        incomplete: JSON.stringify(image.incomplete),
        analysed_at: image.analysedAt,
        duration_ms: image.durationMs,
      };
      await db
        .insertInto('image_analyses')
        .values(row)
        .onConflict((oc) => oc.column('manifest').doUpdateSet(row))
        .execute();
      await db.deleteFrom('image_observations').where('manifest', '=', image.manifest).execute();
      const rows = seen.map((each, position) => observationRow(image.manifest, position, each));
      for (const some of chunks(rows, 100)) await db.insertInto('image_observations').values(some).execute();
      await recountImages(db, [image.manifest], advisories, image.analysedAt, await coveredEcosystems(db));
    },
    async observations(manifest) {
      const rows = await db
        .selectFrom('image_observations')
        .select('body')
        .where('manifest', '=', manifest)
        .orderBy('position')
        .execute();
      return [...(await maliciousPackages(db, manifest)), ...rows.map((row) => JSON.parse(row.body) as Observation)];
    },
    forgetImage: (manifest) => forgetImages(db, [manifest]),
  };
}

/** Malicious packages are known by advisories, and so by what was judged last. */
async function maliciousPackages(db: Kysely<Schema>, manifest: string): Promise<Observation[]> {
  const rows = await db
    .selectFrom('image_packages')
    .innerJoin('package_findings', 'package_findings.package_id', 'image_packages.package_id')
    .innerJoin('packages', 'packages.id', 'image_packages.package_id')
    .select([
      'packages.name',
      'packages.version',
      'image_packages.path',
      'image_packages.layer',
      'package_findings.body',
    ])
    .where('image_packages.manifest', '=', manifest)
    .where('package_findings.vulnerability', 'like', `${MALICIOUS}%`)
    .orderBy('packages.name')
    .execute();
  const found = rows.map(({ body, ...of }) => maliciousPackage(of, JSON.parse(body) as VulnerabilityFinding));
  return [...new Map(found.map((each) => [`${each.id}\0${each.path}`, each])).values()];
}

function observationRow(manifest: string, position: number, each: Observation): Schema['image_observations'] {
  return { manifest, position, kind: each.kind, rule: each.id, severity: each.severity, body: JSON.stringify(each) };
}

function packageRow({ id, installed, key }: JudgedPackage): Schema['packages'] {
  return {
    id,
    type: installed.type,
    name: installed.name,
    version: installed.version,
    architecture: installed.architecture ?? null,
    source_name: installed.sourceName ?? installed.name,
    source_version: installed.sourceVersion ?? installed.version,
    licences: installed.licences ? JSON.stringify(installed.licences) : null,
    purl: installed.purl,
    ...keyColumns(key),
    owned_by: installed.ownedBy ?? null,
    module: installed.module ?? null,
    declared: installed.declared ? 1 : 0,
  };
}
