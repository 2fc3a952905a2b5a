import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LayerReader } from '../src/content/image/layer-reader.ts';
import { analysers } from '../src/content/inventory/analysers.ts';
import { purlOf } from '../src/content/inventory/purl.ts';
import { withWriteAheadLog } from '../src/content/inventory/sqlite-log.ts';
import { SqlitePages } from '../src/content/inventory/sqlite-pages.ts';
import { isAssayError } from '../src/lib/error.ts';
import { seeded, tarOf, zipOf } from './archives.ts';

/** A good file for every analyser, to be damaged. */
export function samples(): { name: string; path: string; bytes: Buffer }[] {
  const jar = zipOf({
    'META-INF/MANIFEST.MF': 'Implementation-Version: 1\r\nBundle-SymbolicName: a.b\r\n',
    'META-INF/maven/g/a/pom.properties': 'groupId=g\nartifactId=a\nversion=1\n',
    'lib/inner-2.0.jar': zipOf({ 'META-INF/maven/g/b/pom.properties': 'groupId=g\nartifactId=b\nversion=2\n' }),
  });
  const go = Buffer.alloc(600);
  go.write('\x7fELF\x02\x01', 0, 'latin1');
  go.write('\xff Go buildinf:\x08\x02', 64, 'latin1');
  go.write('\x08go1.21.5\x50', 96, 'latin1');
  go.write(`${'m'.repeat(16)}mod\tx\tv1\ndep\ty\tv2\th1:\n=>\tz\tv3\n`, 106, 'latin1');
  const pointed = Buffer.from(go);
  pointed[79] = 0;
  return [
    { name: 'os-release', path: 'etc/os-release', bytes: Buffer.from('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="x"\n') },
    {
      name: 'dpkg',
      path: 'var/lib/dpkg/status',
      bytes: Buffer.from(
        'Package: a\nStatus: install ok installed\nVersion: 1:2-3\nSource: b (4)\nArchitecture: amd64\n\n'.repeat(20),
      ),
    },
    { name: 'dpkg list', path: 'var/lib/dpkg/info/a.list', bytes: Buffer.from('/.\n/usr/lib/x.egg-info\n') },
    {
      name: 'copyright',
      path: 'usr/share/doc/a/copyright',
      bytes: Buffer.from('Format: x\n\nFiles: *\nLicense: MIT\n text\n'),
    },
    {
      name: 'apk',
      path: 'lib/apk/db/installed',
      bytes: Buffer.from('P:a\nV:1-r0\nA:x\no:b\nL:MIT\nF:usr\nR:b\n\n'.repeat(20)),
    },
    { name: 'rpm', path: 'var/lib/rpm/rpmdb.sqlite', bytes: rpmSample() },
    {
      name: 'npm',
      path: 'node_modules/a/package.json',
      bytes: Buffer.from('{"name":"a","version":"1","licenses":[{"type":"MIT"}]}'),
    },
    {
      name: 'python',
      path: 'x/a.dist-info/METADATA',
      bytes: Buffer.from('Name: a\nVersion: 1\nClassifier: License :: X :: Y\n\nz'),
    },
    { name: 'go', path: 'usr/bin/a', bytes: go },
    { name: 'go, older', path: 'usr/bin/a', bytes: pointed },
    { name: 'java', path: 'a-1.jar', bytes: jar },
    ...databaseSamples(),
    ...lockSamples(),
    ...otherSamples(),
    ...laterSamples(),
  ];
}

const FIXTURES = join(import.meta.dirname, 'fixtures', 'inventory');

