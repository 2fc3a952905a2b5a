import { type Kysely, sql } from 'kysely';
import { severities, type Severity } from '../../content/advisories/advisory.ts';
import type { AdvisoryKey } from '../../content/findings/ecosystems.ts';
import type { VulnerabilityFinding } from '../../content/findings/finding.ts';
import type { Distribution, InstalledPackage, PackageType } from '../../content/inventory/package.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { StorageKey } from '../../ports/blob-store.ts';
import type { ContentRecords, ImageAnalysis, ImageJudgement, JudgedPackage, SeverityCounts } from '../../ports/content-records.ts';
import type { RepositoryId } from '../../ports/registry-records.ts';
import { chunks } from './registry-records.ts';
import type { Schema } from './schema.ts';
import { visible } from './visible.ts';

export function contentRecords(db: Kysely<Schema>): ContentRecords {
  return { ...analyses(db), ...judging(db), ...lists(db) };
}

type Part<K extends keyof ContentRecords> = Pick<ContentRecords, K>;

function emptyCounts(): Record<Severity, number> {
  return { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
}

function toKey(row: Pick<Schema['packages'], 'ecosystem' | 'key_name' | 'key_version'>): AdvisoryKey | undefined {
  return row.ecosystem === null || row.key_name === null || row.key_version === null
    ? undefined
    : { ecosystem: row.ecosystem, name: row.key_name, version: row.key_version };
}

function toInstalled(row: Schema['packages'], path: string, layer: number): InstalledPackage {
  return {
    type: row.type as PackageType,
    name: row.name,
    version: row.version,
    ...(row.architecture !== null && { architecture: row.architecture }),
    sourceName: row.source_name,
    sourceVersion: row.source_version,
    ...(row.licences !== null && { licences: JSON.parse(row.licences) as string[] }),
    purl: row.purl,
    path,
    layer,
  };
}

function analyses(db: Kysely<Schema>): Part<'layerAnalysis' | 'addLayerAnalysis' | 'imageAnalysis' | 'putImage' | 'forgetImage'> {
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
    async addLayerAnalysis(analysis, at) {
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
    async putImage(image, packages, advisories) {
      const ids = packages.map((each) => each.package.id);
      const known = new Set<string>();
      for (const some of chunks(ids))
        for (const row of await db.selectFrom('packages').select('id').where('id', 'in', some).execute()) known.add(row.id);
      const added = [...new Map(packages.filter((each) => !known.has(each.package.id)).map((each) => [each.package.id, each])).values()];
      for (const some of chunks(added, 60)) await db.insertInto('packages').values(some.map((each) => packageRow(each.package))).execute();
      for (const each of added) await insertFindings(db, each.package.id, each.findings);
      await db.deleteFrom('image_packages').where('manifest', '=', image.manifest).execute();
      for (const some of chunks(packages))
        await db
          .insertInto('image_packages')
          .values(some.map(({ package: each }) => ({ manifest: image.manifest, package_id: each.id, path: each.installed.path, layer: each.installed.layer })))
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
      await recountImage(db, image.manifest, advisories, image.analysedAt);
    },
    async forgetImage(manifest) {
      for (const table of ['image_packages', 'image_analyses', 'image_judgements'] as const)
        await db.deleteFrom(table).where('manifest', '=', manifest).execute();
    },
  };
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
    ecosystem: key?.ecosystem ?? null,
    key_name: key?.name ?? null,
    key_version: key?.version ?? null,
  };
}

async function insertFindings(db: Kysely<Schema>, packageId: string, findings: readonly VulnerabilityFinding[]): Promise<void> {
  const rows = new Map<string, Schema['package_findings']>();
  for (const finding of findings)
    rows.set(`${finding.feed}\0${finding.recordId}`, {
      package_id: packageId,
      feed: finding.feed,
      record_id: finding.recordId,
      vulnerability: finding.id,
      severity: finding.severity,
      fixable: finding.fixedVersion === undefined ? 0 : 1,
      body: JSON.stringify(finding),
    });
  for (const some of chunks([...rows.values()], 100)) await db.insertInto('package_findings').values(some).execute();
}

