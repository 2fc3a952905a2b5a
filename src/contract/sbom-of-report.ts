import type { VulnerabilityFinding } from '../content/findings/finding.ts';
import type { Distribution, InstalledPackage } from '../content/inventory/package.ts';
import type { SbomInput } from '../content/sbom/sbom-input.ts';
import { cautionInWords, cautionsOf } from './outputs/cautions.ts';
import { type Report, type ReportVulnerability, vulnerabilitiesOf } from './report.ts';

/**
 * The facts of a bill of materials from a published report, so that one way of writing serves a server's report and one
 * made here. Layers that brought no package are not in a report and so not in the document.
 */
export function sbomInputOf(report: Report, tool: SbomInput['tool'], createdAt?: number): SbomInput {
  const layers = [...new Map(report.packages.map((each) => [each.layer.digest, each.layer] as const)).values()];
  const positions = new Map(layers.map((each, at) => [each.digest, at]));
  const packages = report.packages.map(
    ({ layer, ...rest }) => ({ ...rest, layer: positions.get(layer.digest) ?? 0 }) as InstalledPackage,
  );
  const byPlace = new Map(packages.map((each) => [`${each.purl}\0${each.path}`, each]));
  return {
    image: {
      reference: report.image.reference,
      digest: report.image.digest,
      ...(report.image.platform && { platform: report.image.platform as NonNullable<SbomInput['image']['platform']> }),
    },
    distribution: report.distribution as Distribution | undefined,
    layers: layers.map(({ digest, instruction }) => ({ digest, instruction })),
    packages,
    findings: vulnerabilitiesOf(report).flatMap((each) => {
      const found = byPlace.get(`${each.package.purl}\0${each.evidence.path}`);
      return found ? [{ package: found, finding: findingOf(each) }] : [];
    }),
    cautions: cautionsOf(report).map(cautionInWords),
    incomplete: report.incomplete.length > 0,
    createdAt: createdAt ?? Date.parse(report.analysedAt),
    tool,
  };
}

function findingOf({ package: _package, layer: _layer, evidence, ...rest }: ReportVulnerability): VulnerabilityFinding {
  return {
    ...rest,
    feed: evidence.feed,
    recordId: evidence.record,
    judged: { ecosystem: evidence.ecosystem, name: evidence.judgedName, version: evidence.judgedVersion },
    comparison: evidence.comparison,
  } as VulnerabilityFinding;
}