function databaseSamples(): { name: string; path: string; bytes: Buffer }[] {
  const unpacked = (name: string) => zstdDecompressSync(readFileSync(join(FIXTURES, name)));
  const random = seeded(8);
  const line = () =>
    `{"kind":"package","name":"a${random()}","version":"1","arch":"x"}\n{"kind":"path","path":"/b${random()}","slices":["a_c"]}\n`;
  const wall = Array.from({ length: 300 }, line).join('');
  return [
    { name: 'rpm, Berkeley DB', path: 'var/lib/rpm/Packages', bytes: unpacked('rpm-bdb-el8.zst') },
    { name: 'rpm, ndb', path: 'var/lib/rpm/Packages.db', bytes: unpacked('rpm-ndb-sle15.zst').subarray(0, 300_000) },
    {
      name: 'rpm manifest',
      path: 'var/lib/rpmmanifest/container-manifest-2',
      bytes: Buffer.from('a\t1-2\t1\t1\tv\t(none)\t1\tnoarch\t3\ta-1-2.src.rpm\n'.repeat(5)),
    },
    { name: 'chisel', path: 'var/lib/chisel/manifest.wall', bytes: zstdCompressSync(wall) },
    { name: 'diversions', path: 'var/lib/dpkg/diversions', bytes: Buffer.from('/a\n/b\nc\n'.repeat(5)) },
  ];
}

function lockSamples(): { name: string; path: string; bytes: Buffer }[] {
  return [
    ['package-lock-v1.json', 'package-lock.json'],
    ['package-lock-v3.json', 'package-lock.json'],
    ['bun.lock', 'bun.lock'],
    ['yarn-1.lock', 'yarn.lock'],
    ['yarn-berry.lock', 'yarn.lock'],
    ['pnpm-7.yaml', 'pnpm-lock.yaml'],
    ['pnpm-9.yaml', 'pnpm-lock.yaml'],
    ['uv.lock', 'uv.lock'],
    ['Pipfile.lock', 'Pipfile.lock'],
    ['requirements.txt', 'requirements.txt'],
  ].map(([name, path]) => ({ name: name!, path: path!, bytes: readFileSync(join(FIXTURES, name!)) }));
}

function otherSamples(): { name: string; path: string; bytes: Buffer }[] {
  const text = (name: string, path: string, content: string) => ({ name, path, bytes: Buffer.from(content) });
  return [
    { name: 'cargo-auditable', path: 'usr/bin/a', bytes: readFileSync(join(FIXTURES, 'cargo-auditable.elf')) },
    { name: 'cargo lock', path: 'Cargo.lock', bytes: readFileSync(join(FIXTURES, 'Cargo.lock')) },
    text('gem', 'specifications/a-1.gemspec', 's.name = "a".freeze\n s.version = "1"\n s.licenses = ["MIT".freeze]\n'),
    text('gem lock', 'Gemfile.lock', 'GEM\n  specs:\n    a (1.0-java)\n      b (~> 1)\n    c (2)\n'),
    text(
      'composer',
      'vendor/composer/installed.json',
      '{"packages":[{"name":"a/b","version":"v1","license":["MIT"]}]}',
    ),
    text('composer lock', 'composer.lock', '{"packages":[{"name":"a/b","version":"1"}]}'),
    text('deps.json', 'a.deps.json', '{"libraries":{"a/1":{"type":"package"},"b/2":{"type":"runtimepack"}}}'),
    text('nuget lock', 'packages.lock.json', '{"dependencies":{"net8.0":{"a":{"type":"Direct","resolved":"1"}}}}'),
    text('pacman', 'var/lib/pacman/local/a-1-1/desc', '%NAME%\na\n\n%VERSION%\n1-1\n\n%LICENSE%\nMIT\n'),
    text('mix', 'mix.lock', '  "a": {:hex, :a, "1.0", "x", [:mix]},\n'.repeat(5)),
    text('pub', 'pubspec.lock', 'packages:\n  a:\n    source: hosted\n    version: "1"\n'),
    text('swift', 'Package.resolved', '{"pins":[{"location":"https://a/b.git","state":{"version":"1"}}]}'),
    text('cran', 'R/library/a/DESCRIPTION', 'Package: a\nVersion: 1\nLicense: MIT\n'),
    text('conda', 'conda-meta/a.json', '{"name":"a","version":"1","license":"MIT"}'),
  ];
}

