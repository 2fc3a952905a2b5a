import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundPackage } from '../inventory/package.ts';
import { canonicalEcosystem, osvEcosystem } from '../advisories/osv-ecosystems.ts';
import { advisoryKeyOf, canonicalKey, ecosystemOf, ecosystemsOf } from './ecosystems.ts';

void test('distributions by the names that advisories give them; unknown ones have none', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['debian', '12', 'Debian:12'],
    ['debian', '', 'Debian:unstable'],
    ['ubuntu', '22.04', 'Ubuntu:22.04:LTS'],
    ['ubuntu', '23.10', 'Ubuntu:23.10'],
    ['alpine', '3.20.1', 'Alpine:v3.20'],
    ['alpine', '3.21_alpha20240807', 'Alpine:edge'],
    ['almalinux', '9.4', 'AlmaLinux:9'],
    ['rocky', '8.9', 'Rocky Linux:8'],
    ['wolfi', '20230201', 'Wolfi'],
    ['rhel', '9.4', 'Red Hat:enterprise_linux:9'],
    ['centos', '7', 'Red Hat:enterprise_linux:7'],
    ['centos', '9', undefined],
    ['ol', '9.3', 'Oracle Linux:9'],
    ['amzn', '2023', 'Amazon Linux:2023'],
    ['azurelinux', '3.0', 'Azure Linux:3'],
    ['photon', '5.0', 'Photon OS:5.0'],
    ['opensuse-leap', '15.5', 'openSUSE:Leap 15.5'],
    ['sles', '15.5', 'SUSE:Linux Enterprise Server 15 SP5'],
    ['sl-micro', '6.0', 'SUSE:Linux Micro 6.0'],
    ['bottlerocket', '1.20.0', 'Bottlerocket'],
    ['amzn', '2018.03', 'Amazon Linux:1'],
    ['nosuch', '1', undefined],
  ];
  for (const [id, version, expected] of cases)
    assert.equal(ecosystemOf({ id, version, name: id }), expected, `${id} ${version}`);
});

void test('keys: sources of Debian, streams of modules, Python names, Go versions; owned files have none', () => {
  const key = (found: FoundPackage, id = 'almalinux', version = '9.4') => {
    const made = advisoryKeyOf(found, { id, version, name: id });
    return made && `${made.ecosystem} ${made.module ? `${made.module}/` : ''}${made.name} ${made.version}`;
  };
  const debian: FoundPackage = {
    type: 'deb',
    name: 'libssl3',
    version: '3+b1',
    sourceName: 'openssl',
    sourceVersion: '3',
  };
  assert.equal(key(debian, 'debian', '12'), 'Debian:12 openssl 3');
  assert.equal(key(debian, 'nosuch', '1'), undefined);
  assert.equal(key({ type: 'rpm', name: 'npm', version: '1', module: 'nodejs:18' }), 'AlmaLinux:9 nodejs:18/npm 1');
  assert.equal(key({ type: 'pypi', name: 'Foo._Bar', version: '1' }), 'PyPI foo-bar 1');
  assert.equal(key({ type: 'pypi', name: 'requests', version: '1', ownedBy: 'python3-requests' }), undefined);
  assert.equal(key({ type: 'golang', name: 'stdlib', version: '1.22rc1' }), 'Go stdlib 1.22.0-rc.1');
  assert.equal(key({ type: 'golang', name: 'x/y', version: 'v1.2.3' }), 'Go x/y 1.2.3');
  assert.equal(key({ type: 'golang', name: 'x/y', version: '(devel)' }), undefined);
  assert.equal(key({ type: 'maven', name: 'g:a', version: '1' }), 'Maven g:a 1');
  assert.equal(key({ type: 'maven', name: 'a', version: '1' }), undefined);
});

void test('ecosystems in any spelling become one name', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['Red Hat:enterprise_linux:9::appstream', 'Red Hat:enterprise_linux:9'],
    ['Red Hat:cpe:/o:redhat:enterprise_linux:8::baseos', 'Red Hat:enterprise_linux:8'],
    ['Red Hat:enterprise_linux:10.1', 'Red Hat:enterprise_linux:10'],
    ['Red Hat:rhel_eus:9.2::baseos', 'Red Hat:rhel_eus:9.2'],
    ['rhel:8', 'Red Hat:enterprise_linux:8'],
    ['Alpine:3.20', 'Alpine:v3.20'],
    ['debian:bookworm', 'Debian:12'],
    ['Debian:sid', 'Debian:unstable'],
    ['Ubuntu:22.04', 'Ubuntu:22.04:LTS'],
    ['Ubuntu:Pro:18.04', 'Ubuntu:Pro:18.04:LTS'],
    ['Ubuntu:23.10', 'Ubuntu:23.10'],
    ['pypi', 'PyPI'],
    ['Maven:https://maven.google.com', 'Maven'],
    ['Nowhere:1', 'Nowhere:1'],
  ];
  for (const [name, expected] of cases) assert.equal(canonicalEcosystem(name), expected, name);
  assert.equal(osvEcosystem('FreeBSD:ports'), undefined);
  assert.equal(osvEcosystem('Root:Alpine:3.18')?.scheme, 'apk');
  assert.deepEqual(canonicalKey({ ecosystem: 'pypi', name: 'Foo_Bar', version: '1' }), {
    ecosystem: 'PyPI',
    name: 'foo-bar',
    version: '1',
  });
  assert.deepEqual(ecosystemsOf({ id: 'ubuntu', version: '22.04', name: '' }), [
    'Ubuntu:22.04:LTS',
    'Ubuntu:Pro:22.04:LTS',
  ]);
  assert.equal(ecosystemsOf({ id: 'sles', version: '15.5', name: '' }).length, 10);
});
