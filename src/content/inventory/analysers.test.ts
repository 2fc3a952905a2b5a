import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipOf } from '../../../test/archives.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Analyser, Finding } from './analyser.ts';
import { apk } from './apk.ts';
import { dpkg } from './dpkg.ts';
import { dpkgCopyright } from './dpkg-copyright.ts';
import { dpkgFiles } from './dpkg-files.ts';
import { goBinary } from './go-binary.ts';
import { java } from './java.ts';
import { type PackageType, packageTypes } from './package.ts';
import { purlOf } from './purl.ts';
import { npm } from './npm.ts';
import { osRelease } from './os-release.ts';
import { python } from './python.ts';
import { rpm } from './rpm.ts';

function read(analyser: Analyser, path: string, content: string | Uint8Array): Finding | undefined {
  const bytes = Buffer.from(content);
  assert.ok(analyser.wants(path, bytes.length + 1024 * 1024, 0o755), `${analyser.name} wants ${path}`);
  return analyser.read({ path, size: bytes.length, mode: 0o755, bytes });
}

void test('dpkg: states, sources and their versions, status.d of images without dpkg', () => {
  const status = [
    'Package: a\nStatus: install ok installed\nVersion: 1.0-1+b1\nArchitecture: amd64\nSource: src-a (1.0-1)',
    'Package: b\nStatus: deinstall ok config-files\nVersion: 2',
    'Package: c\nStatus: install ok half-configured\nVersion: 3\nSource: d',
  ].join('\n\n');
  assert.deepEqual(read(dpkg, 'var/lib/dpkg/status', status)?.evidence?.packages, [
    { type: 'deb', name: 'a', version: '1.0-1+b1', architecture: 'amd64', sourceName: 'src-a', sourceVersion: '1.0-1' },
    { type: 'deb', name: 'c', version: '3', sourceName: 'd', sourceVersion: '3' },
  ]);
  const single = read(dpkg, 'var/lib/dpkg/status.d/base', 'Package: base-files\nVersion: 12.4\n');
  assert.equal(single?.evidence?.packages[0]?.name, 'base-files');
  assert.equal(dpkg.wants('var/lib/dpkg/status.d/base.md5sums', 1, 0o644), false);
  assert.equal(dpkg.wants('var/lib/dpkg/status-old', 1, 0o644), false);
});

