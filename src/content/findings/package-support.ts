import { type LookUpAdvisories, SUPPORT } from '../advisories/advisory.ts';
import type { AdvisoryKey } from './ecosystems.ts';
import type { VulnerabilityFinding } from './finding.ts';

/** What is open in a package that its distribution mends no more, or only within limits, is said to be so. */
export function withSupport(
  findings: readonly VulnerabilityFinding[],
  { ecosystem, name }: AdvisoryKey,
  lookUp: LookUpAdvisories,
): readonly VulnerabilityFinding[] {
  const isOpen = (each: VulnerabilityFinding) => each.status === 'affected' || each.status === 'deferred';
  if (!ecosystem.startsWith('Debian:') || !findings.some(isOpen)) return findings;
  const said = lookUp(`${SUPPORT}:${ecosystem}`, '*').filter((each) => isNamed(each.id, name));
  const [limit] = said.filter((each) => each.endOfLife).concat(said);
  if (!limit) return findings;
  return findings.map((each) =>
    isOpen(each)
      ? {
          ...each,
          ...(limit.endOfLife && { status: 'end-of-life' as const }),
          statusDetail: [limit.statusDetail, each.statusDetail].filter(Boolean).join('; '),
        }
      : each,
  );
}

/** `golang.*` names every package that begins so. */
function isNamed(pattern: string, name: string): boolean {
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : pattern === name;
}
