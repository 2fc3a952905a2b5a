import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tarOf } from '../../../test/archives.ts';
import { LayerReader } from '../image/layer-reader.ts';
import { squash } from '../image/squash.ts';
import type { Analyser } from './analyser.ts';
import { bottlerocket } from './bottlerocket.ts';
import { cpan } from './cpan.ts';
import { erlang } from './erlang.ts';
import { luarocks } from './luarocks.ts';
import { cabalFreeze, conanLock, dartConfig, juliaManifest, podLock, renvLock } from './more-locks.ts';
import { nix } from './nix.ts';
import { opkg } from './opkg.ts';
import { portage } from './portage.ts';
import { purlOf } from './purl.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/inventory');
const fixture = (name: string) => readFileSync(join(FIXTURES, name));

function read(analyser: Analyser, path: string, content: string | Uint8Array) {
  const bytes = Buffer.from(content);
  assert.ok(analyser.wants(path, bytes.length, 0o644), path);
  return analyser.read({ path, size: bytes.length, mode: 0o644, bytes });
}

function purls(analyser: Analyser, path: string, content: string | Uint8Array): string[] {
  return (read(analyser, path, content)?.evidence?.packages ?? []).map((each) => purlOf(each, undefined)).sort();
}

const owned = (found: ReturnType<typeof read>) =>
  [...(found?.owned ?? [])].map((each) => [each.package, ...each.paths]);

void test('Gentoo: category, name and version from the folder, files from CONTENTS', () => {
  const contents =
    'dir /usr\nobj /usr/bin/qlist 0cc1 1700000000\nobj /usr/share/a b.txt 0cc1 1700000000\nsym /usr/bin/q -> qlist 1700000000\n';
  const path = 'var/db/pkg/app-portage/portage-utils-0.97-r1/CONTENTS';
  assert.deepEqual(purls(portage, path, contents), ['pkg:ebuild/app-portage/portage-utils@0.97-r1']);
  assert.deepEqual(owned(read(portage, path, contents)), [
    ['app-portage/portage-utils', '/usr/bin/qlist', '/usr/share/a b.txt', '/usr/bin/q'],
  ]);
  assert.deepEqual(purls(portage, 'var/db/pkg/media-libs/gtk-3d-2.0_rc3/CONTENTS', ''), [
    'pkg:ebuild/media-libs/gtk-3d@2.0_rc3',
  ]);
});

void test('opkg: installed packages alone, and their files', () => {
  const status =
    'Package: busybox\nVersion: 1.36.1-1\nDepends: libc\nStatus: install user installed\nArchitecture: x86_64\nInstalled-Time: 1\n\nPackage: gone\nVersion: 1\nStatus: deinstall ok not-installed\n';
  assert.deepEqual(purls(opkg, 'usr/lib/opkg/status', status), ['pkg:opkg/busybox@1.36.1-1']);
  assert.deepEqual(owned(read(opkg, 'usr/lib/opkg/info/busybox.list', '/bin/sh\t0120777\tbusybox\n/bin/busybox\n')), [
    ['busybox', '/bin/sh', '/bin/busybox'],
  ]);
});

void test('Bottlerocket: the inventory that its build wrote', () => {
  const inventory = {
    Content: [
      { Name: 'kernel-6.1', Version: '6.1.82', Release: '1.1714', Epoch: '0', Architecture: 'x86_64' },
      { Name: 'glibc', Version: '2.38', Release: '1', Epoch: '2' },
      { Name: 'broken' },
    ],
  };
  const path = 'x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json';
  assert.deepEqual(purls(bottlerocket, path, JSON.stringify(inventory)), [
    'pkg:rpm/glibc@2:2.38-1',
    'pkg:rpm/kernel-6.1@6.1.82-1.1714?arch=x86_64',
  ]);
});

void test('Nix: names of folders in the store, outputs as their package, removed ones gone', () => {
  const digest = '0c5b8s3xq1h0yz8d8c7yy7k9wq1l3f2a'.replaceAll(/[eotu]/g, 'a');
  const cases: readonly (readonly [string, string | undefined])[] = [
    [`nix/store/${digest}-openssl-3.0.13-bin`, 'pkg:nix/openssl@3.0.13'],
    [`nix/store/${digest}-python3.11-requests-2.31.0`, 'pkg:nix/python3.11-requests@2.31.0'],
    [`nix/store/${digest}-glibc-2.38-44`, 'pkg:nix/glibc@2.38-44'],
    [`nix/store/${digest}-source`, undefined],
    [`nix/store/${digest}-hello-2.12.drv`, undefined],
    [`nix/store/${digest}-hello-2.12/bin`, undefined],
  ];
  for (const [path, expected] of cases) {
    const found = nix.folder?.(path);
    assert.equal(found && purlOf(found, undefined), expected, path);
  }
  const layer = (items: Parameters<typeof tarOf>[0]) => {
    const reader = new LayerReader([nix]);
    const tar = tarOf(items);
    reader.write(tar);
    return reader.finish({ diffId: '', uncompressedSize: tar.length }).inventory;
  };
  const first = layer([
    { path: `nix/store/${digest}-openssl-3.0.13/`, type: '5' },
    { path: `nix/store/${digest}-hello-2.12/`, type: '5' },
  ]);
  const second = layer([{ path: `nix/store/.wh.${digest}-openssl-3.0.13` }]);
  assert.deepEqual(
    squash([first, second]).packages.map((each) => `${each.name} ${each.version}`),
    ['hello 2.12'],
  );
});

