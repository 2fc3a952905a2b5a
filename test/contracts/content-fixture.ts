import type { Severity } from '../../src/content/advisories/advisory.ts';
import type { VulnerabilityFinding } from '../../src/content/findings/finding.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { ImageAnalysis, JudgedPackage } from '../../src/ports/content-records.ts';

export function imageOf(manifest: Digest): ImageAnalysis {
  return {
    manifest,
    analyserVersion: '1',
    state: 'complete',
    distribution: { id: 'debian', version: '12', name: 'Debian GNU/Linux' },
    incomplete: [],
    analysedAt: 100,
    durationMs: 5,
  };
}

export function packageOf(packageName: string, version: string, path = 'var/lib/dpkg/status'): JudgedPackage {
  return {
    id: `${packageName}-${version}`,
    installed: {
      type: 'deb',
      name: packageName,
      version,
      architecture: 'amd64',
      sourceName: `${packageName}-source`,
      sourceVersion: version,
      purl: `pkg:deb/debian/${packageName}@${version}`,
      path,
      layer: 0,
    },
    key: { ecosystem: 'Debian:12', name: `${packageName}-source`, version },
  };
}

export function finding(id: string, severity: Severity, fixedVersion?: string): VulnerabilityFinding {
  return {
    kind: 'vulnerability',
    id,
    aliases: [],
    severity,
    severitySource: 'test',
    status: fixedVersion === undefined ? 'affected' : 'fixed',
    ...(fixedVersion !== undefined && { fixedVersion }),
    references: [],
    feed: 'test',
    recordId: id,
    judged: { ecosystem: 'Debian:12', name: 'x', version: '1' },
    comparison: '1 < 2',
  };
}
