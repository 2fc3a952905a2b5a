import type { Kysely } from 'kysely';
import type { AdvisoryKey } from '../../../content/findings/ecosystems.ts';
import { ANY_PRODUCT } from '../../../content/findings/red-hat-products.ts';
import { changesBetween } from '../../../content/findings/finding-changes.ts';
import type { VulnerabilityFinding } from '../../../content/findings/finding.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ContentRecords, ImageAnalysis, ImageJudgement, SeverityCounts } from '../../../ports/content-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { KEY_COLUMNS, toKey } from './package-keys.ts';
import { recountImages } from './recount.ts';

type Part<K extends keyof ContentRecords> = Pick<ContentRecords, K>;

export function judging(
  db: Kysely<Schema>,
): Part<
  | 'judgement'
  | 'judgements'
  | 'packagesOf'
  | 'allPackages'
  | 'replaceFindings'
  | 'recount'
  | 'imagesOfPackages'
  | 'judgedWith'
  | 'setJudgedWith'
  | 'covered'
  | 'setCovered'
  | 'ecosystems'
  | 'vulnerabilities'
  | 'imagesOfEcosystems'
  | 'packagesWith'
  | 'packagesFrom'
> {
  return {
    async judgement(manifest) {
      const row = await db
        .selectFrom('image_judgements')
        .selectAll()
        .where('manifest', '=', manifest)
        .executeTakeFirst();
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
      const found = new Map<string, { id: string; key: AdvisoryKey }>();
      const names = Map.groupBy(keys, (key) => key.ecosystem);
      for (const [ecosystem, some] of names)
        for (const part of chunks(some.map((key) => key.name))) {
          const rows = await db
            .selectFrom('packages')
            .select(KEY_COLUMNS)
            .where('packages.ecosystem', '=', ecosystem)
            .where('packages.key_name', 'in', part)
            .execute();
          const further = await db
            .selectFrom('package_names')
            .innerJoin('packages', 'packages.id', 'package_names.package_id')
            .select(KEY_COLUMNS)
            .where('package_names.ecosystem', '=', ecosystem)
            .where('package_names.key_name', 'in', part)
            .execute();
          for (const row of [...rows, ...further]) {
            const key = toKey(row);
            if (key) found.set(row.id, { id: row.id, key });
          }
        }
      return [...found.values()];
    },
    async allPackages(page) {
      const rows = await db
        .selectFrom('packages')
        .select(KEY_COLUMNS)
        .where('id', '>', page.after ?? '')
        .orderBy('id')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ id: row.id, key: toKey(row) }));
    },
    async replaceFindings(packageId, findings) {
      const before = await db
        .selectFrom('package_findings')
        .select('body')
        .where('package_id', '=', packageId)
        .execute();
      const changes = changesBetween(
        before.map((row) => JSON.parse(row.body) as VulnerabilityFinding),
        findings,
      );
      if (!changes) return undefined;
      await db.deleteFrom('package_findings').where('package_id', '=', packageId).execute();
      await insertFindings(db, packageId, findings);
      return changes;
    },
    async recount(images, advisories, at, known) {
      await recountImages(db, images, advisories, at, await coveredEcosystems(db), known);
    },
    async imagesOfPackages(packageIds) {
      const images = new Map<Digest, string[]>();
      for (const some of chunks(packageIds)) {
        const rows = await db
          .selectFrom('image_packages')
          .select(['manifest', 'package_id'])
          .distinct()
          .where('package_id', 'in', some)
          .execute();
        for (const row of rows) {
          const held = images.get(row.manifest as Digest);
          if (held) held.push(row.package_id);
          else images.set(row.manifest as Digest, [row.package_id]);
        }
      }
      return images;
    },
    async judgedWith() {
      return (await db.selectFrom('content_state').select('value').where('name', '=', 'judged-with').executeTakeFirst())
        ?.value;
    },
    setJudgedWith: (value) => setState(db, 'judged-with', value),
    setCovered: (ecosystems) => setState(db, 'covered', JSON.stringify([...ecosystems].sort())),
    covered: () => coveredEcosystems(db),
    async ecosystems() {
      const rows = await db.selectFrom('packages').select('ecosystem').distinct().execute();
      const further = await db.selectFrom('package_names').select('ecosystem').distinct().execute();
      const all = [...rows, ...further].flatMap((row) => (row.ecosystem === null ? [] : [row.ecosystem]));
      return [...new Set(all)].sort();
    },
    async vulnerabilities() {
      const rows = await db.selectFrom('package_findings').select('vulnerability').distinct().execute();
      return rows.map((row) => row.vulnerability);
    },
    async imagesOfEcosystems(ecosystems) {
      const found = new Set<string>();
      for (const some of chunks(ecosystems)) {
        const rows = await db
          .selectFrom('packages')
          .innerJoin('image_packages', 'image_packages.package_id', 'packages.id')
          .select('image_packages.manifest')
          .distinct()
          .where('packages.ecosystem', 'in', some)
          .execute();
        for (const row of rows) found.add(row.manifest);
      }
      return [...found] as Digest[];
    },
    async packagesFrom(repositories) {
      const rows = await db
        .selectFrom('package_names')
        .innerJoin('packages', 'packages.id', 'package_names.package_id')
        .select(KEY_COLUMNS)
        .distinct()
        .where('package_names.ecosystem', '=', ANY_PRODUCT)
        .execute();
      return rows.flatMap((row) => {
        const key = toKey(row);
        return key?.repositories?.some((each) => repositories.has(each)) ? [{ id: row.id, key }] : [];
      });
    },
    async packagesWith(vulnerabilities) {
      const found = new Map<string, { id: string; key: AdvisoryKey }>();
      for (const some of chunks(vulnerabilities)) {
        const rows = await db
          .selectFrom('package_findings')
          .innerJoin('packages', 'packages.id', 'package_findings.package_id')
          .select(KEY_COLUMNS)
          .distinct()
          .where('package_findings.vulnerability', 'in', some)
          .execute();
        for (const row of rows) {
          const key = toKey(row);
          if (key) found.set(row.id, { id: row.id, key });
        }
      }
      return [...found.values()];
    },
  };
}

async function setState(db: Kysely<Schema>, name: string, value: string): Promise<void> {
  await db
    .insertInto('content_state')
    .values({ name, value })
    .onConflict((oc) => oc.column('name').doUpdateSet({ value }))
    .execute();
}

/** Ecosystems that the feeds of the stored judgements cover; none where nothing was judged yet. */
export async function coveredEcosystems(db: Kysely<Schema>): Promise<string[] | undefined> {
  const row = await db.selectFrom('content_state').select('value').where('name', '=', 'covered').executeTakeFirst();
  return row && (JSON.parse(row.value) as string[]);
}

export async function insertFindings(
  db: Kysely<Schema>,
  packageId: string,
  findings: readonly VulnerabilityFinding[],
): Promise<void> {
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

function toJudgement(row: Schema['image_judgements']): ImageJudgement {
  return {
    counts: JSON.parse(row.counts) as SeverityCounts,
    packageCount: row.package_count,
    unjudged: row.unjudged,
    judgedAt: row.judged_at,
    advisories: row.advisories,
  };
}
