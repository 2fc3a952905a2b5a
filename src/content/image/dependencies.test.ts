import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tarOf } from '../../../test/archives.ts';
import { analysers } from '../inventory/analysers.ts';
import { dependencyGraph } from './dependencies.ts';
import { LayerReader } from './layer-reader.ts';
import { squash } from './squash.ts';

/** `a 1 -> b 2` for each edge of an image of these files. */
function edges(files: Readonly<Record<string, string>>): string[] {
  const tar = tarOf(Object.entries(files).map(([path, content]) => ({ path, content })));
  const reader = new LayerReader(analysers);
  reader.write(tar);
  const { packages } = squash([reader.finish({ diffId: '', uncompressedSize: tar.length }).inventory]);
  const words = (position: number) => `${packages[position]?.name} ${packages[position]?.version}`;
  return dependencyGraph(packages)
    .needs.flatMap((needs, from) => needs.map((to) => `${words(from)} -> ${words(to)}`))
    .sort();
}

void test('Debian: depends and pre-depends, alternatives, what a package provides', () => {
  const of = (name: string, fields: string) =>
    `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n${fields}\n`;
  const status = [
    of('curl', 'Depends: libc6 (>= 2.36), libcurl4 (= 1), absent | mail-transport-agent\n'),
    of('libcurl4', 'Pre-Depends: libc6:any\n'),
    of('libc6', ''),
    of('postfix', 'Provides: mail-transport-agent, default-mta (= 1)\nDepends: libc6\n'),
  ].join('\n');
  assert.deepEqual(edges({ 'var/lib/dpkg/status': status }), [
    'curl 1 -> libc6 1',
    'curl 1 -> libcurl4 1',
    'curl 1 -> postfix 1',
    'libcurl4 1 -> libc6 1',
    'postfix 1 -> libc6 1',
  ]);
});

void test('Alpine: libraries and commands by what provides them', () => {
  const installed =
    'P:busybox\nV:1-r0\nD:so:libc.musl-x86_64.so.1 !other\np:cmd:sh=1\n\nP:musl\nV:2-r0\np:so:libc.musl-x86_64.so.1=1\n\nP:app\nV:3-r0\nD:cmd:sh busybox>=1\n\n';
  assert.deepEqual(edges({ 'lib/apk/db/installed': installed }), [
    'app 3-r0 -> busybox 1-r0',
    'busybox 1-r0 -> musl 2-r0',
  ]);
});

void test('npm: the nearest of two versions, by folders; a lock file alone', () => {
  const manifest = (name: string, version: string, dependencies: Record<string, string> = {}) =>
    JSON.stringify({ name, version, dependencies });
  assert.deepEqual(
    edges({
      'app/node_modules/a/package.json': manifest('a', '1.0.0', { c: '^1' }),
      'app/node_modules/a/node_modules/c/package.json': manifest('c', '1.0.0'),
      'app/node_modules/b/package.json': manifest('b', '1.0.0', { c: '^2', absent: '1' }),
      'app/node_modules/c/package.json': manifest('c', '2.0.0'),
    }),
    ['a 1.0.0 -> c 1.0.0', 'b 1.0.0 -> c 2.0.0'],
  );
  const lock = {
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { c: '^1' } },
      'node_modules/c': { version: '1.1.0' },
    },
  };
  assert.deepEqual(edges({ 'app/package-lock.json': JSON.stringify(lock) }), ['a 1.0.0 -> c 1.1.0']);
});

void test('Python and Rust: names in their normal form, not those of extras', () => {
  assert.deepEqual(
    edges({
      'x/site-packages/requests-2.dist-info/METADATA':
        "Name: requests\nVersion: 2\nRequires-Dist: charset_normalizer (<4,>=2)\nRequires-Dist: PySocks ; extra == 'socks'\n\ntext\n",
      'x/site-packages/charset_normalizer-3.dist-info/METADATA': 'Name: charset-normalizer\nVersion: 3\n\n',
      'x/site-packages/PySocks-1.dist-info/METADATA': 'Name: PySocks\nVersion: 1\n\n',
    }),
    ['requests 2 -> charset-normalizer 3'],
  );
  const crate = (name: string, needs: string) =>
    `[[package]]\nname = "${name}"\nversion = "1.0.0"\nsource = "registry+x"\n${needs}\n`;
  assert.deepEqual(
    edges({ 'app/Cargo.lock': crate('serde', 'dependencies = [\n "syn 1.0.0",\n]') + crate('syn', '') }),
    ['serde 1.0.0 -> syn 1.0.0'],
  );
});
