import type { InstalledPackage } from '../inventory/package.ts';
import type { VulnerabilityFinding } from './finding.ts';
import type { Observation } from './observation.ts';

/** Ids of packages that were made to do harm (OpenSSF malicious packages): what has one is malware, not vulnerable. */
export const MALICIOUS = 'MAL-';

export function isMalicious({ id }: Pick<VulnerabilityFinding, 'id'>): boolean {
  return id.startsWith(MALICIOUS);
}

/** What a report says of a malicious package that is in an image. */
export function maliciousPackage(
  of: Pick<InstalledPackage, 'name' | 'version' | 'path' | 'layer'>,
  finding: VulnerabilityFinding,
): Observation {
  return {
    kind: 'malware',
    id: finding.id,
    title: `malicious package ${of.name} ${of.version}`,
    severity: 'critical',
    place: 'file',
    path: of.path,
    layer: of.layer,
    ...(finding.summary !== undefined && { detail: finding.summary }),
    cure: 'Take the package out, and treat what ran with it as compromised: credentials too.',
    ...(finding.aliases.length > 0 && { aliases: finding.aliases }),
    references: finding.references,
  };
}

/** Findings as they are shown: vulnerabilities, and malware. */
export function apartMalicious<
  F extends { readonly package: InstalledPackage; readonly finding: VulnerabilityFinding },
>(findings: readonly F[]): { readonly findings: F[]; readonly malware: Observation[] } {
  return {
    findings: findings.filter((each) => !isMalicious(each.finding)),
    malware: findings
      .filter((each) => isMalicious(each.finding))
      .map((each) => maliciousPackage(each.package, each.finding)),
  };
}