void test('dpkg: owned files and licences', () => {
  const listed = [...read(dpkgFiles, 'var/lib/dpkg/info/python3-x:amd64.list', '/.\n/usr/lib/a\n')!.owned!][0]!;
  assert.deepEqual([listed.package, ...listed.paths].slice(0, 3), ['python3-x', '/.', '/usr/lib/a']);
  const summed = [...read(dpkgFiles, 'var/lib/dpkg/status.d/x.md5sums', `${'0'.repeat(32)}  usr/a b\n`)!.owned!][0]!;
  assert.deepEqual([...summed.paths], ['usr/a b']);
  const dep5 =
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\nLicense: GPL-2+\n text\n\nFiles: debian/*\nCopyright: y\nLicense: MIT\n';
  assert.deepEqual(read(dpkgCopyright, 'usr/share/doc/x/copyright', dep5)?.licences?.licences, ['GPL-2+', 'MIT']);
  assert.equal(read(dpkgCopyright, 'usr/share/doc/x/copyright', 'This is free text\n'), undefined);
});

void test('apk: origin, licence, both places, owned files', () => {
  const database =
    'P:libcrypto3\nV:3.1.4-r5\nA:x86_64\nL:Apache-2.0\no:openssl\nF:usr/lib\nR:libcrypto.so.3\nZ:Q1x\n\nP:musl\nV:1.2.4-r2\n\n';
  for (const path of ['lib/apk/db/installed', 'usr/lib/apk/db/installed']) {
    const found = read(apk, path, database)!;
    assert.deepEqual(found.evidence?.packages, [
      {
        type: 'apk',
        name: 'libcrypto3',
        version: '3.1.4-r5',
        architecture: 'x86_64',
        sourceName: 'openssl',
        sourceVersion: '3.1.4-r5',
        licences: ['Apache-2.0'],
      },
      { type: 'apk', name: 'musl', version: '1.2.4-r2', sourceName: 'musl', sourceVersion: '1.2.4-r2' },
    ]);
    assert.deepEqual([...[...found.owned!][0]!.paths], ['usr/lib/libcrypto.so.3']);
  }
});

void test('npm and Python: name, version, licence', () => {
  assert.deepEqual(
    read(npm, 'app/node_modules/@a/b/node_modules/c/package.json', '{"name":"c","version":"1.0.0","license":"MIT"}')
      ?.evidence?.packages,
    [{ type: 'npm', name: 'c', version: '1.0.0', licences: ['MIT'] }],
  );
  assert.equal(npm.wants('app/package.json', 1, 0o644), false);
  assert.equal(npm.wants('app/node_modules/c/test/package.json', 1, 0o644), false);
  assert.throws(
    () => read(npm, 'node_modules/c/package.json', '{'),
    (error) => isAssayError(error, 'content-malformed'),
  );
  const metadata =
    'Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.2\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: BSD License\n\nName: not this\n';
  for (const path of [
    'usr/lib/python3/dist-packages/foo.dist-info/METADATA',
    'x/foo.egg-info/PKG-INFO',
    'x/foo.egg-info',
  ])
    assert.deepEqual(read(python, path, metadata)?.evidence?.packages, [
      { type: 'pypi', name: 'Foo.Bar', version: '1.2', licences: ['BSD License'] },
    ]);
});

/** A header as the rpm database holds it. */
function rpmHeader(
  tags: readonly (readonly [number, string | number | readonly string[] | readonly number[]])[],
): Buffer {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of tags) {
    const texts = Array.isArray(value) && typeof value[0] === 'string';
    const list = (Array.isArray(value) ? value : [value]) as (string | number)[];
    const bytes = Buffer.concat(
      list.map((each) => {
        if (typeof each === 'string') return Buffer.from(`${each}\0`);
        const number = Buffer.alloc(4);
        number.writeUInt32BE(each);
        return number;
      }),
    );
    const entry = Buffer.alloc(16);
    entry.writeUInt32BE(tag, 0);
    entry.writeUInt32BE(texts ? 8 : typeof list[0] === 'number' ? 4 : 6, 4);
    entry.writeUInt32BE(offset, 8);
    entry.writeUInt32BE(list.length, 12);
    index.push(entry);
    data.push(bytes);
    offset += bytes.length;
  }
  const head = Buffer.alloc(8);
  head.writeUInt32BE(tags.length, 0);
  head.writeUInt32BE(offset, 4);
  return Buffer.concat([head, ...index, ...data]);
}

function rpmDatabase(rows: readonly Uint8Array[], pageSize = 4096): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'assay-rpm-'));
  try {
    const path = join(folder, 'rpmdb.sqlite');
    const database = new DatabaseSync(path);
    database.exec(`pragma page_size = ${pageSize}`);
    database.exec('create table Other (x)');
    database.exec('create table Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)');
    const insert = database.prepare('insert into Packages (blob) values (?)');
    for (const row of rows) insert.run(row);
    database.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void test('rpm: many pages, overflow chains, epoch, source, module, keys left out, owned files', () => {
  const rows = Array.from({ length: 500 }, (_, n) =>
    rpmHeader([
      [1000, n === 7 ? 'gpg-pubkey' : `package-${n}`],
      [1001, '1.0'],
      [1002, `${n}.el9`],
      ...(n === 1 ? [[1003, 2] as const, [5096, 'nodejs:18:9030020231212101109:rhel9'] as const] : []),
      [1014, 'MIT and GPLv2+'],
      [1022, 'x86_64'],
      [1044, `source-of-${n}-1.0-${n}.el9.src.rpm`],
      [1116, [0, 0]],
      [1117, [`file-${n}`, 'x'.repeat(n === 3 ? 100_000 : n * 10)]],
      [1118, ['/usr/bin/']],
    ]),
  );
  for (const pageSize of [512, 4096, 65_536]) {
    const found = read(rpm, 'var/lib/rpm/rpmdb.sqlite', rpmDatabase(rows, pageSize))!;
    const packages = found.evidence!.packages;
    assert.equal(packages.length, 499);
    assert.deepEqual(packages[1], {
      type: 'rpm',
      name: 'package-1',
      version: '2:1.0-1.el9',
      architecture: 'x86_64',
      sourceName: 'source-of-1',
      sourceVersion: '1.0-1.el9',
      licences: ['MIT and GPLv2+'],
      module: 'nodejs:18',
    });
    assert.deepEqual([...[...found.owned!][3]!.paths][0], '/usr/bin/file-3');
  }
});

void test('rpm: a database with a loop, a wrong page or a wrong length is refused, never followed', () => {
  const good = rpmDatabase(
    Array.from({ length: 60 }, (_, n) =>
      rpmHeader([
        [1000, `p${n}`],
        [1001, '1'],
        [1002, '1'],
        [1117, ['y'.repeat(900)]],
      ]),
    ),
    512,
  );
  for (const [at, bytes] of [
    [512 * 2 + 8, [0xff, 0xff, 0xff, 0xff]],
    [16, [0, 3]],
    [512 * 3, [0x05]],
  ] as const) {
    const bad = Buffer.from(good);
    bad.set(bytes, at);
    try {
      read(rpm, 'var/lib/rpm/rpmdb.sqlite', bad);
    } catch (error) {
      assert.ok(isAssayError(error, 'content-malformed'), String(error));
    }
  }
  assert.throws(
    () => read(rpm, 'var/lib/rpm/rpmdb.sqlite', good.subarray(0, 700)),
    (error) => isAssayError(error),
  );
});

void test('Go: build information in line, replaced modules, the standard library', () => {
  const modules = `${'m'.repeat(16)}path\tx/cmd\nmod\tx\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:a=\ndep\told\tv1.0.0\n=>\tnew\tv1.1.0\th1:b=\nbuild\tCGO_ENABLED=0\n${'e'.repeat(16)}`;
  const version = Buffer.from('go1.21.5');
  const text = Buffer.from(modules);
  const head = Buffer.alloc(32);
  head.write('\xff Go buildinf:', 'latin1');
  head[14] = 8;
  head[15] = 2;
  const length = Buffer.from([(text.length & 0x7f) | 0x80, text.length >> 7]);
  const binary = Buffer.concat([
    Buffer.from('\x7fELF'),
    Buffer.alloc(60),
    head,
    Buffer.from([version.length]),
    version,
    length,
    text,
  ]);
  assert.deepEqual(
    read(goBinary, 'usr/bin/x', binary)?.evidence?.packages.map((each) => `${each.name} ${each.version}`),
    ['stdlib 1.21.5', 'x (devel)', 'golang.org/x/net v0.1.0', 'new v1.1.0'],
  );
  assert.equal(read(goBinary, 'usr/bin/x', Buffer.alloc(100)), undefined);
});

void test('Java: properties, manifest, file name, nested archives, and a bound on nesting', () => {
  const properties = (artifact: string) => ({
    [`META-INF/maven/org.x/${artifact}/pom.properties`]: `groupId=org.x\nartifactId=${artifact}\nversion=1.0\n`,
  });
  const inner = zipOf(properties('inner'));
  const named = zipOf({
    'a.class': 'x',
    'META-INF/MANIFEST.MF':
      'Manifest-Version: 1.0\r\nImplementation-Version: 9\r\n .1\r\nImplementation-Vendor-Id: org.named\r\n\r\nName: b\r\nImplementation-Version: 0\r\n',
  });
  const jar = zipOf({
    ...properties('outer'),
    ...properties('shaded'),
    'BOOT-INF/lib/inner-1.0.jar': inner,
    'lib/named-9.1.jar': named,
    'lib/plain-lib-2.3.4.jar': zipOf({ x: 'y' }),
    'lib/fake.jar': 'no zip',
  });
  assert.deepEqual(
    read(java, 'app/outer-1.0.jar', jar)
      ?.evidence?.packages.map((each) => `${each.name} ${each.version}`)
      .sort(),
    ['org.named:named 9.1', 'org.x:inner 1.0', 'org.x:outer 1.0', 'org.x:shaded 1.0', 'plain-lib 2.3.4'],
  );
  let deep = zipOf(properties('deep'));
  for (let level = 0; level < 6; level++) deep = zipOf({ ...properties(`level${level}`), 'x.jar': deep });
  const partly = read(java, 'a.jar', deep);
  assert.deepEqual(
    partly?.evidence?.packages.map((each) => each.name),
    ['org.x:level5', 'org.x:level4', 'org.x:level3', 'org.x:level2', 'org.x:level1'],
  );
  assert.deepEqual(
    partly?.incomplete?.map((each) => each.code),
    ['budget-exceeded'],
  );
  const bomb = zipOf({ 'META-INF/MANIFEST.MF': Buffer.alloc(40 * 1024 * 1024) });
  assert.throws(
    () => read(java, 'bomb.jar', bomb),
    (error) => isAssayError(error, 'content-budget-exceeded'),
  );
});

void test('os-release of several systems', () => {
  const alpine = read(
    osRelease,
    'etc/os-release',
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\nPRETTY_NAME="Alpine Linux v3.20"\n',
  );
  assert.deepEqual(alpine?.distribution?.distribution, { id: 'alpine', version: '3.20.1', name: 'Alpine Linux v3.20' });
  assert.equal(read(osRelease, 'usr/lib/os-release', 'nothing'), undefined);
});

void test('package URLs: what breaks the rules of its kind is generic, never an error', () => {
  const of = (type: PackageType, name: string) => purlOf({ type, name, version: '1.9' }, undefined);
  assert.equal(of('maven', 'org.apache.commons:commons-text'), 'pkg:maven/org.apache.commons/commons-text@1.9');
  assert.equal(of('maven', 'commons-text'), 'pkg:generic/commons-text@1.9');
  assert.equal(of('npm', 'a/'), 'pkg:generic/a%2F@1.9');
  for (const type of packageTypes)
    for (const name of ['a', 'A::B', 'a/b', ' ', '@x', '/', ':', '..', 'a/', '\u0000', '\ud800'])
      assert.match(of(type, name), /^pkg:/);
});

void test('Java: projects that Maven did not build, by the names of their archives', () => {
  const manifest = (title: string, version: string) =>
    zipOf({
      'META-INF/MANIFEST.MF': `Manifest-Version: 1.0\r\nImplementation-Title: ${title}\r\nImplementation-Version: ${version}\r\n`,
    });
  for (const [path, bytes, expected] of [
    ['lib/spring-core-6.1.3.jar', manifest('spring-core', '6.1.3'), 'org.springframework:spring-core 6.1.3'],
    ['lib/spring-boot-3.2.2.jar', manifest('Spring Boot', '3.2.2'), 'org.springframework.boot:spring-boot 3.2.2'],
    ['opt/tomcat/lib/catalina.jar', manifest('Apache Tomcat', '9.0.85'), 'org.apache.tomcat:tomcat-catalina 9.0.85'],
    ['lib/groovy-3.0.9.jar', zipOf({ a: '' }), 'org.codehaus.groovy:groovy 3.0.9'],
    ['lib/groovy-4.0.1.jar', zipOf({ a: '' }), 'org.apache.groovy:groovy 4.0.1'],
    ['lib/own-1.0.jar', zipOf({ a: '' }), 'own 1.0'],
  ] as const) {
    const found = java.read({ path, size: bytes.length, mode: 0o644, bytes })?.evidence?.packages[0];
    assert.equal(`${found?.name} ${found?.version}`, expected);
  }
});
