import type { Kysely } from 'kysely';
import { severities, type Severity } from '../../../content/advisories/advisory.ts';
import type { AdvisoryKey } from '../../../content/findings/ecosystems.ts';
import { changesBetween } from '../../../content/findings/finding-changes.ts';
import type { VulnerabilityFinding } from '../../../content/findings/finding.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ContentRecords, ImageAnalysis, ImageJudgement, SeverityCounts } from '../../../ports/content-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { KEY_COLUMNS, toKey } from './package-keys.ts';

type Part<K extends keyof ContentRecords> = Pick<ContentRecords, K>;

function emptyCounts(): Record<Severity, number> {
  return { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
}

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
  | 'imagesOfEcosystems'
  | 'packagesWith'
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
    async recount(images, advisories, at) {
      for (const manifest of images) await recountImage(db, manifest, advisories, at);
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
async function coveredEcosystems(db: Kysely<Schema>): Promise<string[] | undefined> {
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

/** Counts an image anew from the findings of its packages: one per vulnerability and source package, worst severity. */
export async function recountImage(
  db: Kysely<Schema>,
  manifest: string,
  advisories: string,
  at: number,
): Promise<void> {
  const rows = await db
    .selectFrom('image_packages')
    .innerJoin('packages', 'packages.id', 'image_packages.package_id')
    .innerJoin('package_findings', 'package_findings.package_id', 'packages.id')
    .select([
      'package_findings.vulnerability',
      'packages.source_name',
      'package_findings.severity',
      'package_findings.fixable',
    ])
    .distinct()
    .where('image_packages.manifest', '=', manifest)
    .execute();
  const worst = new Map<string, { severity: Severity; fixable: boolean }>();
  for (const row of rows) {
    const key = `${row.vulnerability}\0${row.source_name}`;
    const severity = row.severity as Severity;
    const before = worst.get(key);
    worst.set(key, {
      severity:
        before && severities.indexOf(before.severity) < severities.indexOf(severity) ? before.severity : severity,
      fixable: row.fixable === 1 || (before?.fixable ?? false),
    });
  }
  const counts = { total: emptyCounts(), fixable: emptyCounts() };
  for (const { severity, fixable } of worst.values()) {
    counts.total[severity]++;
    if (fixable) counts.fixable[severity]++;
  }
  const covered = await coveredEcosystems(db);
  const sizes = await db
    .selectFrom('image_packages')
    .innerJoin('packages', 'packages.id', 'image_packages.package_id')
    .select([
      'packages.ecosystem',
      (eb) => eb.fn.countAll<number>().as('n'),
      (eb) => eb.fn.count<number>('packages.owned_by').as('owned'),
    ])
    .where('image_packages.manifest', '=', manifest)
    .groupBy('packages.ecosystem')
    .execute();
  const unknown = (ecosystem: string | null) => ecosystem === null || (covered && !covered.includes(ecosystem));
  const row = {
    manifest,
    counts: JSON.stringify(counts),
    package_count: sizes.reduce((sum, each) => sum + each.n, 0),
    unjudged: sizes.reduce((sum, each) => sum + (unknown(each.ecosystem) ? each.n - each.owned : 0), 0),
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
