import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { apkAdb } from './apk-adb.ts';
import { apk } from './apk.ts';

/** Made by apk-tools 3.0.6: `apk mkpkg` with each compression, `apk mkndx`, `apk add` and `apk convdb`. */
const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/inventory/apk-v3');
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

function read(path: string, bytes: Uint8Array) {
  assert.ok(apkAdb.wants(path, bytes.length, 0o644), path);
  assert.ok(apkAdb.begins?.(bytes.subarray(0, 64)), path);
  return apkAdb.read({ path, size: bytes.length, mode: 0o644, bytes });
}

void test('apk 3: the installed database in its own form, in both places', () => {
  for (const path of ['lib/apk/db/installed.adb', 'usr/lib/apk/db/installed']) {
    const found = read(path, fixture('installed.adb'));
    assert.deepEqual(found?.evidence?.packages, [
      {
        type: 'apk',
        name: 'beta',
        version: '2.0_rc1-r4',
        architecture: 'x86_64',
        sourceName: 'beta-src',
        sourceVersion: '2.0_rc1-r4',
        licences: ['MIT AND Zlib'],
      },
      {
        type: 'apk',
        name: 'gamma',
        version: '0.9-r10',
        architecture: 'x86_64',
        sourceName: 'gamma-src',
        sourceVersion: '0.9-r10',
        licences: ['MIT AND Zlib'],
      },
    ]);
    assert.deepEqual(
      [...(found?.owned ?? [])].map((each) => [each.package, ...each.paths]),
      [['beta'], ['gamma', 'lib/libdemo.so.1', 'usr/bin/demo']],
    );
  }
});

void test('apk 3: packages that lie in an image, in each of the three containers; an index is no inventory', () => {
  for (const name of ['alpha-1.2.3-r0', 'beta-2.0_rc1-r4', 'gamma-0.9-r10']) {
    const [found] = read(`srv/${name}.apk`, fixture(`${name}.apk`))?.evidence?.packages ?? [];
    assert.equal(`${found?.name}-${found?.version}`, name);
    assert.equal(found?.declared, true);
  }
  assert.equal(read('srv/index.apk', fixture('APKINDEX.adb')), undefined);
});

void test('apk 3: a text database is left to its reader, damaged files are refused', () => {
  const text = Buffer.from('P:a\nV:1-r0\n\n');
  assert.equal(apkAdb.begins?.(text), false);
  assert.ok(apk.wants('usr/lib/apk/db/installed', text.length, 0o644));
  const alpha = fixture('alpha-1.2.3-r0.apk');
  for (const [what, spoil] of [
    ['cut', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['a block of another type', (bytes: Buffer) => (bytes.writeUInt32LE(0x40000010, 8), bytes)],
    ['a block beyond the file', (bytes: Buffer) => (bytes.writeUInt32LE(0x3fffffff, 8), bytes)],
    ['a root outside', (bytes: Buffer) => (bytes.writeUInt32LE(0xefffffff, 16), bytes)],
    ['a container that cannot be unpacked', () => Buffer.from('ADBdzzzz')],
    ['an unknown method', () => Buffer.from('ADBc\x07\x01zzzz', 'latin1')],
  ] as const)
    assert.throws(
      () => read('a.apk', spoil(Buffer.from(alpha))),
      (error) => isAssayError(error, 'content-malformed', 'unsupported'),
      what,
    );
});
