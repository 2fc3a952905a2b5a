import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { tarOf } from '../../../test/archives.ts';
import { isAssayError } from '../../lib/error.ts';
import { LayerReader } from '../image/layer-reader.ts';
import { packageOfHeader } from './rpm-package.ts';
import { rpm } from './rpm.ts';
import { rpmManifest } from './rpm-manifest.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/inventory');
const unpacked = (name: string) => zstdDecompressSync(readFileSync(join(FIXTURES, name)));

function read(path: string, bytes: Uint8Array) {
  assert.ok(rpm.wants(path, bytes.length, 0o644), path);
  return rpm.read({ path, size: bytes.length, mode: 0o644, bytes })!;
}

function list(path: string, bytes: Uint8Array): string[] {
  return read(path, bytes)
    .evidence!.packages.map((each) => `${each.name} ${each.version} ${each.architecture}`)
    .sort();
}

/** `rpm -qa` of the packages that rpmbuild 4.18 built for these databases. */
const BUILT = [
  'alpha 1.0-1.el8 noarch',
  'beta 2:2.3.4-5.el8_9 noarch',
  'delta 3.0^git1-7 noarch',
  'epsilon 1-1 noarch',
  'gamma 0.9~rc1-1.el8 noarch',
  'nodejs-mod 1:18.19.0-1.module+el8 noarch',
];

void test('rpm: the same packages from Berkeley DB in both byte orders and from sqlite, as rpm itself lists them', () => {
  for (const [path, name] of [
    ['var/lib/rpm/Packages', 'rpm-bdb.zst'],
    ['var/lib/rpm/Packages', 'rpm-bdb-big-endian.zst'],
    ['usr/lib/sysimage/rpm/rpmdb.sqlite', 'rpm-sqlite.zst'],
  ] as const)
    assert.deepEqual(list(path, unpacked(name)), BUILT);
  const { evidence, owned } = read('var/lib/rpm/Packages', unpacked('rpm-bdb.zst'));
  const modular = evidence!.packages.find((each) => each.name === 'nodejs-mod');
  assert.equal(modular?.module, 'nodejs:18');
  assert.equal(modular?.sourceName, 'nodejs-mod');
  const files = new Map([...owned!].map((each) => [each.package, [...each.paths]]));
  assert.equal(files.get('epsilon')?.length, 2501);
  assert.ok(files.get('alpha')?.includes('/usr/share/alpha/a-rather-long-file-name-so-that-headers-grow-1'));
});

void test('rpm: a SUSE database in ndb form and a Red Hat one in Berkeley DB form, as their upstream lists say', () => {
  const wanted = readFileSync(join(FIXTURES, 'rpm-ndb-sle15.txt'), 'utf8').trim().split('\n');
  assert.equal(wanted.length, 35);
  assert.deepEqual(list('usr/lib/sysimage/rpm/Packages.db', unpacked('rpm-ndb-sle15.zst')), wanted.sort());
  assert.deepEqual(list('var/lib/rpm/Packages', unpacked('rpm-bdb-el8.zst')), ['libuuid 2.32.1-42.el8_8 x86_64']);
});

void test('rpm: loops, wrong lengths and places in Berkeley DB and ndb files are refused, never followed', () => {
  const berkeley = unpacked('rpm-bdb.zst');
  const overflow = Array.from({ length: berkeley.length / 4096 }, (_, page) => page * 4096).filter(
    (at) => berkeley[at + 25] === 7,
  );
  assert.ok(overflow.length > 20);
  const cases: [string, Buffer, (bytes: Buffer) => void][] = [
    [
      'a chain that returns to itself',
      berkeley,
      (bytes) => bytes.writeUInt32LE(overflow[3]! / 4096, overflow[3]! + 16),
    ],
    ['a length beyond the page', berkeley, (bytes) => bytes.writeUInt16LE(0xffff, overflow[3]! + 22)],
    ['a page size of nothing', berkeley, (bytes) => bytes.writeUInt32LE(0, 20)],
    ['an encrypted file', berkeley, (bytes) => bytes.writeUInt8(1, 24)],
    ['a slot outside the file', unpacked('rpm-ndb-sle15.zst'), (bytes) => bytes.writeUInt32LE(0x7fffffff, 32 + 8)],
    ['too many pages of slots', unpacked('rpm-ndb-sle15.zst'), (bytes) => bytes.writeUInt32LE(0xffffffff, 12)],
    ['no ndb at all', Buffer.alloc(8192), () => undefined],
  ];
  for (const [what, good, spoil] of cases) {
    const bad = Buffer.from(good);
    spoil(bad);
    const path = good === berkeley ? 'var/lib/rpm/Packages' : 'var/lib/rpm/Packages.db';
    assert.throws(
      () => read(path, bad),
      (error) => isAssayError(error, 'content-malformed', 'unsupported'),
      what,
    );
  }
});

