import { hash } from 'node:crypto';
import type { InstalledPackage } from '../inventory/package.ts';
import { platformText, uuidOf } from './cyclonedx.ts';
import { spdxLicence } from './licence.ts';
import type { SbomInput } from './sbom-input.ts';

const CREATION = '_:creation';

/**
 * SPDX 3.0.1 as a JSON-LD object (profiles Core, Software, SimpleLicensing): the image, its packages, what each was
 * declared to be licensed under.
 */
export function spdx3Of(input: SbomInput): object {
  const base = `urn:uuid:${uuidOf(`spdx3 ${input.image.digest} ${input.createdAt} ${input.tool.version}`)}#`;
  const id = (name: string) => `${base}${name}`;
  const packages = input.packages.map((each, at) => packageOf(each, id(`package-${at}-${shortHash(each)}`), input));
  const licences = new Map<string, string[]>();
  for (const [at, each] of input.packages.entries()) {
    const found = spdxLicence(each.licences ?? []);
    if (found) licences.set(found.expression, [...(licences.get(found.expression) ?? []), packages[at]!.spdxId]);
  }
  const expressions = [...licences.keys()];
  const tool = id('tool');
  const image = id('image');
  const elements = [
    {
      type: 'CreationInfo',
      '@id': CREATION,
      specVersion: '3.0.1',
      created: `${new Date(input.createdAt).toISOString().slice(0, 19)}Z`,
      createdBy: [id('agent')],
      createdUsing: [tool],
    },
    { type: 'SoftwareAgent', spdxId: id('agent'), creationInfo: CREATION, name: input.tool.name },
    { type: 'Tool', spdxId: tool, creationInfo: CREATION, name: `${input.tool.name} ${input.tool.version}` },
    imageOf(input, image),
    ...packages,
    ...expressions.map((expression, at) => ({
      type: 'simplelicensing_LicenseExpression',
      spdxId: id(`licence-${at}`),
      creationInfo: CREATION,
      simplelicensing_licenseExpression: expression,
    })),
    ...(packages.length === 0
      ? []
      : [
          {
            type: 'Relationship',
            spdxId: id('contains'),
            creationInfo: CREATION,
            from: image,
            relationshipType: 'contains',
            to: packages.map((each) => each.spdxId),
            completeness: input.incomplete ? 'incomplete' : 'complete',
          },
        ]),
    ...expressions.flatMap((expression, at) =>
      licences.get(expression)!.map((from, number) => ({
        type: 'Relationship',
        spdxId: id(`declares-${at}-${number}`),
        creationInfo: CREATION,
        from,
        relationshipType: 'hasDeclaredLicense',
        to: [id(`licence-${at}`)],
      })),
    ),
  ];
  const listed = elements.flatMap((each) => ('spdxId' in each ? [each.spdxId] : []));
  const sbom = {
    type: 'software_Sbom',
    spdxId: id('sbom'),
    creationInfo: CREATION,
    rootElement: [image],
    element: listed,
    software_sbomType: ['analyzed'],
  };
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      ...elements,
      sbom,
      {
        type: 'SpdxDocument',
        spdxId: id('document'),
        creationInfo: CREATION,
        name: input.image.reference,
        rootElement: [sbom.spdxId],
        element: [...listed, sbom.spdxId],
        profileConformance: ['core', 'software', 'simpleLicensing'],
        ...(input.cautions.length > 0 && { comment: input.cautions.join('\n') }),
      },
    ],
  };
}

function imageOf({ image }: SbomInput, spdxId: string) {
  const [algorithm, hashValue] = image.digest.split(':');
  return {
    type: 'software_Package',
    spdxId,
    creationInfo: CREATION,
    name: image.reference,
    software_packageVersion: image.digest,
    software_primaryPurpose: 'container',
    verifiedUsing: [{ type: 'Hash', algorithm: algorithm === 'sha512' ? 'sha512' : 'sha256', hashValue }],
    ...(image.platform && { comment: `platform ${platformText(image.platform)}` }),
  };
}

function packageOf(each: InstalledPackage, spdxId: string, input: SbomInput) {
  const layer = input.layers[each.layer];
  const source = [each.path, layer && `layer ${layer.digest}`, each.ownedBy && `owned by ${each.ownedBy}`];
  return {
    type: 'software_Package',
    spdxId,
    creationInfo: CREATION,
    name: each.name,
    ...(each.version !== '' && { software_packageVersion: each.version }),
    software_packageUrl: each.purl,
    software_sourceInfo: source.filter(Boolean).join('; '),
    externalIdentifier: [{ type: 'ExternalIdentifier', externalIdentifierType: 'packageUrl', identifier: each.purl }],
  };
}

function shortHash(each: InstalledPackage): string {
  return hash('sha256', `${each.purl}\0${each.path}`, 'hex').slice(0, 12);
}