/** Counts an image anew from the findings of its packages: one per vulnerability and source package, worst severity. */
async function recountImage(db: Kysely<Schema>, manifest: string, advisories: string, at: number): Promise<void> {
  const rows = await db
    .selectFrom('image_packages')
    .innerJoin('packages', 'packages.id', 'image_packages.package_id')
    .innerJoin('package_findings', 'package_findings.package_id', 'packages.id')
    .select(['package_findings.vulnerability', 'packages.source_name', 'package_findings.severity', 'package_findings.fixable'])
    .distinct()
    .where('image_packages.manifest', '=', manifest)
    .execute();
  const worst = new Map<string, { severity: Severity; fixable: boolean }>();
  for (const row of rows) {
    const key = `${row.vulnerability}\0${row.source_name}`;
    const severity = row.severity as Severity;
    const before = worst.get(key);
    worst.set(key, {
      severity: before && severities.indexOf(before.severity) < severities.indexOf(severity) ? before.severity : severity,
      fixable: row.fixable === 1 || (before?.fixable ?? false),
    });
  }
  const counts = { total: emptyCounts(), fixable: emptyCounts() };
  for (const { severity, fixable } of worst.values()) {
    counts.total[severity]++;
    if (fixable) counts.fixable[severity]++;
  }
  const sizes = await db
    .selectFrom('image_packages')
    .innerJoin('packages', 'packages.id', 'image_packages.package_id')
    .select((eb) => [eb.fn.countAll<number>().as('n'), sql<number>`sum(case when packages.ecosystem is null then 1 else 0 end)`.as('unjudged')])
    .where('image_packages.manifest', '=', manifest)
    .executeTakeFirstOrThrow();
  const row = {
    manifest,
    counts: JSON.stringify(counts),
    package_count: Number(sizes.n),
    unjudged: Number(sizes.unjudged ?? 0),
    judged_at: at,
    advisories,
  };
  await db
    .insertInto('image_judgements')
    .values(row)
    .onConflict((oc) => oc.column('manifest').doUpdateSet(row))
    .execute();
}

function toJudgement(row: Schema['image_judgements']): ImageJudgement {
  return {
    counts: JSON.parse(row.counts) as SeverityCounts,
    packageCount: row.package_count,
    unjudged: row.unjudged,
    judgedAt: row.judged_at,
    advisories: row.advisories,
  };
}

