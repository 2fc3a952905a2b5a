import { osvEcosystem } from '../advisories/osv-ecosystems.ts';
import { versionOrders } from '../advisories/version-order.ts';
import { MALICIOUS } from './malicious-packages.ts';
import type { FindingSource, VulnerabilityFinding } from './finding.ts';

/**
 * One id for what several feeds call differently: ids that are aliases of each other, over any number of steps, are one
 * group, named by its CVE number, else by GitHub's id, else by the first in order. A finding that has a CVE number keeps
 * it: where one record stands for two, these stay two. Ranges are never put together.
 */
export function unifyIds(findings: readonly VulnerabilityFinding[]): VulnerabilityFinding[] {
  if (findings.every((each) => each.id.startsWith('CVE-'))) return [...findings];
  const groups = new Map<string, Set<string>>();
  for (const { id, aliases } of findings) {
    const joined = new Set([id, ...aliases]);
    for (const name of joined) for (const other of groups.get(name) ?? []) joined.add(other);
    for (const name of joined) groups.set(name, joined);
  }
  return findings.map((finding) => {
    const group = groups.get(finding.id)!;
    const id = finding.id.startsWith('CVE-') ? finding.id : nameOf(group);
    const aliases = [...new Set([...finding.aliases, finding.id, ...(id === finding.id ? [] : group)])];
    return id === finding.id ? finding : { ...finding, id, aliases: aliases.filter((each) => each !== id) };
  });
}

function nameOf(group: ReadonlySet<string>): string {
  const sorted = [...group].sort();
  const first = ['CVE-', MALICIOUS, 'GHSA-'].map((start) => sorted.find((each) => each.startsWith(start)));
  return first.find((each) => each !== undefined) ?? sorted[0]!;
}

/**
 * Findings of one package as people count them: each vulnerability once, with everybody's word beside it. The worst
 * severity stands first; the fix is the one that clears what every source says.
 */
export function joinSources<P>(
  findings: readonly { readonly package: P; readonly finding: VulnerabilityFinding }[],
): { readonly package: P; readonly finding: VulnerabilityFinding }[] {
  const packages = Map.groupBy(findings, (each) => each.package);
  return [...packages].flatMap(([of, some]) =>
    [...Map.groupBy(some, (each) => each.finding.id).values()].map((same) => ({
      package: of,
      finding: same.length === 1 ? same[0]!.finding : joined(same.map((each) => each.finding)),
    })),
  );
}

const RANKS = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

function joined(same: readonly VulnerabilityFinding[]): VulnerabilityFinding {
  const [first, ...others] = same.toSorted(
    (a, b) =>
      RANKS.indexOf(a.severity) - RANKS.indexOf(b.severity) ||
      Number(b.fixedVersion !== undefined) - Number(a.fixedVersion !== undefined) ||
      (a.feed < b.feed ? -1 : 1),
  );
  const all = [first!, ...others];
  const fixed = clearing(all);
  const publishedAt = all.flatMap((each) => each.publishedAt ?? []).sort()[0];
  const cvss = [...new Set(all.flatMap((each) => each.cvss ?? []))];
  return {
    ...first!,
    aliases: [...new Set(all.flatMap((each) => each.aliases))],
    ...(fixed !== undefined && { status: 'fixed', fixedVersion: fixed }),
    ...(all.some((each) => each.exploited) && { exploited: true as const }),
    ...(publishedAt !== undefined && { publishedAt }),
    ...(cvss.length > 0 && { cvss }),
    references: [...new Set(all.flatMap((each) => each.references))],
    sources: all.map(sourceOf),
  };
}

/** The highest of the versions that sources name: below it, one of them would still speak of the package. */
function clearing(findings: readonly VulnerabilityFinding[]): string | undefined {
  const scheme = osvEcosystem(findings[0]!.judged.ecosystem)?.scheme ?? 'semver';
  return findings
    .flatMap((each) => each.fixedVersion ?? [])
    .toSorted(versionOrders[scheme])
    .at(-1);
}

function sourceOf({ feed, recordId, severity, status, fixedVersion, comparison }: VulnerabilityFinding): FindingSource {
  return {
    feed,
    record: recordId,
    severity,
    status,
    ...(fixedVersion !== undefined && { fixedVersion }),
    comparison,
  };
}