void test('Erlang and Elixir releases: a resource file of rebar3, not those of Erlang itself', () => {
  assert.deepEqual(purls(erlang, 'app/lib/jose-1.11.5/ebin/jose.app', fixture('jose.app')), ['pkg:hex/jose@1.11.5']);
  assert.deepEqual(purls(erlang, 'lib/ssl-11.0/ebin/ssl.app', '{application, ssl, [{vsn, "11.0"}]}.'), []);
  assert.deepEqual(purls(erlang, 'lib/elixir/ebin/elixir.app', '{application,elixir,[{vsn,"1.16.1"}]}.'), [
    'pkg:generic/elixir@1.16.1',
  ]);
});

void test('Lua and Perl: what LuaRocks, MakeMaker and cpanm leave', () => {
  const rock = 'usr/local/lib/luarocks/rocks-5.1/demo/2.1-3/demo-2.1-3.rockspec';
  assert.deepEqual(read(luarocks, rock, fixture('demo-2.1-3.rockspec'))?.evidence?.packages, [
    { type: 'luarocks', name: 'demo', version: '2.1-3', licences: ['MIT'] },
  ]);
  assert.equal(luarocks.wants('src/demo-2.1-3.rockspec', 1, 0), false);
  const local = 'usr/local/lib/x86_64-linux-gnu/perl/5.36.0/perllocal.pod';
  assert.deepEqual(purls(cpan, local, fixture('perllocal.pod')), ['pkg:cpan/Demo-Thing@1.04']);
  const note = { name: 'Mojo::Log', dist: 'Mojo-Log-1.02', pathname: 'S/SR/SRI/Mojo-Log-1.02.tar.gz' };
  const path = 'usr/local/lib/perl5/site_perl/5.38.0/x86_64-linux-gnu/.meta/Mojo-Log-1.02/install.json';
  assert.deepEqual(purls(cpan, path, JSON.stringify(note)), ['pkg:cpan/SRI/Mojo-Log@1.02']);
});

void test('lock files of Conan, renv, Julia, CocoaPods, Dart and cabal', () => {
  const conan = { version: '0.5', requires: ['zlib/1.2.13#e377bee636333ae348d51ca90874e353%1678982', 'fmt/9.1.0@a/b'] };
  assert.deepEqual(purls(conanLock, 'conan.lock', JSON.stringify(conan)), [
    'pkg:conan/fmt@9.1.0',
    'pkg:conan/zlib@1.2.13',
  ]);
  const renv = {
    Packages: {
      cli: { Package: 'cli', Version: '3.6.2', Source: 'Repository' },
      own: { Package: 'own', Version: '0', Source: 'Local' },
    },
  };
  assert.deepEqual(purls(renvLock, 'app/renv.lock', JSON.stringify(renv)), ['pkg:cran/cli@3.6.2']);
  const julia =
    'julia_version = "1.10.2"\n\n[[deps.JSON]]\nuuid = "682c"\nversion = "0.21.4"\n\n[[deps.Dates]]\nuuid = "ade2"\n';
  assert.equal(read(juliaManifest, 'app/Manifest.toml', julia)?.evidence?.packages[0]?.version, '0.21.4');
  const pods =
    'PODS:\n  - Alamofire (5.8.1)\n  - "Firebase/Core (10.1.0)":\n    - X (= 1)\n  - Firebase/Auth (10.1.0)\n\nDEPENDENCIES:\n  - Other (1.0)\n';
  assert.deepEqual(purls(podLock, 'ios/Podfile.lock', pods), [
    'pkg:cocoapods/Alamofire@5.8.1',
    'pkg:cocoapods/Firebase@10.1.0',
  ]);
  const dart = {
    packages: [
      { name: 'http', rootUri: 'file:///root/.pub-cache/hosted/pub.dev/http-1.1.0' },
      { name: 'own', rootUri: '../' },
    ],
  };
  assert.deepEqual(purls(dartConfig, 'app/.dart_tool/package_config.json', JSON.stringify(dart)), [
    'pkg:pub/http@1.1.0',
  ]);
  assert.deepEqual(
    purls(
      cabalFreeze,
      'cabal.project.freeze',
      'constraints: any.aeson ==2.1.2.1,\n             aeson -ordered,\n             any.base ==4.18\n',
    ),
    ['pkg:hackage/aeson@2.1.2.1', 'pkg:hackage/base@4.18'],
  );
});
