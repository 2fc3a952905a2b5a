import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { seeded, type TarItem, tarOf, zipOf } from '../../../test/archives.ts';
import { LayerReader } from './layer-reader.ts';

const random = seeded(7);
const KEY = `AKIA${Array.from({ length: 16 }, () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Math.floor(random() * 32)]).join('')}`;
const SETTINGS = `# settings\naccess=${KEY}\n`;

/** Paths and lines of the secrets that the analysis of a layer tells. */
function seen(...items: readonly TarItem[]): string[] {
  const reader = new LayerReader([]);
  reader.write(tarOf(items));
  const { inventory } = reader.finish({ diffId: '', uncompressedSize: 0 });
  return (inventory.observations ?? [])
    .filter((each) => each.kind === 'secret')
    .map((each) => `${each.path}:${each.line}`);
}

void test('secrets in archives and in archives within them, three deep, each with its path', () => {
  const jar = zipOf({ 'BOOT-INF/classes/application.properties': SETTINGS, 'A.class': SETTINGS });
  assert.deepEqual(seen({ path: 'app/app.jar', content: jar }), [
    'app/app.jar!/BOOT-INF/classes/application.properties:2',
  ]);
  const tar = tarOf([{ path: 'etc/settings', content: SETTINGS }]);
  assert.deepEqual(seen({ path: 'backup/etc.tar', content: tar }), ['backup/etc.tar!/etc/settings:2']);
  assert.deepEqual(seen({ path: 'backup/etc.tgz', content: gzipSync(tar) }), ['backup/etc.tgz!/etc/settings:2']);
  assert.deepEqual(seen({ path: 'b/etc.tar.zst', content: zstdCompressSync(tar) }), ['b/etc.tar.zst!/etc/settings:2']);
  assert.deepEqual(seen({ path: 'var/log/app.log.gz', content: gzipSync(SETTINGS) }), [
    'var/log/app.log.gz!/app.log:2',
  ]);
  const nested = zipOf({ 'lib/inner.tar.gz': gzipSync(tarOf([{ path: 'x.jar', content: jar }])) });
  assert.deepEqual(seen({ path: 'srv/outer.zip', content: nested }), [
    'srv/outer.zip!/lib/inner.tar.gz!/x.jar!/BOOT-INF/classes/application.properties:2',
  ]);
  const deeper = zipOf({ 'd.zip': zipOf({ 'c.zip': zipOf({ 'b.zip': zipOf({ 'a.txt': SETTINGS }) }) }) });
  assert.deepEqual(seen({ path: 'srv/e.zip', content: deeper }), []);
});

void test('damaged and hostile archives: the rest of the layer is read', () => {
  const bomb = gzipSync(Buffer.alloc(300 * 1024 ** 2));
  const cut = zipOf({ 'a.txt': SETTINGS }).subarray(0, 60);
  assert.deepEqual(
    seen(
      { path: 'a/bomb.gz', content: bomb },
      { path: 'a/cut.zip', content: cut },
      { path: 'a/none.jar', content: Buffer.from('no archive') },
      { path: 'a/empty.tgz', content: Buffer.alloc(0) },
      { path: 'usr/share/doc/x/y.gz', content: gzipSync(SETTINGS) },
      { path: 'a/z.conf', content: SETTINGS },
    ),
    ['a/z.conf:2'],
  );
});

void test('secrets in programs of one’s own, not in those of the distribution’s folders', () => {
  const program = Buffer.concat([Buffer.from('\x7fELF\0\0\0\0'), Buffer.alloc(9000), Buffer.from(`x\0${KEY}\0y`)]);
  assert.deepEqual(seen({ path: 'app/server', content: program, mode: 0o755 }).length, 1);
  assert.deepEqual(seen({ path: 'server', content: program, mode: 0o755 }).length, 1);
  assert.deepEqual(seen({ path: 'usr/bin/server', content: program, mode: 0o755 }), []);
});
