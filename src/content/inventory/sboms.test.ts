import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { advisoryKeyOf } from '../findings/ecosystems.ts';
import type { Analyser } from './analyser.ts';
import { elfSymbol } from './elf-symbols.ts';
import { embeddedSbom } from './embedded-sbom.ts';
import { graalvm } from './graalvm.ts';
import { purlOf } from './purl.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/inventory');
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

function read(analyser: Analyser, path: string, bytes: Uint8Array) {
  assert.ok(analyser.wants(path, bytes.length + 1024 * 1024, 0o755), path);
  return analyser.read({ path, size: bytes.length, mode: 0o755, bytes });
}

const listed = (found: ReturnType<typeof read>) =>
  (found?.evidence?.packages ?? []).map((each) => purlOf(each, { id: 'debian', version: '12', name: 'Debian' })).sort();

void test('PEP 770: what was built into a wheel, by auditwheel and by the project itself', () => {
  const folder = 'usr/local/lib/python3.12/site-packages/pillow-13.0.0.dist-info/sboms';
  assert.deepEqual(listed(read(embeddedSbom, `${folder}/auditwheel.cdx.json`, fixture('pep770-auditwheel.cdx.json'))), [
    'pkg:rpm/almalinux/libXau@1.0.9-3.el8',
  ]);
  const own = read(embeddedSbom, `${folder}/pillow.cdx.json`, fixture('pep770-pillow.cdx.json'));
  const names = own?.evidence?.packages.map((each) => `${each.type} ${each.name} ${each.version}`) ?? [];
  assert.equal(names.length, 14);
  assert.ok(names.includes('generic FreeType 2.14.3') && names.includes('generic zlib 2.3.3'));
  assert.deepEqual(own?.incomplete?.[0]?.detail, '2 entries have no version or are of an unknown kind');
});

void test('a part that another system built is not judged by the advisories of the system it lies in', () => {
  const debian = { id: 'debian', version: '12', name: 'Debian' };
  const part = { type: 'rpm' as const, name: 'libXau', version: '1.0.9-3.el8', namespace: 'almalinux' };
  assert.equal(advisoryKeyOf(part, debian), undefined);
  assert.equal(advisoryKeyOf(part, { id: 'almalinux', version: '8.9', name: 'Alma' })?.ecosystem, 'AlmaLinux:8');
});

void test('Bitnami’s builds are installed, documents in shared folders declared', () => {
  const document = {
    spdxVersion: 'SPDX-2.3',
    packages: [
      {
        name: 'nginx',
        versionInfo: '1.25.3-4',
        externalRefs: [
          { referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:*:nginx:nginx:1.25.3:*:*:*:*:*:*:*' },
          { referenceType: 'purl', referenceLocator: 'pkg:bitnami/nginx@1.25.3-4?arch=amd64&distro=debian-12' },
        ],
      },
      { name: 'image', primaryPackagePurpose: 'CONTAINER' },
    ],
  };
  const bytes = Buffer.from(JSON.stringify(document));
  const [found] = read(embeddedSbom, 'opt/bitnami/nginx/.spdx-nginx.spdx', bytes)?.evidence?.packages ?? [];
  assert.deepEqual(found, { type: 'bitnami', name: 'nginx', version: '1.25.3-4' });
  assert.deepEqual(advisoryKeyOf(found, undefined), { ecosystem: 'Bitnami', name: 'nginx', version: '1.25.3' });
  const [lying] = read(embeddedSbom, 'usr/share/sbom/app.spdx.json', bytes)?.evidence?.packages ?? [];
  assert.equal(lying?.declared, true);
  const graph = {
    '@graph': [{ type: 'software_Package', name: 'a', software_packageUrl: 'pkg:npm/%40scope/a@1.0.0' }],
  };
  assert.deepEqual(listed(read(embeddedSbom, 'var/lib/x.spdx.json', Buffer.from(JSON.stringify(graph)))), [
    'pkg:npm/%40scope/a@1.0.0',
  ]);
  assert.equal(read(embeddedSbom, 'usr/share/x.cdx.json', Buffer.from('{"other":1}')), undefined);
  assert.equal(embeddedSbom.wants('home/app/x.cdx.json', 1, 0), false);
});

void test('a document nested without end, or of too many parts, is refused', () => {
  let component: object = { type: 'library', name: 'a', version: '1' };
  for (let depth = 0; depth < 40; depth++) component = { type: 'library', name: 'a', components: [component] };
  const bytes = Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', components: [component] }));
  assert.throws(
    () => read(embeddedSbom, 'usr/share/x.cdx.json', bytes),
    (error) => isAssayError(error, 'content-budget-exceeded'),
  );
});

void test('GraalVM: the document behind the symbols of a native program; damaged ones give none or are refused', () => {
  const program = fixture('graalvm.elf');
  assert.deepEqual(listed(read(graalvm, 'app/demo', program)), [
    'pkg:maven/com.fasterxml.jackson.core/jackson-databind@2.17.2',
    'pkg:maven/io.netty/netty-codec-http@4.1.118.Final',
    'pkg:maven/org.graalvm.nativeimage/svm@23.1.2',
  ]);
  assert.equal(read(graalvm, 'app/other', fixture('cargo-auditable.elf')), undefined);
  for (let length = 0; length < program.length; length += 13) elfSymbol(program.subarray(0, length), ['sbom']);
  const start = elfSymbol(program, ['sbom']).get('sbom')!;
  const bad = Buffer.from(program);
  bad.fill(0x55, start.byteOffset - program.byteOffset, start.byteOffset - program.byteOffset + 40);
  assert.throws(
    () => read(graalvm, 'app/demo', bad),
    (error) => isAssayError(error, 'content-malformed'),
  );
});
