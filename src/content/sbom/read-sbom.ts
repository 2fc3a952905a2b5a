import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Distribution, FoundPackage } from '../inventory/package.ts';
import { foundOf, parsePurl } from './purl-package.ts';

const MAX_BYTES = 256 * 1024 ** 2;
const MAX_PACKAGES = 500_000;
const text = z.string().max(20_000);

/** What a bill of materials lists that can be judged. */
export interface ReadSbom {
  /** Name of what it describes, as the document has it. */
  readonly name: string | undefined;
  readonly distribution: Distribution | undefined;
  readonly packages: readonly { readonly purl: string; readonly found: FoundPackage }[];
  /** Entries without a package URL, which nobody can judge. */
  readonly unnamed: number;
}

/** Reads CycloneDX 1.2 to 1.7 and SPDX 2.2, 2.3 and 3.0 in JSON; throws `content-malformed` for anything else. */
export function readSbom(bytes: Uint8Array, name: string): ReadSbom {
  if (bytes.length > MAX_BYTES) throw new AssayError('content-budget-exceeded', `${name} is too large`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AssayError('content-malformed', `${name} is not JSON`, { cause });
  }
  for (const [schema, read] of [
    [cycloneDxSchema, (found: unknown) => readCycloneDx(found as CycloneDx)],
    [spdx2Schema, (found: unknown) => readSpdx2(found as Spdx2)],
    [spdx3Schema, (found: unknown) => readSpdx3(found as Spdx3)],
  ] as const) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return read(parsed.data);
  }
  throw new AssayError('content-malformed', `${name} is neither CycloneDX nor SPDX in JSON`);
}

const property = z.looseObject({ name: text, value: text.optional() });
const component = z.looseObject({
  type: text.optional(),
  name: text,
  version: text.optional(),
  purl: text.optional(),
  description: text.optional(),
  properties: z.array(property).optional(),
  components: z.array(z.unknown()).optional(),
});
const cycloneDxSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: component.optional() }).optional(),
  components: z.array(z.unknown()).optional(),
});
type CycloneDx = z.infer<typeof cycloneDxSchema>;
type Component = z.infer<typeof component>;
const MAX_DEPTH = 20;

/** Sources of distribution packages, as Assay, Trivy and Syft write them. */
const SOURCE_NAMES = ['assay:sourceName', 'aquasecurity:trivy:SrcName', 'syft:metadata:source'];
const SOURCE_VERSIONS = ['assay:sourceVersion', 'aquasecurity:trivy:SrcVersion', 'syft:metadata:sourceVersion'];

function readCycloneDx(document: CycloneDx): ReadSbom {
  const all = [...walk(document.components ?? [], 0)];
  const system = all.find((each) => each.type === 'operating-system');
  const packages = all.flatMap((each) => {
    const parsed = each.purl === undefined ? undefined : parsePurl(each.purl);
    if (!parsed) return [];
    const said = (names: readonly string[]) =>
      each.properties?.find((one) => names.includes(one.name) && one.value)?.value;
    const found = foundOf(parsed, {
      sourceName: said(SOURCE_NAMES),
      sourceVersion: said(SOURCE_VERSIONS),
      ownedBy: said(['assay:ownedBy']),
    });
    return found ? [{ purl: each.purl!, found }] : [];
  });
  const subject = document.metadata?.component;
  return finish(subject?.name, system && distributionNamed(system), packages, all.filter(isPackage).length);
}

function* walk(components: readonly unknown[], depth: number): Generator<Component> {
  if (depth > MAX_DEPTH) throw new AssayError('content-budget-exceeded', 'components are nested too deep');
  for (const each of components) {
    const parsed = component.safeParse(each);
    if (!parsed.success) continue;
    yield parsed.data;
    yield* walk(parsed.data.components ?? [], depth + 1);
  }
}

function isPackage({ type }: Component): boolean {
  return type === 'library' || type === 'application' || type === 'framework';
}

function distributionNamed({ name, version, description }: Component): Distribution {
  return { id: name.toLowerCase(), version: version ?? '', name: description ?? `${name} ${version ?? ''}`.trim() };
}

