import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LayerReader } from '../src/content/image/layer-reader.ts';
import { analysers } from '../src/content/inventory/analysers.ts';
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
        });
    }
    total += bytesEach;
  }
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

function read(name: string, seed: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isAssayError(error)) throw new Error(`${name}, seed ${seed}`, { cause: error });
  }
}
