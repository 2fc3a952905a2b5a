import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../lib/error.ts';
import { formatReference, manifestOf, parseReference, type RegistryReference } from './reference.ts';

const HEX = 'a'.repeat(64);

function registry(text: string): RegistryReference {
  const reference = parseReference(text);
  assert.ok(reference.transport === 'registry');
  return reference;
}

test('registry references: host, repository, tag, digest', () => {
  const cases: readonly [
    text: string,
    host: string | undefined,
    repository: string,
    tag?: string | undefined,
    digest?: string,
  ][] = [
    ['127.0.0.1:5000/shop/app:1', '127.0.0.1:5000', 'shop/app', '1'],
    ['registry.example.com/app', 'registry.example.com', 'app'],
    ['localhost/app:1', 'localhost', 'app', '1'],
    ['localhost:5000/a/b/c:v1.2_3-x', 'localhost:5000', 'a/b/c', 'v1.2_3-x'],
    ['[::1]:5000/app:1', '[::1]:5000', 'app', '1'],
    ['[fe80::1]/app', '[fe80::1]', 'app'],
    ['HOST/app', 'HOST', 'app'],
    ['shop/app:2', undefined, 'shop/app', '2'],
    ['app', undefined, 'app'],
    ['app:latest', undefined, 'app', 'latest'],
    [`host.example/app@sha256:${HEX}`, 'host.example', 'app', undefined, `sha256:${HEX}`],
    [`host.example/app:1@sha256:${HEX}`, 'host.example', 'app', '1', `sha256:${HEX}`],
    [`host.example/app@sha512:${HEX}${HEX}`, 'host.example', 'app', undefined, `sha512:${HEX}${HEX}`],
    ['docker://127.0.0.1:5000/a__b/c-d.e:1', '127.0.0.1:5000', 'a__b/c-d.e', '1'],
    // Names of transports can be names of repositories.
    ['docker:latest', undefined, 'docker', 'latest'],
    ['dir:1.0', undefined, 'dir', '1.0'],
  ];
  for (const [text, host, repository, tag, digest] of cases) {
    const found = registry(text);
    assert.deepEqual([found.host, found.repository, found.tag, found.digest], [host, repository, tag, digest], text);
  }
});

test('only docker:// without a host means docker.io, where one segment belongs to library', () => {
  assert.deepEqual(
    ['docker://alpine', 'docker://docker.io/alpine:3', 'docker://shop/app', 'docker.io/alpine'].map((text) =>
      formatReference(parseReference(text)),
    ),
    ['docker.io/library/alpine', 'docker.io/library/alpine:3', 'docker.io/shop/app', 'docker.io/alpine'],
  );
});

test('files and engines as skopeo spells them', () => {
  const file = (text: string) => {
    const found = parseReference(text);
    return 'path' in found ? [found.transport, found.path, found.name, found.position] : [found.transport];
  };
  assert.deepEqual(file('oci:./image'), ['oci', './image', undefined, undefined]);
  assert.deepEqual(file('oci:/srv/image:v1'), ['oci', '/srv/image', 'v1', undefined]);
  assert.deepEqual(file('oci:image:docker.io/library/a:1'), ['oci', 'image', 'docker.io/library/a:1', undefined]);
  assert.deepEqual(file('oci:image:@2'), ['oci', 'image', undefined, 2]);
  assert.deepEqual(file('oci:C:\\image:v1'), ['oci', 'C:\\image', 'v1', undefined]);
  assert.deepEqual(file('oci-archive:a.tar'), ['oci-archive', 'a.tar', undefined, undefined]);
  assert.deepEqual(file('docker-archive:a.tar:shop/app:1'), ['docker-archive', 'a.tar', 'shop/app:1', undefined]);
  assert.deepEqual(parseReference('docker-daemon:shop/app:1'), { transport: 'docker-daemon', name: 'shop/app:1' });
});

test('every reference is read back from its own spelling', () => {
  for (const text of [
    '127.0.0.1:5000/shop/app:1',
    `[::1]:5000/app:1@sha256:${HEX}`,
    'oci:image:v1',
    'oci:image:@0',
    'oci-archive:a.tar',
    'docker-daemon:app:1',
  ]) {
    assert.equal(formatReference(parseReference(text)), text);
    assert.deepEqual(parseReference(formatReference(parseReference(text))), parseReference(text));
  }
});

test('what follows /manifests/: the digest, else the tag, else latest', () => {
  assert.equal(manifestOf(registry(`h.example/a:1@sha256:${HEX}`)), `sha256:${HEX}`);
  assert.equal(manifestOf(registry('h.example/a:1')), '1');
  assert.equal(manifestOf(registry('h.example/a')), 'latest');
});

test('what is no reference is refused with a coded error', () => {
  for (const text of [
    '',
    ' ',
    '/',
    'host.example/',
    '/app',
    'host.example//app',
    'host.example/App',
    'host.example/app:',
    'host.example/app:.tag',
    `host.example/app:${'t'.repeat(129)}`,
    'host.example/app@sha256:12',
    `host.example/app@sha256:${'A'.repeat(64)}`,
    `host.example/app@md5:${'a'.repeat(32)}`,
    `host.example/app@sha256:${HEX}@sha256:${HEX}`,
    'host.example:0/app',
    'host.example:65536/app',
    'host.example:port/app',
    'https://host.example/app',
    'host.example/app?x=1',
    'host.example/../app',
    'user@host.example/app',
    'host.example/a b',
    'host.example/a\u0000b',
    'host.example/app\n',
    '-host.example/app',
    'host.example/-app',
    'host.example/app-',
    `host.example/${'a'.repeat(256)}`,
    'a'.repeat(5000),
    'oci:',
    'oci::name',
    'oci:dir:',
    'docker-daemon:',
    'dir:/srv/image',
    'containers-storage:[overlay@/x]y',
  ])
    assert.throws(
      () => parseReference(text),
      (error) => isAssayError(error, 'reference-invalid', 'tag-invalid'),
      JSON.stringify(text.slice(0, 60)),
    );
});

test('hostile lengths cost no time', () => {
  const started = performance.now();
  for (const text of [
    `a${'-'.repeat(4000)}`,
    `${'a.'.repeat(2000)}!/x`,
    `${'a/'.repeat(2000)}!`,
    `[${':'.repeat(4000)}`,
  ])
    assert.throws(() => parseReference(text));
  assert.ok(performance.now() - started < 10_000);
});