const spdx2Schema = z.looseObject({
  spdxVersion: z.string().regex(/^SPDX-2\.[23]$/),
  name: text.optional(),
  packages: z
    .array(
      z.looseObject({
        name: text,
        versionInfo: text.optional(),
        primaryPackagePurpose: text.optional(),
        sourceInfo: text.optional(),
        externalRefs: z.array(z.looseObject({ referenceType: text, referenceLocator: text })).optional(),
      }),
    )
    .optional(),
});
type Spdx2 = z.infer<typeof spdx2Schema>;

function readSpdx2(document: Spdx2): ReadSbom {
  const all = document.packages ?? [];
  const packages = all.flatMap((each) => {
    const purl = each.externalRefs?.find((one) => one.referenceType === 'purl')?.referenceLocator;
    const parsed = purl === undefined ? undefined : parsePurl(purl);
    const ownedBy = /\bowned by (\S+)/.exec(each.sourceInfo ?? '')?.[1];
    // Trivy names the source in words: "built package from: openssl 3.0.9-1".
    const built = /built package from: (\S+) (\S+)/.exec(each.sourceInfo ?? '');
    const found = parsed && foundOf(parsed, { sourceName: built?.[1], sourceVersion: built?.[2], ownedBy });
    return found ? [{ purl: purl!, found }] : [];
  });
  const system = all.find((each) => each.primaryPackagePurpose === 'OPERATING-SYSTEM');
  const listed = all.filter((each) => !/^(?:CONTAINER|OPERATING-SYSTEM|FILE)$/.test(each.primaryPackagePurpose ?? ''));
  return finish(
    document.name,
    system && { id: system.name.toLowerCase(), version: system.versionInfo ?? '', name: system.name },
    packages,
    listed.length,
  );
}

const spdx3Schema = z.looseObject({
  '@context': z.string().regex(/spdx\.org\/rdf\/3\.0/),
  '@graph': z.array(z.looseObject({ type: text.optional() })),
});
type Spdx3 = z.infer<typeof spdx3Schema>;
const spdx3Package = z.looseObject({
  type: z.literal('software_Package'),
  name: text,
  software_packageUrl: text.optional(),
  software_primaryPurpose: text.optional(),
  software_sourceInfo: text.optional(),
});

function readSpdx3(document: Spdx3): ReadSbom {
  const name = document['@graph'].find((each) => each.type === 'SpdxDocument')?.['name'];
  const all = document['@graph'].flatMap((each) => {
    const parsed = spdx3Package.safeParse(each);
    return parsed.success && parsed.data.software_primaryPurpose !== 'container' ? [parsed.data] : [];
  });
  const packages = all.flatMap((each) => {
    const parsed = each.software_packageUrl === undefined ? undefined : parsePurl(each.software_packageUrl);
    const ownedBy = /\bowned by (\S+)/.exec(each.software_sourceInfo ?? '')?.[1];
    const found = parsed && foundOf(parsed, { ownedBy });
    return found ? [{ purl: each.software_packageUrl!, found }] : [];
  });
  return finish(typeof name === 'string' ? name : undefined, undefined, packages, all.length);
}

function finish(
  name: string | undefined,
  system: Distribution | undefined,
  packages: ReadSbom['packages'],
  listed: number,
): ReadSbom {
  if (packages.length > MAX_PACKAGES) throw new AssayError('content-budget-exceeded', 'too many packages');
  const unique = [...new Map(packages.map((each) => [JSON.stringify(each), each])).values()];
  return {
    name,
    distribution: system ?? distributionOfPurls(packages),
    packages: unique,
    unnamed: Math.max(0, listed - packages.length),
  };
}

/** `distro=debian-12`, as Syft and Trivy mark the packages of a distribution. */
function distributionOfPurls(packages: ReadSbom['packages']): Distribution | undefined {
  for (const { purl } of packages) {
    const distro = parsePurl(purl)?.qualifiers.get('distro');
    const match = distro === undefined ? null : /^([a-z][a-z-]*)-(\d[\w.]*)$/.exec(distro);
    if (match) return { id: match[1]!, version: match[2]!, name: `${match[1]} ${match[2]}` };
  }
  return undefined;
}
