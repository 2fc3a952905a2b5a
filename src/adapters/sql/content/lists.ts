import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { severities, type Severity } from '../../../content/advisories/advisory.ts';
import type { VulnerabilityFinding } from '../../../content/findings/finding.ts';
import type { InstalledPackage, PackageType } from '../../../content/inventory/package.ts';
import { MALICIOUS } from '../../../content/findings/malicious-packages.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryName } from '../../../oci/names.ts';
import type { ContentRecords, VulnerableImage } from '../../../ports/content-records.ts';
import type { Repository, RepositoryId } from '../../../ports/registry-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';

/** Tags of one image in an answer about many images. */
const MAX_TAGS_SHOWN = 100;

type Part<K extends keyof ContentRecords> = Pick<ContentRecords, K>;

export function lists(
  db: Kysely<Schema>,
): Part<
  'packages' | 'findings' | 'imagesWith' | 'imagesHolding' | 'imagesOf' | 'repositoriesOf' | 'repositoriesOfAll'
> {
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
            .where('package_findings.vulnerability', 'not like', `${MALICIOUS}%`)
            .select((inner) => inner.fn.count<number>('vulnerability').distinct().as('n'))
            .as('findings'),
        )
        .where('image_packages.manifest', '=', manifest)
        .orderBy('packages.name')
        .orderBy('packages.id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        installed: toInstalled(row, row.path, row.layer),
        findings: row.findings ?? 0,
      }));
    },
    async findings(manifest) {
      const rows = await db
        .selectFrom('image_packages')
        .innerJoin('packages', 'packages.id', 'image_packages.package_id')
        .innerJoin('package_findings', 'package_findings.package_id', 'packages.id')
        .select([
          'packages.id',
          'packages.purl',
          'packages.name',
          'packages.version',
          'packages.type',
          'packages.source_name',
        ])
        .select(['image_packages.path', 'image_packages.layer', 'package_findings.body'])
        .where('image_packages.manifest', '=', manifest)
        .where('package_findings.vulnerability', 'not like', `${MALICIOUS}%`)
        .orderBy('package_findings.vulnerability')
        .orderBy('packages.name')
        .execute();
      return rows.map((row) => ({
        package: {
          id: row.id,
          purl: row.purl,
          name: row.name,
          version: row.version,
          type: row.type,
          sourceName: row.source_name,
        },
        path: row.path,
        layer: row.layer,
        finding: JSON.parse(row.body) as VulnerabilityFinding,
      }));
    },
    async imagesWith(viewer, vulnerability, page) {
      const images = await db
        .selectFrom('package_findings')
        .innerJoin('image_packages', 'image_packages.package_id', 'package_findings.package_id')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'image_packages.manifest')
        .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
        .select([
          'repositories.id',
          'repositories.name',
          'repository_manifests.digest',
          'repository_manifests.pushed_at',
        ])
        .distinct()
        .where('package_findings.vulnerability', '=', vulnerability)
        .where((eb) => visible(eb, viewer, 'pull'))
        .$if(page.after !== undefined, (query) => query.where(afterImage(page.after)))
        .orderBy('repositories.name')
        .orderBy('repository_manifests.digest')
        .limit(page.limit)
        .execute();
      const found: VulnerableImage[] = [];
      for (const image of images)
        found.push({
          ...(await vulnerableImage(db, image.id, image.name, image.digest, vulnerability)),
          pushedAt: image.pushed_at,
        });
      return found;
    },
    async imagesHolding(viewer, packageName, page) {
      const rows = await db
        .selectFrom('packages')
        .innerJoin('image_packages', 'image_packages.package_id', 'packages.id')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'image_packages.manifest')
        .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
        .select([
          'repositories.name as repository',
          'repository_manifests.digest',
          'packages.name',
          'packages.version',
          'packages.type',
        ])
        .distinct()
        .where((eb) => eb.or([eb('packages.name', '=', packageName), eb('packages.source_name', '=', packageName)]))
        .where((eb) => visible(eb, viewer, 'pull'))
        .$if(page.after !== undefined, (query) => query.where(afterImage(page.after)))
        .orderBy('repositories.name')
        .orderBy('repository_manifests.digest')
        .orderBy('packages.version')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ ...row, digest: row.digest as Digest }));
    },
    async imagesOf(indexes) {
      const listed = new Map<Digest, Digest[]>();
      for (const some of chunks([...new Set(indexes)])) {
        const rows = await db
          .selectFrom('manifest_references')
          .select(['manifest', 'target'])
          .where('manifest', 'in', some)
          .where('kind', '=', 'manifest')
          .orderBy('position')
          .execute();
        for (const row of rows) {
          const known = listed.get(row.manifest as Digest);
          if (known) known.push(row.target as Digest);
          else listed.set(row.manifest as Digest, [row.target as Digest]);
        }
      }
      return listed;
    },
    async repositoriesOfAll(manifests) {
      const found = new Map<Digest, Pick<Repository, 'id' | 'name'>[]>();
      for (const some of chunks(manifests)) {
        const rows = await db
          .selectFrom('repository_manifests')
          .innerJoin('repositories', 'repositories.id', 'repository_manifests.repository_id')
          .select(['repositories.id', 'repositories.name', 'repository_manifests.digest'])
          .where('repository_manifests.digest', 'in', some)
          .execute();
        for (const row of rows) {
          const repository = { id: row.id as RepositoryId, name: row.name as RepositoryName };
          const digest = row.digest as Digest;
          found.set(digest, [...(found.get(digest) ?? []), repository]);
        }
      }
      return found;
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

/** Rows behind `name@digest` in the order of name, then digest. */
function afterImage(after: string | undefined): RawBuilder<SqlBool> {
  const [name = '', digest = ''] = (after ?? '').split('@');
  return sql<SqlBool>`(repositories.name > ${name}
    or (repositories.name = ${name} and repository_manifests.digest > ${digest}))`;
}

async function vulnerableImage(
  db: Kysely<Schema>,
  repositoryId: string,
  repository: string,
  digest: string,
  vulnerability: string,
): Promise<Omit<VulnerableImage, 'pushedAt'>> {
  const rows = await db
    .selectFrom('image_packages')
    .innerJoin('packages', 'packages.id', 'image_packages.package_id')
    .innerJoin('package_findings', 'package_findings.package_id', 'packages.id')
    .select(['packages.name', 'packages.version', 'package_findings.severity', 'package_findings.body'])
    .where('image_packages.manifest', '=', digest)
    .where('package_findings.vulnerability', '=', vulnerability)
    .orderBy('packages.name')
    .execute();
  const tags = await db
    .selectFrom('tags')
    .select('name')
    .where('repository_id', '=', repositoryId)
    .where((eb) =>
      eb.or([
        eb('digest', '=', digest),
        eb(
          'digest',
          'in',
          eb
            .selectFrom('manifest_references')
            .select('manifest')
            .where('target', '=', digest)
            .where('kind', '=', 'manifest'),
        ),
      ]),
    )
    .orderBy('name')
    .limit(MAX_TAGS_SHOWN)
    .execute();
  return {
    repositoryId: repositoryId as RepositoryId,
    repository,
    digest: digest as Digest,
    tags: tags.map((row) => row.name),
    packages: [...new Map(rows.map((row) => [row.name, row])).values()].map((row) => ({
      name: row.name,
      version: row.version,
      fixedVersion: (JSON.parse(row.body) as VulnerabilityFinding).fixedVersion,
    })),
    severity: rows
      .map((row) => row.severity as Severity)
      .sort((a, b) => severities.indexOf(a) - severities.indexOf(b))[0]!,
  };
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
    ...(row.owned_by !== null && { ownedBy: row.owned_by }),
    ...(row.module !== null && { module: row.module }),
    ...(row.declared === 1 && { declared: true as const }),
    purl: row.purl,
    path,
    layer,
  };
}
