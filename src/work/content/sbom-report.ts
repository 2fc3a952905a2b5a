import { joinSources } from '../../content/findings/alias-groups.ts';
import { advisoryKeyOf } from '../../content/findings/ecosystems.ts';
import { apartMalicious } from '../../content/findings/malicious-packages.ts';
import { judge } from '../../content/findings/judge.ts';
import type { InstalledPackage } from '../../content/inventory/package.ts';
import { readSbom } from '../../content/sbom/read-sbom.ts';
import type { AdvisorySet } from '../../ports/advisory-sets.ts';
import { type ImageReport, worstFirst } from './report.ts';

/** What a report stands on when it was made from a bill of materials: no layers, no manifest. */
export type SbomReport = Omit<ImageReport, 'manifest' | 'platform'> & { readonly name: string | undefined };

/** Judges the packages that a bill of materials lists, by the same steps as those of an image. */
export function sbomReport(bytes: Uint8Array, file: string, advisories: AdvisorySet, now: number): SbomReport {
  const sbom = readSbom(bytes, file);
  const packages = sbom.packages.map(({ purl, found }): InstalledPackage => ({ ...found, purl, path: file, layer: 0 }));
  const found = joinSources(
    packages.flatMap((installed) => {
      const key = advisoryKeyOf(installed, sbom.distribution);
      return key ? judge(key, advisories.lookUp).map((finding) => ({ package: installed, finding })) : [];
    }),
  );
  const { findings, malware } = apartMalicious(found);
  return {
    name: sbom.name,
    distribution: sbom.distribution,
    layers: [],
    packages: packages.map((installed) => ({
      installed,
      findings: findings.filter((each) => each.package === installed).length,
    })),
    findings: findings.sort(worstFirst),
    observations: malware,
    incomplete:
      sbom.unnamed > 0
        ? [{ code: 'unsupported', detail: `${sbom.unnamed} entries have no package URL and cannot be judged` }]
        : [],
    advisories,
    analysedAt: now,
    judgedAt: now,
  };
}
