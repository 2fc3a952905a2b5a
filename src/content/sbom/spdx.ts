import { hash } from 'node:crypto';
import type { InstalledPackage } from '../inventory/package.ts';
import { platformText, uuidOf } from './cyclonedx.ts';
import { spdxLicence } from './licence.ts';
import type { SbomInput } from './sbom-input.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const IMAGE = 'SPDXRef-Image';

/** The members that differ; the rest is fixed. */
interface SpdxPackage {
  readonly SPDXID: string;
  readonly [member: string]: unknown;
}

/** SPDX 2.3 (ISO/IEC 5962 successor) as a JSON object: the image and the packages it contains. */
export function spdxOf(input: SbomInput): object {
  const refs = new Map<string, string>();
  const ids = new Map<string, number>();
  const packages = input.packages.map((each) => packageOf(each, uniqueId(each, ids), input, refs));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: input.image.reference,
    documentNamespace: `urn:uuid:${uuidOf(`spdx ${input.image.digest} ${input.createdAt} ${input.tool.version}`)}`,
    creationInfo: {
      created: `${new Date(input.createdAt).toISOString().slice(0, 19)}Z`,
      creators: [`Tool: ${input.tool.name}-${input.tool.version}`],
      ...(input.cautions.length > 0 && { comment: input.cautions.join('\n') }),
    },
    documentDescribes: [IMAGE],
    packages: [imageOf(input), ...packages],
    ...(refs.size > 0 && {
      hasExtractedLicensingInfos: [...refs].map(([licenseId, name]) => ({ licenseId, name, extractedText: name })),
    }),
    relationships: [
      { spdxElementId: DOCUMENT, relationshipType: 'DESCRIBES', relatedSpdxElement: IMAGE },
      ...packages.map((each) => ({
        spdxElementId: IMAGE,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: each.SPDXID,
      })),
    ],
  };
}

function imageOf({ image }: SbomInput): object {
  const [algorithm, checksumValue] = image.digest.split(':');
  return {
    SPDXID: IMAGE,
    name: image.reference,
    versionInfo: image.digest,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    primaryPackagePurpose: 'CONTAINER',
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    checksums: [{ algorithm: algorithm === 'sha512' ? 'SHA512' : 'SHA256', checksumValue }],
    ...(image.platform && { comment: `platform ${platformText(image.platform)}` }),
  };
}

function packageOf(each: InstalledPackage, id: string, input: SbomInput, refs: Map<string, string>): SpdxPackage {
  const licence = spdxLicence(each.licences ?? []);
  for (const ref of licence?.refs ?? []) refs.set(ref.id, ref.name);
  const layer = input.layers[each.layer];
  const source = [each.path, layer && `layer ${layer.digest}`, each.ownedBy && `owned by ${each.ownedBy}`];
  return {
    SPDXID: id,
    name: each.name,
    versionInfo: each.version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licence?.expression ?? 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    sourceInfo: source.filter(Boolean).join('; '),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: each.purl }],
  };
}

/** Letters, digits, dots and hyphens only (SPDX 2.3, section 7.2); the digest keeps two spellings apart. */
function uniqueId(each: InstalledPackage, ids: Map<string, number>): string {
  const plain = `${each.type}-${each.name}`.replaceAll(/[^A-Za-z0-9.-]+/g, '-').slice(0, 80);
  const id = `SPDXRef-Package-${plain}-${hash('sha256', `${each.purl}\0${each.path}`, 'hex').slice(0, 12)}`;
  const count = (ids.get(id) ?? 0) + 1;
  ids.set(id, count);
  return count === 1 ? id : `${id}-${count}`;
}