function judging(
  db: Kysely<Schema>,
): Part<'judgement' | 'judgements' | 'packagesOf' | 'allPackages' | 'replaceFindings' | 'recount' | 'judgedWith' | 'setJudgedWith'> {
  return {
    async judgement(manifest) {
      const row = await db.selectFrom('image_judgements').selectAll().where('manifest', '=', manifest).executeTakeFirst();
      return row && toJudgement(row);
    },
    async judgements(manifests) {
      const found = new Map<Digest, ImageJudgement & { state: ImageAnalysis['state'] }>();
      for (const some of chunks(manifests)) {
        const rows = await db
          .selectFrom('image_judgements')
          .innerJoin('image_analyses', 'image_analyses.manifest', 'image_judgements.manifest')
          .selectAll('image_judgements')
          .select('image_analyses.state')
          .where('image_judgements.manifest', 'in', some)
          .execute();
        for (const row of rows) found.set(row.manifest as Digest, { ...toJudgement(row), state: row.state });
      }
      return found;
    },
    async packagesOf(keys) {
      const found: { id: string; key: AdvisoryKey }[] = [];
      const names = Map.groupBy(keys, (key) => key.ecosystem);
      for (const [ecosystem, some] of names)
        for (const part of chunks(some.map((key) => key.name))) {
          const rows = await db
            .selectFrom('packages')
            .select(['id', 'ecosystem', 'key_name', 'key_version'])
            .where('ecosystem', '=', ecosystem)
            .where('key_name', 'in', part)
            .execute();
          for (const row of rows) {
            const key = toKey(row);
            if (key) found.push({ id: row.id, key });
          }
        }
      return found;
    },
    async allPackages(page) {
      const rows = await db
        .selectFrom('packages')
        .select(['id', 'ecosystem', 'key_name', 'key_version'])
        .where('id', '>', page.after ?? '')
        .orderBy('id')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ id: row.id, key: toKey(row) }));
    },
    async replaceFindings(packageId, findings) {
      const before = await db.selectFrom('package_findings').select('body').where('package_id', '=', packageId).execute();
      const old = new Set(before.map((row) => row.body));
      if (old.size === findings.length && findings.every((each) => old.has(JSON.stringify(each)))) return false;
      await db.deleteFrom('package_findings').where('package_id', '=', packageId).execute();
      await insertFindings(db, packageId, findings);
      return true;
    },
    async recount(packageIds, advisories, at) {
      const manifests = new Set<string>();
      for (const some of chunks(packageIds)) {
        const rows = await db.selectFrom('image_packages').select('manifest').distinct().where('package_id', 'in', some).execute();
        for (const row of rows) manifests.add(row.manifest);
      }
      for (const manifest of manifests) await recountImage(db, manifest, advisories, at);
      return [...manifests] as Digest[];
    },
    async judgedWith() {
      return (await db.selectFrom('content_state').select('value').where('name', '=', 'judged-with').executeTakeFirst())?.value;
    },
    async setJudgedWith(value) {
      await db
        .insertInto('content_state')
        .values({ name: 'judged-with', value })
        .onConflict((oc) => oc.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}

function lists(db: Kysely<Schema>): Part<'packages' | 'findings' | 'imagesWith' | 'imagesHolding' | 'repositoriesOf'> {
  return {
    async packages(manifest) {
      const rows = await db
        .selectFrom('image_packages')
        .innerJoin('packages', 'packages.id', 'image_packages.package_id')
        .selectAll('packages')
        .select(['image_packages.path', 'image_packages.layer'])
        .select((eb) =>
          eb
            .selectFrom('package_findings')
            .whereRef('package_findings.package_id', '=', 'packages.id')
            .select((inner) => inner.fn.count<number>('vulnerability').distinct().as('n'))
            .as('findings'),
        )
        .where('image_packages.manifest', '=', manifest)
        .orderBy('packages.name')
        .orderBy('packages.id')
        .execute();
      return rows.map((row) => ({ id: row.id, installed: toInstalled(row, row.path, row.layer), findings: Number(row.findings ?? 0) }));
    },
    async findings(manifest) {
      const rows = await db
        .selectFrom('image_packages')
        .innerJoin('packages', 'packages.id', 'image_packages.package_id')
        .innerJoin('package_findings', 'package_findings.package_id', 'packages.id')
        .select(['packages.id', 'packages.purl', 'packages.name', 'packages.version', 'packages.type', 'packages.source_name'])
        .select(['image_packages.path', 'image_packages.layer', 'package_findings.body'])
        .where('image_packages.manifest', '=', manifest)
        .orderBy('package_findings.vulnerability')
        .orderBy('packages.name')
        .execute();
      return rows.map((row) => ({
        package: { id: row.id, purl: row.purl, name: row.name, version: row.version, type: row.type, sourceName: row.source_name },
        path: row.path,
        layer: row.layer,
        finding: JSON.parse(row.body) as VulnerabilityFinding,
      }));
    },
    async imagesWith(viewer, vulnerability, page) {
      const rows = await db
        .selectFrom('package_findings')
        .innerJoin('packages', 'packages.id', 'package_findings.package_id')
        .innerJoin('image_packages', 'image_packages.package_id', 'packages.id')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'image_packages.manifest')
        .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
        .leftJoin('tags', (join) =>
          join.onRef('tags.repository_id', '=', 'repositories.id').onRef('tags.digest', '=', 'repository_manifests.digest'),
        )
        .select(['repositories.name as repository', 'repository_manifests.digest', 'tags.name as tag'])
        .select(['packages.name', 'packages.version', 'package_findings.severity', 'package_findings.body'])
        .where('package_findings.vulnerability', '=', vulnerability)
        .where((eb) => visible(eb, viewer, 'pull'))
        .where(sql<string>`repositories.name || '@' || repository_manifests.digest`, '>', page.after ?? '')
        .orderBy('repositories.name')
        .orderBy('repository_manifests.digest')
        .limit(page.limit * 50)
        .execute();
      const images = Map.groupBy(rows, (row) => `${row.repository}@${row.digest}`);
      return [...images.values()].slice(0, page.limit).map((some) => ({
        repository: some[0]!.repository,
        digest: some[0]!.digest as Digest,
        tags: [...new Set(some.flatMap((row) => (row.tag === null ? [] : [row.tag])))],
        packages: [...new Map(some.map((row) => [row.name, row])).values()].map((row) => ({
          name: row.name,
          version: row.version,
          fixedVersion: (JSON.parse(row.body) as VulnerabilityFinding).fixedVersion,
        })),
        severity: some.map((row) => row.severity as Severity).sort((a, b) => severities.indexOf(a) - severities.indexOf(b))[0]!,
      }));
    },
    async imagesHolding(viewer, packageName, page) {
      const rows = await db
        .selectFrom('packages')
        .innerJoin('image_packages', 'image_packages.package_id', 'packages.id')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'image_packages.manifest')
        .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
        .select(['repositories.name as repository', 'repository_manifests.digest', 'packages.name', 'packages.version', 'packages.type'])
        .distinct()
        .where('packages.name', '=', packageName)
        .where((eb) => visible(eb, viewer, 'pull'))
        .where(sql<string>`repositories.name || '@' || repository_manifests.digest`, '>', page.after ?? '')
        .orderBy('repositories.name')
        .orderBy('repository_manifests.digest')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ ...row, digest: row.digest as Digest }));
    },
    async repositoriesOf(manifest) {
      const rows = await db
        .selectFrom('repository_manifests')
        .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
        .select(['repositories.id', 'repositories.name'])
        .where('repository_manifests.digest', '=', manifest)
        .execute();
      return rows.map((row) => ({ id: row.id as RepositoryId, name: row.name as RepositoryName }));
    },
  };
}
