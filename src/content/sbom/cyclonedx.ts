import { hash } from 'node:crypto';
import { cvssScore } from '../advisories/cvss.ts';
import type { VulnerabilityFinding } from '../findings/finding.ts';
import type { InstalledPackage } from '../inventory/package.ts';
import { spdxLicence } from './licence.ts';
import type { SbomInput } from './sbom-input.ts';

/** CycloneDX 1.6 or 1.7 (ECMA-424) as a JSON object: the image, its system and packages, and their vulnerabilities. */
export function cycloneDxOf(input: SbomInput, specVersion: '1.6' | '1.7' = '1.6'): object {
  const references = referencesOf(input.packages);
  const image = `image:${input.image.digest}`;
  const components = input.packages.map((each) => componentOf(each, references.get(each)!, input));
  return {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: `urn:uuid:${uuidOf(`${input.image.digest} ${input.createdAt} ${input.tool.version}`)}`,
    version: 1,
    metadata: {
      timestamp: new Date(input.createdAt).toISOString(),
      tools: { components: [{ type: 'application', name: input.tool.name, version: input.tool.version }] },
      component: {
        type: 'container',
        'bom-ref': image,
        name: input.image.reference,
        version: input.image.digest,
        ...hashesOf(input.image.digest),
      },
      ...((input.image.platform || input.cautions.length > 0) && {
        properties: [
          ...(input.image.platform ? [{ name: 'assay:platform', value: platformText(input.image.platform) }] : []),
          ...input.cautions.map((value) => ({ name: 'assay:caution', value })),
        ],
      }),
    },
    components: [...systemOf(input), ...components],
    dependencies: [
      { ref: image, dependsOn: [...references.values()] },
      ...[...references.values()].map((ref) => ({ ref })),
    ],
    compositions: [{ aggregate: input.incomplete ? 'incomplete' : 'complete', assemblies: [image] }],
    ...(input.findings && { vulnerabilities: vulnerabilitiesOf(input.findings, references) }),
  };
}

/** One package can be in several places; references must differ. */
function referencesOf(packages: readonly InstalledPackage[]): Map<InstalledPackage, string> {
  const used = new Map<string, number>();
  const references = new Map<InstalledPackage, string>();
  for (const each of packages) {
    const count = (used.get(each.purl) ?? 0) + 1;
    used.set(each.purl, count);
    references.set(each, count === 1 ? each.purl : `${each.purl}#${count}`);
  }
  return references;
}

function componentOf(each: InstalledPackage, reference: string, input: SbomInput): object {
  const licence = spdxLicence(each.licences ?? []);
  const layer = input.layers[each.layer];
  const colon = each.type === 'maven' ? each.name.indexOf(':') : -1;
  return {
    type: each.type === 'generic' ? 'application' : 'library',
    'bom-ref': reference,
    ...(colon > 0 && { group: each.name.slice(0, colon) }),
    name: each.name.slice(colon + 1),
    version: each.version,
    ...(licence && { licenses: [{ expression: licence.expression }] }),
    purl: each.purl,
    evidence: { occurrences: [{ location: each.path }] },
    properties: [
      ...(layer ? [{ name: 'assay:layer', value: layer.digest }] : []),
      ...(layer?.instruction ? [{ name: 'assay:layerInstruction', value: layer.instruction }] : []),
      ...(each.sourceName ? [{ name: 'assay:sourceName', value: each.sourceName }] : []),
      ...(each.sourceVersion ? [{ name: 'assay:sourceVersion', value: each.sourceVersion }] : []),
      ...(each.ownedBy ? [{ name: 'assay:ownedBy', value: each.ownedBy }] : []),
    ],
  };
}

function systemOf({ distribution }: SbomInput): object[] {
  return distribution
    ? [
        {
          type: 'operating-system',
          'bom-ref': `os:${distribution.id}@${distribution.version}`,
          name: distribution.id,
          version: distribution.version,
          description: distribution.name,
        },
      ]
    : [];
}

const SEVERITIES = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
  negligible: 'info',
  unknown: 'unknown',
};

/** One entry for each vulnerability and feed, with all packages that it affects. */
function vulnerabilitiesOf(
  findings: NonNullable<SbomInput['findings']>,
  references: ReadonlyMap<InstalledPackage, string>,
): object[] {
  const groups = Map.groupBy(findings, ({ finding }) => `${finding.id}\0${finding.feed}`);
  return [...groups.values()].map((some) => {
    const { finding } = some[0]!;
    return {
      'bom-ref': `vulnerability:${finding.feed}:${finding.id}`,
      id: finding.id,
      source: { name: finding.feed },
      ratings: ratingsOf(finding),
      ...(finding.summary && { description: finding.summary }),
      ...recommendationOf(some.map((each) => each.finding)),
      ...(finding.references.length > 0 && { advisories: finding.references.map((url) => ({ url })) }),
      affects: [...new Map(some.map((each) => [each.package.purl, each])).values()].map((each) => ({
        ref: references.get(each.package) ?? each.package.purl,
        versions: [{ version: each.package.version, status: 'affected' }],
      })),
    };
  });
}

const METHODS: Readonly<Record<string, string>> = {
  '2.0': 'CVSSv2',
  '3.0': 'CVSSv3',
  '3.1': 'CVSSv31',
  '4.0': 'CVSSv4',
};

/** The severity that counts first, then every vector with its score. */
function ratingsOf(finding: VulnerabilityFinding): object[] {
  const source = { name: finding.severitySource };
  return [
    { source, severity: SEVERITIES[finding.severity] },
    ...(finding.cvss ?? []).flatMap((vector) => {
      const found = cvssScore(vector);
      return found ? [{ source, score: found.score, method: METHODS[found.version] ?? 'other', vector }] : [];
    }),
  ];
}

function recommendationOf(findings: readonly VulnerabilityFinding[]): { recommendation?: string } {
  const fixes = [
    ...new Set(findings.flatMap((each) => (each.fixedVersion ? [`${each.judged.name} ${each.fixedVersion}`] : []))),
  ];
  return fixes.length > 0 ? { recommendation: `Upgrade to ${fixes.join(', ')}` } : {};
}

function hashesOf(digest: string): { hashes?: object[] } {
  const [algorithm, content] = digest.split(':');
  const alg = algorithm === 'sha256' ? 'SHA-256' : algorithm === 'sha512' ? 'SHA-512' : undefined;
  return alg && content ? { hashes: [{ alg, content }] } : {};
}

export function platformText(platform: NonNullable<SbomInput['image']['platform']>): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

/** A UUID of our own making (RFC 9562, version 8) from a text, so that the same image gives the same document. */
export function uuidOf(text: string): string {
  const digits = hash('sha256', text, 'hex').slice(0, 32).split('');
  digits[12] = '8';
  digits[16] = (8 + (Number.parseInt(digits[16]!, 16) % 4)).toString(16);
  const joined = digits.join('');
  return [joined.slice(0, 8), joined.slice(8, 12), joined.slice(12, 16), joined.slice(16, 20), joined.slice(20)].join(
    '-',
  );
}
