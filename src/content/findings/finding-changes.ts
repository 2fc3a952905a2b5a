import { type Severity, severities } from '../advisories/advisory.ts';
import type { VulnerabilityFinding } from './finding.ts';

/** What a new judgement of one package says otherwise than the one before. */
export interface FindingChanges {
  readonly added: readonly VulnerabilityFinding[];
  readonly removed: readonly VulnerabilityFinding[];
  /** Of findings in both: as they are now. */
  readonly changed: readonly VulnerabilityFinding[];
}

/**
 * Differences of two judgements; a finding is the same when feed and record are. Another word on a vulnerability that
 * was known already, or one word less, changes it. None when nothing differs.
 */
export function changesBetween(
  before: readonly VulnerabilityFinding[],
  after: readonly VulnerabilityFinding[],
): FindingChanges | undefined {
  const keyOf = (each: VulnerabilityFinding) => `${each.feed}\0${each.recordId}`;
  const old = new Map(before.map((each) => [keyOf(each), each]));
  const now = new Map(after.map((each) => [keyOf(each), each]));
  const [idsBefore, idsNow] = [before, after].map((each) => new Set(each.map(({ id }) => id))) as [
    Set<string>,
    Set<string>,
  ];
  const arrived = [...now].filter(([key]) => !old.has(key)).map(([, each]) => each);
  const gone = [...old].filter(([key]) => !now.has(key)).map(([, each]) => each);
  const added = arrived.filter(({ id }) => !idsBefore.has(id));
  const removed = gone.filter(({ id }) => !idsNow.has(id));
  const changed = [
    ...[...now].flatMap(([key, each]) => {
      const was = old.get(key);
      return was && JSON.stringify(was) !== JSON.stringify(each) ? [each] : [];
    }),
    ...arrived.filter(({ id }) => idsBefore.has(id)),
    ...gone.filter(({ id }) => idsNow.has(id)).flatMap(({ id }) => after.find((each) => each.id === id) ?? []),
  ];
  return added.length + removed.length + changed.length === 0 ? undefined : { added, removed, changed };
}

/** One line of what changed for an image. */
export interface ChangeLine {
  readonly change: 'added' | 'removed' | 'changed';
  readonly id: string;
  readonly severity: Severity;
  readonly package: string;
  readonly version: string;
  readonly fixedVersion?: string;
}

/** What changed for an image, from the changes of its packages: counts, and the worst lines up to `limit`. */
export function summaryOf(
  changes: readonly FindingChanges[],
  limit: number,
): { added: number; removed: number; changed: number; lines: ChangeLine[] } {
  const lines = new Map<string, ChangeLine>();
  for (const each of changes)
    for (const change of ['added', 'removed', 'changed'] as const)
      for (const { id, severity, judged, fixedVersion } of each[change])
        lines.set(`${change}\0${id}\0${judged.name}`, {
          change,
          id,
          severity,
          package: judged.name,
          version: judged.version,
          ...(fixedVersion !== undefined && { fixedVersion }),
        });
  const all = [...lines.values()].sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const count = (change: ChangeLine['change']) => all.filter((each) => each.change === change).length;
  return { added: count('added'), removed: count('removed'), changed: count('changed'), lines: all.slice(0, limit) };
}
