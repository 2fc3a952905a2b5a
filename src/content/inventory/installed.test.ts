import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { zipOf } from '../../../test/archives.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Analyser, Finding } from './analyser.ts';
import { chisel } from './chisel.ts';
import { conda } from './conda.ts';
import { dpkgDiversions } from './dpkg-diversions.ts';
import { goBinary } from './go-binary.ts';
import { python } from './python.ts';

function read(analyser: Analyser, path: string, content: string | Uint8Array): Finding | undefined {
  const bytes = Buffer.from(content);
  assert.ok(analyser.wants(path, bytes.length + 1024 * 1024, 0o755), path);
  return analyser.read({ path, size: bytes.length, mode: 0o755, bytes });
}

void test('chisel: packages, owned files, and a manifest that unpacks to too much', () => {
  const lines = [
    '{"jsonwall":"1.0","schema":"1.0","count":5}',
    '{"kind":"content","slice":"base-files_base","path":"/etc/"}',
    '{"kind":"package","name":"base-files","version":"13ubuntu10.2","sha256":"00","arch":"amd64"}',
    '{"kind":"path","path":"/usr/lib/python3/dist-packages/x.egg-info","mode":"0644","slices":["python3-x_core"],"size":1}',
    '{"kind":"slice","name":"base-files_base"}',
  ];
  const found = read(chisel, 'var/lib/chisel/manifest.wall', zstdCompressSync(`${lines.join('\n')}\n`))!;
  assert.deepEqual(found.evidence?.packages, [
    { type: 'deb', name: 'base-files', version: '13ubuntu10.2', architecture: 'amd64' },
  ]);
  assert.deepEqual(
    [...found.owned!].map((each) => [each.package, ...each.paths]),
    [['python3-x', '/usr/lib/python3/dist-packages/x.egg-info']],
  );
  assert.throws(
    () => read(chisel, 'var/lib/chisel/manifest.wall', zstdCompressSync(Buffer.alloc(200 * 1024 * 1024))),
    (error) => isAssayError(error, 'content-malformed'),
  );
});

void test('dpkg: diversions in their threes, a cut end left out', () => {
  assert.deepEqual(
    read(dpkgDiversions, 'var/lib/dpkg/diversions', '/bin/a\n/bin/a.real\nb\n/bin/c\n/bin/c.x\n')?.diversions,
    [
      { from: '/bin/a', to: '/bin/a.real', by: 'b' },
      { from: '/bin/c', to: '/bin/c.x', by: '' },
    ],
  );
});

void test('Python eggs in an archive, conda records', () => {
  const egg = zipOf({ 'EGG-INFO/PKG-INFO': 'Name: Egg\nVersion: 1.5\n\nName: no\n', 'egg/__init__.py': '' });
  assert.deepEqual(read(python, 'usr/lib/python3/site-packages/Egg-1.5-py3.egg', egg)?.evidence?.packages, [
    { type: 'pypi', name: 'Egg', version: '1.5' },
  ]);
  assert.deepEqual(
    read(
      conda,
      'opt/conda/conda-meta/zlib-1.2.13-h166bdaf_4.json',
      '{"name":"zlib","version":"1.2.13","license":"Zlib"}',
    )?.evidence?.packages,
    [{ type: 'conda', name: 'zlib', version: '1.2.13', licences: ['Zlib'] }],
  );
});

function goProgram(modules: string): Buffer {
  const text = Buffer.from(`${'m'.repeat(16)}${modules}${'e'.repeat(16)}`);
  const head = Buffer.alloc(32);
  head.write('\xff Go buildinf:', 'latin1');
  head[14] = 8;
  head[15] = 2;
  const length = Buffer.from([(text.length & 0x7f) | 0x80, text.length >> 7]);
  return Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60), head, Buffer.from('\x08go1.21.5'), length, text]);
}

void test('Go: the version that the linker was told stands for a main module without one', () => {
  const mainOf = (modules: string) =>
    read(goBinary, 'usr/bin/x', goProgram(modules))?.evidence?.packages.find((each) => each.name === 'x.org/cmd')
      ?.version;
  const build = (flags: string) => `path\tx.org/cmd\nmod\tx.org/cmd\t(devel)\t\nbuild\t-ldflags=${flags}\n`;
  assert.equal(mainOf(build('"-s -w -X main.version=v1.2.3 -X main.commit=abc"')), 'v1.2.3');
  assert.equal(
    mainOf(build('"-X \'x.org/cmd/internal.Version=4.5.6-rc1\' -X other.org/lib.Version=9.9.9"')),
    'v4.5.6-rc1',
  );
  assert.equal(mainOf(build('"-X main.goVersion=1.21.0"')), '(devel)');
  assert.equal(mainOf('path\tx.org/cmd\nmod\tx.org/cmd\tv0.9.0\th1:x=\n'), 'v0.9.0');
});

void test('Go: a packed program is told of, not taken for one without modules', () => {
  const packed = Buffer.alloc(2000);
  packed.write('\x7fELF', 'latin1');
  packed.write('UPX!', 236);
  assert.throws(
    () => read(goBinary, 'usr/bin/x', packed),
    (error) => isAssayError(error, 'unsupported'),
  );
});
