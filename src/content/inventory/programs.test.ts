import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tarOf } from '../../../test/archives.ts';
import { advisoryKeyOf } from '../findings/ecosystems.ts';
import { LayerReader } from '../image/layer-reader.ts';
import { squash } from '../image/squash.ts';
import { analysers } from './analysers.ts';
import { platforms } from './platforms.ts';
import { programs } from './programs.ts';

/** Texts as they stand in the builds of Debian 12 and of the projects, behind the first bytes of an ELF file. */
function program(...texts: readonly string[]): Buffer {
  return Buffer.from(`\x7fELF\x02\x01\x01${'\0'.repeat(100)}${texts.join('\0')}\0`, 'latin1');
}

function read(path: string, bytes: Buffer): string | undefined {
  assert.ok(programs.wants(path, bytes.length, 0o755), path);
  assert.ok(programs.begins?.(bytes.subarray(0, 64)), path);
  const found = programs.read({ path, size: bytes.length, mode: 0o755, bytes })?.evidence?.packages[0];
  return found && `${found.name} ${found.version}`;
}

void test('programs tell their version by their own texts', () => {
  const cases: readonly (readonly [string, Buffer, string | undefined])[] = [
    ['usr/local/bin/python3.12', program('3.12.1', '3.11', 'Python 3'), 'python 3.12.1'],
    ['usr/local/lib/libpython3.13t.so.1.0', program('3.13.0rc2'), 'python 3.13.0rc2'],
    ['usr/local/bin/python3.12', program('3.12.1', '3.12.2'), undefined],
    ['usr/local/bin/ruby', program('ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)'), 'ruby 3.1.2'],
    ['usr/local/sbin/php-fpm', program('X-Powered-By: PHP/8.2.36'), 'php 8.2.36'],
    ['usr/sbin/nginx', program('nginx version: nginx/1.22.1'), 'nginx 1.22.1'],
    ['usr/local/openresty/nginx/sbin/nginx', program('nginx version: openresty/1.21.4.1'), 'openresty 1.21.4.1'],
    ['usr/local/apache2/bin/httpd', program('Apache/2', 'Apache/2.4', 'Apache/2.4.71'), 'httpd 2.4.71'],
    ['usr/sbin/haproxy', program(' version 2.6.12-1+deb12u4, released 2026/10/17'), 'haproxy 2.6.12'],
    ['usr/local/bin/envoy', program('816188b8/1.27.0/Clean/RELEASE/BoringSSL'), 'envoy 1.27.0'],
    ['usr/bin/redis-server', program('6.2.0', '7.0.15', 'A7.0.151790282056000000000'), 'redis 7.0.15'],
    ['usr/bin/valkey-server', program('7.2.4', '8.0.1', '8.0.1buildkitsandbox-17290000000000000'), 'valkey 8.0.1'],
    ['usr/bin/mariadbd', program('10.11.19-MariaDB'), 'mariadb 10.11.19'],
    ['usr/lib/libcrypto.so.1.1', program('OpenSSL 1.1.1w  11 Sep 2023'), 'openssl 1.1.1w'],
    ['usr/lib/libcrypto.so.3', program('OpenSSL 3 provider', 'OpenSSL 3.0.22 25 Aug 2026'), 'openssl 3.0.22'],
    ['usr/bin/curl', program('https://curl.se/docs', 'curl/7.88.1'), 'curl 7.88.1'],
    ['bin/busybox', program('BusyBox v1.35.0 (Debian 1:1.35.0-4)'), 'busybox 1.35.0'],
    ['usr/bin/perl', program('v5.36.0', 'v5.10'), 'perl 5.36.0'],
    ['usr/bin/nginx', program('no version here'), undefined],
  ];
  for (const [path, bytes, expected] of cases) assert.equal(read(path, bytes), expected, path);
  assert.equal(programs.begins?.(Buffer.from('#!/bin/sh\nexec /usr/lib/node "$@"')), false);
  const node = readFileSync(process.execPath);
  assert.equal(read('usr/local/bin/node', node), `node ${process.versions.node}`);
});

void test('programs: many marks and many versions cost no more than their bytes', () => {
  const started = performance.now();
  read('usr/bin/redis-server', program('1.2.3\0'.repeat(400_000)));
  read('usr/sbin/httpd', program('Apache/x'.repeat(400_000)));
  read('usr/sbin/haproxy', program(', released 20'.repeat(300_000)));
  assert.ok(performance.now() - started < 20_000);
});

void test('platforms that were unpacked: Java, Erlang, Go, WordPress', () => {
  for (const [path, text, expected] of [
    ['opt/java/openjdk/release', 'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\n', 'openjdk 17.0.9'],
    ['opt/java/release', 'JAVA_VERSION="1.8.0_392"\nOS_NAME="Linux"\n', 'openjdk 8.0.392'],
    ['etc/release', 'something else', undefined],
    ['usr/local/lib/erlang/releases/26/OTP_VERSION', '26.1.2\n', 'erlang 26.1.2'],
    ['usr/local/go/VERSION', 'go1.22.1\ntime 2024-02-29T18:18:48Z\n', 'go 1.22.1'],
    ['var/www/html/wp-includes/version.php', "<?php\n$wp_version = '6.4.2';\n", 'wordpress 6.4.2'],
  ] as const) {
    const bytes = Buffer.from(text);
    assert.ok(platforms.wants(path, bytes.length, 0o644), path);
    const found = platforms.read({ path, size: bytes.length, mode: 0o644, bytes })?.evidence?.packages[0];
    assert.equal(found && `${found.name} ${found.version}`, expected, path);
  }
});

function packagesOf(files: Readonly<Record<string, string | Uint8Array>>): string[] {
  const tar = tarOf(Object.entries(files).map(([path, content]) => ({ path, content, mode: 0o755 })));
  const reader = new LayerReader(analysers);
  reader.write(tar);
  return squash([reader.finish({ diffId: '', uncompressedSize: tar.length }).inventory]).packages.map(
    (each) => `${each.type} ${each.name} ${each.version}`,
  );
}

void test('programs that the distribution packaged are its packages, by their files or by name and version', () => {
  const status = 'Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2+b2\nArchitecture: amd64\n';
  const bash = program('@(#)Bash version 5.2.15(1) release GNU');
  assert.deepEqual(packagesOf({ 'bin/bash': bash }), ['generic bash 5.2.15']);
  assert.deepEqual(packagesOf({ 'bin/bash': bash, 'var/lib/dpkg/status': status }), ['deb bash 5.2.15-2+b2']);
  const other = program('@(#)Bash version 5.3.1(1) release GNU');
  const listed = { 'var/lib/dpkg/status': status, 'var/lib/dpkg/info/bash.list': '/usr/bin/bash\n' };
  assert.deepEqual(packagesOf({ ...listed, 'usr/bin/bash': other }), ['deb bash 5.2.15-2+b2']);
  assert.deepEqual(packagesOf({ ...listed, 'usr/local/bin/bash': other }), [
    'deb bash 5.2.15-2+b2',
    'generic bash 5.3.1',
  ]);
});

void test('programs are judged as their project, and those of unknown projects by nobody', () => {
  const key = (name: string, version: string) => advisoryKeyOf({ type: 'generic', name, version }, undefined);
  assert.deepEqual(key('httpd', '2.4.1'), { ecosystem: 'Bitnami', name: 'apache', version: '2.4.1' });
  assert.equal(key('openssl', '3.0.1'), undefined);
  assert.equal(key('constructor', '1'), undefined);
});