function laterSamples(): { name: string; path: string; bytes: Buffer }[] {
  const text = (name: string, path: string, content: string) => ({ name, path, bytes: Buffer.from(content) });
  const file = (name: string, path: string) => ({ name, path, bytes: readFileSync(join(FIXTURES, name)) });
  const sbom = {
    spdxVersion: 'SPDX-2.3',
    packages: [{ name: 'a', externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:bitnami/a@1?arch=x' }] }],
  };
  const graph = { '@graph': [{ type: 'software_Package', software_packageUrl: 'pkg:npm/%40a/b@1' }] };
  return [
    file('apk-v3/installed.adb', 'lib/apk/db/installed.adb'),
    file('apk-v3/alpha-1.2.3-r0.apk', 'a.apk'),
    file('apk-v3/beta-2.0_rc1-r4.apk', 'a.apk'),
    file('apk-v3/gamma-0.9-r10.apk', 'a.apk'),
    file('apk-v3/APKINDEX.adb', 'a.apk'),
    file('graalvm.elf', 'usr/bin/a'),
    file('pep770-pillow.cdx.json', 'a.dist-info/sboms/a.json'),
    text('spdx 2', 'opt/bitnami/a/.spdx-a.spdx', JSON.stringify(sbom)),
    text('spdx 3', 'usr/share/a.spdx.json', JSON.stringify(graph)),
    text('program, redis', 'usr/bin/redis-server', `\x7fELF\0${'7.0.15\0A7.0.151790282056000000000\0'.repeat(20)}`),
    text('program, python', 'usr/bin/python3.11', `\x7fELF\0${'3.11.2\0x\0'.repeat(20)}`),
    text('program, haproxy', 'usr/bin/haproxy', `\x7fELF\0 version 2.6.12-1, released 2026/10/17\0`),
    text('java release', 'opt/java/release', 'JAVA_VERSION="1.8.0_392"\nOS_NAME="Linux"\n'),
    text('gentoo', 'var/db/pkg/a/b-1.0-r1/CONTENTS', 'obj /a b 0cc1 17\nsym /c -> d 17\ndir /e\n'.repeat(5)),
    text('opkg', 'usr/lib/opkg/status', 'Package: a\nVersion: 1\nStatus: install user installed\n\n'.repeat(5)),
    text('opkg list', 'usr/lib/opkg/info/a.list', '/bin/a\t0120777\tb\n/bin/c\n'),
    text(
      'bottlerocket',
      'usr/share/bottlerocket/application-inventory.json',
      '{"Content":[{"Name":"a","Version":"1"}]}',
    ),
    file('jose.app', 'lib/jose-1/ebin/jose.app'),
    file('demo-2.1-3.rockspec', 'lib/luarocks/rocks-5.1/demo/2.1-3/demo-2.1-3.rockspec'),
    file('perllocal.pod', 'usr/lib/perl/perllocal.pod'),
    text('cpanm', 'lib/.meta/A-1/install.json', '{"dist":"A-B-1.0","pathname":"S/SR/SRI/A-B-1.0.tar.gz"}'),
    text('conan', 'conan.lock', '{"requires":["zlib/1.2.13#e3%16","fmt/9.1.0@a/b"]}'),
    text('renv', 'renv.lock', '{"Packages":{"a":{"Package":"a","Version":"1","Source":"Repository"}}}'),
    text('julia', 'Manifest.toml', '[[deps.JSON]]\nversion = "0.21.4"\n'.repeat(4)),
    text('pods', 'Podfile.lock', 'PODS:\n  - A/B (5.8.1)\n  - "C (1)":\n\nX:\n'.repeat(4)),
    text('dart', '.dart_tool/package_config.json', '{"packages":[{"rootUri":"file:///c/hosted/pub.dev/http-1.1.0"}]}'),
    text('cabal', 'cabal.project.freeze', 'constraints: any.a ==1.0,\n any.b ==2\n'.repeat(4)),
  ];
}

/** Databases with their logs, to be damaged together. */
export function logSample(): { database: Buffer; log: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'assay-fuzz-'));
  try {
    const path = join(folder, 'rpmdb.sqlite');
    writeFileSync(path, rpmSample());
    const database = new DatabaseSync(path);
    database.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; delete from Packages where hnum < 4');
    const made = { database: readFileSync(path), log: readFileSync(`${path}-wal`) };
    database.close();
    return made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rpmSample(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'assay-fuzz-'));
  try {
    const path = join(folder, 'rpmdb.sqlite');
    const database = new DatabaseSync(path);
    database.exec('pragma page_size = 512; create table Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)');
    const header = Buffer.from(
      '000000040000010c000003e8000000060000000000000001000003e9000000060000000200000001000003ea0000000600000004000000010000045d0000000800000006000000036100310031006100620063',
      'hex',
    );
    const insert = database.prepare('insert into Packages (blob) values (?)');
    for (let row = 0; row < 12; row++) insert.run(Buffer.concat([header, Buffer.alloc(300 + row * 100)]));
    database.close();
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Flips, overwrites, repeats and cuts; a few changes at a time, so that the middle of the parsers is reached. */
export function damage(bytes: Buffer, random: () => number): Buffer {
  let out = Buffer.from(bytes);
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const at = Math.floor(random() * out.length);
    const kind = random();
    if (kind < 0.4) out[at] = Math.floor(random() * 256);
    else if (kind < 0.6) out[at] = random() < 0.5 ? 0xff : 0;
    else if (kind < 0.75 && out.length > at + 4) out.writeUInt32BE(Math.floor(random() * 2 ** 32), at);
    else if (kind < 0.85) out = Buffer.concat([out.subarray(0, at), out.subarray(Math.floor(random() * out.length))]);
    else if (kind < 0.95) out = Buffer.from(out.subarray(0, at));
    if (out.length === 0) return out;
  }
  return out;
}

/**
 * Reads damaged files with every analyser that wants them, and damaged layers, until so many bytes were read a parser.
 * Only coded errors may come out. Returns the bytes read.
 */
export function fuzz(seed: number, bytesEach: number): number {
  const random = seeded(seed);
  let total = 0;
  for (const { name, path, bytes } of samples()) {
    const readers = analysers.filter((each) => each.wants(path, 1 << 20, 0o755));
    assert.ok(readers.length > 0, name);
    for (let done = 0; done < bytesEach; ) {
      const bad = damage(bytes, random);
      done += bad.length + 1;
      for (const each of readers)
        read(name, seed, () => {
          const found = each.read({ path, size: bad.length, mode: 0o755, bytes: bad });
          for (const { paths } of found?.owned ?? []) for (const _ of paths);
          for (const one of found?.evidence?.packages ?? []) purlOf(one, undefined);
        });
    }
    total += bytesEach;
  }
  total += fuzzLogs(random, seed, bytesEach);
  const layer = tarOf([
    ...samples().map(({ path, bytes }) => ({ path, content: bytes, mode: 0o755 })),
    { path: 'a/.wh.b' },
    { path: 'l', type: '1', link: 'a-1.jar' },
  ]);
  for (let done = 0; done < bytesEach; ) {
    const bad = damage(layer, random);
    done += bad.length + 1;
    read('layer', seed, () => {
      const reader = new LayerReader(analysers);
      let broken;
      try {
        reader.write(bad);
      } catch (error) {
        if (!isAssayError(error)) throw error;
        broken = error;
      }
      reader.finish({ diffId: '', uncompressedSize: bad.length, broken });
    });
  }
  return total + bytesEach;
}

/** Damaged write-ahead logs and their databases, joined as a layer joins them. */
function fuzzLogs(random: () => number, seed: number, bytes: number): number {
  const { database, log } = logSample();
  for (let done = 0; done < bytes; ) {
    const bad = damage(log, random);
    const under = random() < 0.3 ? damage(database, random) : database;
    done += bad.length + 1;
    read('rpm log', seed, () => {
      new SqlitePages(withWriteAheadLog(under, bad)).table('Packages').next();
    });
  }
  return bytes;
}

function read(name: string, seed: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isAssayError(error)) throw new Error(`${name}, seed ${seed}`, { cause: error });
  }
}
