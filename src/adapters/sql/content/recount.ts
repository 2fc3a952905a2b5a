import type { Kysely } from 'kysely';
import { severities, type Severity } from '../../../content/advisories/advisory.ts';
import { MALICIOUS } from '../../../content/findings/malicious-packages.ts';
import type { CountedPackage, PackageCounts, SeverityCounts } from '../../../ports/content-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';

const ROWS_AT_ONCE = 60;

/**
 * Counts images anew from the findings of their packages: one per vulnerability and source package, worst severity.
 * What is known of a package is read once and kept in `known`, since most packages are in many images.
 */
export async function recountImages(
  db: Kysely<Schema>,
  manifests: readonly string[],
  advisories: string,
  at: number,
  covered: readonly string[] | undefined,
  known: PackageCounts = new Map(),
): Promise<void> {
  const held = new Map<string, string[]>(manifests.map((each) => [each, []]));
  for (const some of chunks(manifests)) {
    const rows = await db
      .selectFrom('image_packages')
      .select(['manifest', 'package_id'])
      .where('manifest', 'in', some)
      .execute();
    for (const row of rows) held.get(row.manifest)?.push(row.package_id);
  }
  await readPackages(
    db,
    [...new Set([...held.values()].flat())].filter((id) => !known.has(id)),
    known,
  );
  const rows = [...held].map(([manifest, ids]) => ({
    manifest,
    ...countsOf(ids, known, covered),
    judged_at: at,
    advisories,
  }));
  for (const some of chunks(rows, ROWS_AT_ONCE))
    await db
      .insertInto('image_judgements')
      .values(some)
      .onConflict((oc) =>
        oc.column('manifest').doUpdateSet((eb) => ({
          counts: eb.ref('excluded.counts'),
          package_count: eb.ref('excluded.package_count'),
          unjudged: eb.ref('excluded.unjudged'),
          judged_at: eb.ref('excluded.judged_at'),
          advisories: eb.ref('excluded.advisories'),
        })),
      )
      .execute();
}

async function readPackages(db: Kysely<Schema>, ids: readonly string[], known: PackageCounts): Promise<void> {
  for (const some of chunks(ids)) {
    const packages = await db
      .selectFrom('packages')
      .select(['id', 'ecosystem', 'owned_by', 'source_name'])
      .where('id', 'in', some)
      .execute();
    const findings = await db
      .selectFrom('package_findings')
      .select(['package_id', 'vulnerability', 'severity', 'fixable'])
      .where('package_id', 'in', some)
      .where('vulnerability', 'not like', `${MALICIOUS}%`)
      .execute();
    const byPackage = Map.groupBy(findings, (row) => row.package_id);
    for (const row of packages)
      known.set(row.id, {
        ecosystem: row.ecosystem,
        owned: row.owned_by !== null,
        findings: (byPackage.get(row.id) ?? []).map((each) => ({
          key: `${each.vulnerability}\0${row.source_name}`,
          rank: severities.indexOf(each.severity as Severity),
          fixable: each.fixable === 1,
        })),
      });
  }
}

function emptyCounts(): Record<Severity, number> {
  return { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
}

function countsOf(
  ids: readonly string[],
  known: ReadonlyMap<string, CountedPackage>,
  covered: readonly string[] | undefined,
): { counts: string; package_count: number; unjudged: number } {
  const worst = new Map<string, { rank: number; fixable: boolean }>();
  let unjudged = 0;
  for (const id of ids) {
    const found = known.get(id);
    if (!found) continue;
    const unknown = found.ecosystem === null || (covered && !covered.includes(found.ecosystem));
    if (unknown && !found.owned) unjudged++;
    for (const { key, rank, fixable } of found.findings) {
      const before = worst.get(key);
      if (!before) worst.set(key, { rank, fixable });
      else {
        before.rank = Math.min(before.rank, rank);
        before.fixable ||= fixable;
      }
    }
  }
  const counts: SeverityCounts & { total: Record<Severity, number>; fixable: Record<Severity, number> } = {
    total: emptyCounts(),
    fixable: emptyCounts(),
  };
  for (const { rank, fixable } of worst.values()) {
    const severity = severities[rank] ?? 'unknown';
    counts.total[severity]++;
    if (fixable) counts.fixable[severity]++;
  }
  return { counts: JSON.stringify(counts), package_count: ids.length, unjudged };
}
