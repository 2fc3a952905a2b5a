import { severities, type Severity } from '../../content/advisories/advisory.ts';
import type { VulnerabilityFinding } from '../../content/findings/finding.ts';
import { deciding, setsAside, speaksOf, type VexStatement } from '../../content/vex/statement.ts';
import { toRfc3339 } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import type { SeverityCounts, VulnerableImage } from '../../ports/content-records.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { StoredStatement } from '../../ports/vex-records.ts';

/** A stored statement in the form that is held against findings; it is about its image and no other. */
export function asStatement({ ids, status, packages, justification, detail, author, statedAt }: StoredStatement) {
  return {
    ids,
    status,
    products: [],
    subcomponents: packages,
    ...(justification !== undefined && { justification }),
    ...(detail !== undefined && { detail }),
    author,
    timestamp: toRfc3339(statedAt),
  } satisfies VexStatement;
}

interface Found {
  readonly package: { readonly purl: string };
  readonly finding: Pick<VulnerabilityFinding, 'id' | 'aliases' | 'recordId'>;
}

/** Findings that stand, with what was said of them, and those that a statement takes out of the count. Pure. */
export function apart<F extends Found>(
  found: readonly F[],
  stored: readonly StoredStatement[],
): {
  readonly standing: readonly { readonly found: F; readonly said: StoredStatement | undefined }[];
  readonly aside: readonly { readonly found: F; readonly said: StoredStatement }[];
} {
  const candidates = stored.map((said) => ({ said, statement: asStatement(said) }));
  const standing: { found: F; said: StoredStatement | undefined }[] = [];
  const aside: { found: F; said: StoredStatement }[] = [];
  for (const each of found) {
    const { id, aliases, recordId } = each.finding;
    const subject = { ids: [id, ...aliases, recordId], packagePurl: each.package.purl, image: [] };
    const decided = deciding(candidates.filter(({ statement }) => speaksOf(statement, subject)));
    if (decided && setsAside(decided.statement)) aside.push({ found: each, said: decided.said });
    else standing.push({ found: each, said: decided?.said });
  }
  return { standing, aside };
}

const none = (): Record<Severity, number> => ({ critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 });

/**
 * Counts of images in one repository, without what statements there set aside; nothing for images that nobody spoke of,
 * whose stored counts stand.
 */
export async function countsAside(
  { records }: Pick<Database, 'records'>,
  repository: Pick<Repository, 'id'>,
  digests: readonly Digest[],
): Promise<ReadonlyMap<Digest, SeverityCounts>> {
  const statements = Map.groupBy(await records.vex.inForce(repository, digests), (each) => each.digest);
  const counted = new Map<Digest, SeverityCounts>();
  for (const [digest, stored] of statements) {
    const { standing } = apart(await records.content.findings(digest), stored);
    const total = none();
    const fixable = none();
    const groups = Map.groupBy(standing, ({ found }) => `${found.finding.id}\0${found.package.sourceName}`);
    for (const some of groups.values()) {
      const rank = Math.min(...some.map(({ found }) => severities.indexOf(found.finding.severity)));
      const severity = severities[rank] ?? 'unknown';
      total[severity]++;
      if (some.some(({ found }) => found.finding.fixedVersion !== undefined)) fixable[severity]++;
    }
    counted.set(digest, { total, fixable });
  }
  return counted;
}

/**
 * Of images that have a vulnerability: the statement that takes all its findings there out of the count, or nothing where
 * one of them stands. In the order of the images.
 */
export async function wordsAside(
  { records }: Pick<Database, 'records'>,
  images: readonly Pick<VulnerableImage, 'repositoryId' | 'digest'>[],
  vulnerability: string,
): Promise<(StoredStatement | undefined)[]> {
  const spoken = await records.vex.spokenIn([...new Set(images.map((each) => each.repositoryId))]);
  const found: (StoredStatement | undefined)[] = [];
  for (const { repositoryId, digest } of images) {
    const stored = spoken.has(repositoryId) ? await records.vex.inForce({ id: repositoryId }, [digest]) : [];
    if (stored.length === 0) {
      found.push(undefined);
      continue;
    }
    const findings = await records.content.findings(digest);
    const { standing, aside } = apart(
      findings.filter(({ finding }) => finding.id === vulnerability),
      stored,
    );
    found.push(standing.length === 0 ? aside[0]?.said : undefined);
  }
  return found;
}
