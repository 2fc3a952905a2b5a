import assert from 'node:assert/strict';
import { test } from 'node:test';
import parseExpression from 'spdx-expression-parse';
import type { InstalledPackage } from '../inventory/package.ts';
import { cycloneDxOf } from './cyclonedx.ts';
import { spdxLicence } from './licence.ts';
import type { SbomInput } from './sbom-input.ts';
import { spdxOf } from './spdx.ts';

const openssl: InstalledPackage = {
  type: 'deb',
  name: 'libssl3',
  version: '3.0.9-1',
  sourceName: 'openssl',
  licences: ['Apache-2.0', 'GPL-2+', 'some words of our own'],
  purl: 'pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12',
  path: 'var/lib/dpkg/status',
  layer: 0,
};
const twice = ['a/node_modules/x/package.json', 'b/node_modules/x/package.json'].map(
  (path): InstalledPackage => ({
    type: 'npm',
    name: '@s/x',
    version: '1.0.0',
    licences: ['MIT'],
    purl: 'pkg:npm/%40s/x@1.0.0',
    path,
    layer: 1,
  }),
);
const input: SbomInput = {
  image: {
    reference: 'registry.example/app:1',
    digest: `sha256:${'a'.repeat(64)}`,
    platform: { os: 'linux', architecture: 'amd64' },
  },
  distribution: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  layers: [{ digest: `sha256:${'b'.repeat(64)}`, instruction: 'ADD rootfs' }, { digest: `sha256:${'c'.repeat(64)}` }],
  packages: [openssl, ...twice],
  findings: [
    {
      package: openssl,
      finding: {
        kind: 'vulnerability',
        id: 'CVE-2023-0001',
        aliases: [],
        severity: 'negligible',
        severitySource: 'Debian',
        status: 'fixed',
        fixedVersion: '3.0.11-1',
        references: ['https://security-tracker.debian.org/tracker/CVE-2023-0001'],
        feed: 'debian',
        recordId: 'CVE-2023-0001',
        judged: { ecosystem: 'Debian:12', name: 'openssl', version: '3.0.9-1' },
        comparison: '3.0.9-1 < 3.0.11-1',
      },
    },
  ],
  cautions: [],
  incomplete: false,
  createdAt: Date.UTC(2026, 10, 21),
  tool: { name: 'assay', version: '0.1.0' },
};

interface Bom {
  serialNumber: string;
  components: { 'bom-ref': string; purl?: string; licenses?: { expression: string }[] }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
  vulnerabilities: { ratings: { severity: string }[]; affects: { ref: string }[] }[];
  metadata: { component: { 'bom-ref': string } };
}
interface Spdx {
  packages: { SPDXID: string; licenseDeclared: string }[];
  relationships: { spdxElementId: string; relatedSpdxElement: string }[];
  hasExtractedLicensingInfos: { licenseId: string }[];
  creationInfo: { created: string };
}

void test('CycloneDX: references are unique and all of them resolve', () => {
  const bom = cycloneDxOf(input) as Bom;
  const references = [bom.metadata.component['bom-ref'], ...bom.components.map((each) => each['bom-ref'])];
  assert.equal(new Set(references).size, references.length);
  for (const { ref, dependsOn = [] } of bom.dependencies)
    for (const each of [ref, ...dependsOn]) assert.ok(references.includes(each), each);
  for (const each of bom.vulnerabilities.flatMap(({ affects }) => affects)) assert.ok(references.includes(each.ref));
  assert.equal(bom.vulnerabilities[0]?.ratings[0]?.severity, 'info');
  assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const each of bom.components.flatMap(({ licenses = [] }) => licenses)) parseExpression(each.expression);
});

void test('SPDX: identifiers are valid and unique, relationships resolve, LicenseRefs are explained', () => {
  const document = spdxOf(input) as Spdx;
  const ids = document.packages.map((each) => each.SPDXID);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
  const known = new Set([...ids, 'SPDXRef-DOCUMENT']);
  for (const each of document.relationships)
    assert.ok(known.has(each.spdxElementId) && known.has(each.relatedSpdxElement));
  const refs = new Set(document.hasExtractedLicensingInfos.map((each) => each.licenseId));
  for (const { licenseDeclared } of document.packages) {
    if (licenseDeclared === 'NOASSERTION') continue;
    parseExpression(licenseDeclared);
    for (const [ref] of licenseDeclared.matchAll(/LicenseRef-[A-Za-z0-9.-]+/g)) assert.ok(refs.has(ref), ref);
  }
  assert.equal(document.creationInfo.created, '2026-11-21T00:00:00Z');
});

void test('the same input gives the same bytes', () => {
  for (const write of [cycloneDxOf, spdxOf])
    assert.equal(JSON.stringify(write(input)), JSON.stringify(write(structuredClone(input))));
});

void test('declared licences become valid expressions', () => {
  const cases: readonly (readonly [string[], string | undefined])[] = [
    [[], undefined],
    [['mit'], 'MIT'],
    [['MIT OR Apache-2.0'], 'MIT OR Apache-2.0'],
    [['GPLv2+ and MIT'], 'GPL-2.0-or-later AND MIT'],
    [['GPL-2+', 'MIT OR ISC'], 'GPL-2.0-or-later AND (MIT OR ISC)'],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], 'GPL-2.0-only WITH Classpath-exception-2.0'],
    [['Custom'], 'LicenseRef-Custom'],
  ];
  for (const [declared, expression] of cases)
    assert.equal(spdxLicence(declared)?.expression, expression, declared.join());
  const odd = spdxLicence(['see (LICENSE', 'x'.repeat(5000), '🙂'])!;
  parseExpression(odd.expression);
  assert.equal(odd.refs.length, 3);
});