/** A copy of the database and its log while a change is committed to the log alone. */
function withLog(): { database: Buffer; log: Buffer; names: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'assay-wal-'));
  try {
    const path = join(folder, 'rpmdb.sqlite');
    writeFileSync(path, unpacked('rpm-sqlite.zst'));
    const connection = new DatabaseSync(path);
    connection.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; pragma foreign_keys = off');
    connection.exec('insert into Packages (blob) select blob from Packages where hnum = 1');
    connection.exec('delete from Packages where hnum <= 2');
    connection.exec('begin; delete from Packages; rollback');
    const rows = connection.prepare('select blob from Packages').all();
    const names = rows.map((row) => packageOfHeader(row['blob'] as Uint8Array)!.found.name).sort();
    const made = { database: readFileSync(path), log: readFileSync(`${path}-wal`), names };
    connection.close();
    return made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function layerOf(files: Readonly<Record<string, Uint8Array>>) {
  const tar = tarOf(Object.entries(files).map(([path, content]) => ({ path, content })));
  const reader = new LayerReader([rpm]);
  reader.write(tar);
  const { evidence, incomplete } = reader.finish({ diffId: '', uncompressedSize: tar.length }).inventory;
  return { names: evidence.flatMap((each) => each.packages.map(({ name }) => name)).sort(), incomplete };
}

void test('rpm: a write-ahead log is merged into its database, in either order of the two files', () => {
  const { database, log, names } = withLog();
  const folder = 'var/lib/rpm/rpmdb.sqlite';
  const before = layerOf({ [folder]: database }).names;
  assert.equal(before.length, 6);
  assert.equal(names.length, 5);
  for (const files of [
    { [folder]: database, [`${folder}-wal`]: log },
    { [`${folder}-wal`]: log, [folder]: database },
  ]) {
    assert.deepEqual(layerOf(files), { names, incomplete: [] });
  }
  // What follows the last commit, and what a stranger changed, does not count.
  const half = log.subarray(0, log.length - 100);
  assert.notDeepEqual(layerOf({ [folder]: database, [`${folder}-wal`]: half }).names, []);
  const spoilt = Buffer.from(log);
  spoilt[40] = spoilt[40]! ^ 1;
  assert.deepEqual(layerOf({ [folder]: database, [`${folder}-wal`]: spoilt }).names, before);
});

void test('rpm: a log whose database is in another layer is told of, an empty one is not', () => {
  assert.equal(rpm.wants('var/lib/rpm/rpmdb.sqlite-wal', 0, 0o644), false);
  const { log } = withLog();
  const { incomplete } = layerOf({ 'var/lib/rpm/rpmdb.sqlite-wal': log });
  assert.deepEqual(
    incomplete.map((each) => [each.code, each.path]),
    [['unsupported', 'var/lib/rpm/rpmdb.sqlite-wal']],
  );
});

void test('rpm manifest of images without a database', () => {
  const text =
    'mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm\nopenssl\t1.1.1k-15.cm2\t1\t1\tM\t(none)\t1\tx86_64\t1\topenssl-1.1.1k-15.cm2.src.rpm\n\nbroken\n';
  const bytes = Buffer.from(text);
  const path = 'var/lib/rpmmanifest/container-manifest-2';
  assert.deepEqual(rpmManifest.read({ path, size: bytes.length, mode: 0o644, bytes })?.evidence?.packages, [
    {
      type: 'rpm',
      name: 'mariner-release',
      version: '2.0-12.cm2',
      architecture: 'noarch',
      sourceName: 'mariner-release',
      sourceVersion: '2.0-12.cm2',
    },
    {
      type: 'rpm',
      name: 'openssl',
      version: '1:1.1.1k-15.cm2',
      architecture: 'x86_64',
      sourceName: 'openssl',
      sourceVersion: '1.1.1k-15.cm2',
    },
  ]);
});
