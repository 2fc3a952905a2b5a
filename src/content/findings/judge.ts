import type { AffectedRange, LookUpAdvisories, SourcedAdvisory } from '../advisories/advisory.ts';
import { inRange } from '../advisories/in-range.ts';
import { type CompareVersions, versionOrders } from '../advisories/version-order.ts';
import type { AdvisoryKey } from './ecosystems.ts';
import type { VulnerabilityFinding } from './finding.ts';

/** What the advisories say of one package version. Pure: the same key and the same set give the same findings. */
export function judge(key: AdvisoryKey, lookUp: LookUpAdvisories): VulnerabilityFinding[] {
  const findings = new Map<string, VulnerabilityFinding>();
  for (const advisory of lookUp(key.ecosystem, key.name)) {
    if (advisory.status === 'not-affected') continue;
    const hit = affects(advisory, key.version);
    if (!hit) continue;
    const finding = findingOf(advisory, key, hit);
    const same = `${finding.feed}\0${finding.recordId}`;
    const before = findings.get(same);
    if (!before || isLater(finding, before, versionOrders[advisory.scheme])) findings.set(same, finding);
  }
  return [...findings.values()];
}

/** Two notices of one feed for one id: only the later fix clears both. */
function isLater(finding: VulnerabilityFinding, before: VulnerabilityFinding, compare: CompareVersions): boolean {
  if (before.fixedVersion === undefined) return false;
  return finding.fixedVersion === undefined || compare(finding.fixedVersion, before.fixedVersion) > 0;
}

interface Hit {
  readonly fixedVersion: string | undefined;
  readonly comparison: string;
}

function affects(advisory: SourcedAdvisory, version: string): Hit | undefined {
  const compare = versionOrders[advisory.scheme];
  for (const range of advisory.ranges ?? []) {
    if (!inRange(range, version, compare)) continue;
    return { fixedVersion: range.fixed, comparison: wordsOf(range, version) };
  }
  if (advisory.versions?.some((each) => compare(each, version) === 0)) {
    return { fixedVersion: fixAbove(advisory, version, compare), comparison: `${version} is named as affected` };
  }
  return undefined;
}

/** The smallest fix that is newer than the version, for records that name affected versions one by one. */
function fixAbove(advisory: SourcedAdvisory, version: string, compare: CompareVersions): string | undefined {
  return (advisory.ranges ?? [])
    .map((range) => range.fixed)
    .filter((fixed): fixed is string => fixed !== undefined && compare(fixed, version) > 0)
    .sort(compare)[0];
}

function wordsOf(range: AffectedRange, version: string): string {
  const from = range.introduced !== undefined && range.introduced !== '0' ? `${range.introduced} ≤ ` : '';
  if (range.fixed !== undefined) return `${from}${version} < ${range.fixed}`;
  if (range.lastAffected !== undefined) return `${from}${version} ≤ ${range.lastAffected}`;
  return from ? `${from}${version}, no fix yet` : `every version up to ${version}, no fix yet`;
}

function findingOf(advisory: SourcedAdvisory, key: AdvisoryKey, hit: Hit): VulnerabilityFinding {
  const ids = [advisory.id, ...(advisory.aliases ?? [])];
  const id = advisory.id.startsWith('CVE-')
    ? advisory.id
    : (ids.find((each) => each.startsWith('CVE-')) ?? advisory.id);
  const status = advisory.status as VulnerabilityFinding['status'];
  return {
    kind: 'vulnerability',
    id,
    aliases: ids.filter((each) => each !== id),
    severity: advisory.severity ?? 'unknown',
    severitySource: advisory.severity ? (advisory.severitySource ?? advisory.feed) : advisory.feed,
    status: hit.fixedVersion !== undefined ? 'fixed' : status === 'fixed' ? 'affected' : status,
    ...(advisory.statusDetail && { statusDetail: advisory.statusDetail }),
    ...(hit.fixedVersion !== undefined && { fixedVersion: hit.fixedVersion }),
    ...(advisory.exploited === true && { exploited: true as const }),
    ...(advisory.summary && { summary: advisory.summary }),
    ...(advisory.cvss && { cvss: advisory.cvss }),
    references: advisory.references ?? [],
    feed: advisory.feed,
    recordId: advisory.id,
    judged: { ecosystem: key.ecosystem, name: key.name, version: key.version },
    comparison: hit.comparison,
  };
}
