import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from './digest.ts';
import { parseManifest } from './manifest.ts';
import { choosePlatform, defaultPlatform, formatPlatform, parsePlatform } from './platform.ts';

function index(...platforms: readonly (string | undefined)[]) {
  const manifests = platforms.map((text, at) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(Buffer.from(String(at))),
    size: 1,
    ...(text !== undefined && { platform: parsePlatform(text) }),
  }));
  const raw = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }),
  );
  const parsed = parseManifest(raw, undefined);
  assert.ok(parsed.kind === 'index');
  return parsed;
}

const here = { os: 'linux', architecture: 'amd64' };
const at = (position: number) => digestOf(Buffer.from(String(position)));

test('platforms are spelled os/architecture/variant', () => {
  assert.deepEqual(parsePlatform('linux/arm64/v8'), { os: 'linux', architecture: 'arm64', variant: 'v8' });
  assert.deepEqual(parsePlatform('s390x'), { os: 'linux', architecture: 's390x' });
  assert.equal(formatPlatform({ os: 'linux', architecture: 'arm', variant: 'v7' }), 'linux/arm/v7');
  assert.equal(defaultPlatform('x64').architecture, 'amd64');
  for (const text of ['', 'a/b/c/d', 'linux/', 'linux/am d']) assert.throws(() => parsePlatform(text));
});

test('the wanted platform is chosen, else this machine’s, else the only one', () => {
  const three = index('linux/arm64/v8', 'linux/amd64', 'linux/arm/v7', 'linux/arm/v6');
  assert.equal(choosePlatform(three, undefined, here).digest, at(1));
  assert.equal(choosePlatform(three, parsePlatform('linux/arm64'), here).digest, at(0));
  assert.equal(choosePlatform(three, parsePlatform('linux/arm/v6'), here).digest, at(3));
  assert.equal(choosePlatform(index('linux/s390x'), undefined, here).digest, at(0));
  assert.throws(() => choosePlatform(index('linux/s390x'), parsePlatform('amd64'), here), /holds linux\/s390x/);
});

test('attestations of buildkit are no images to choose', () => {
  assert.equal(choosePlatform(index('unknown/unknown', 'linux/riscv64'), undefined, here).digest, at(1));
  assert.throws(() => choosePlatform(index('unknown/unknown'), undefined, here), /no image for linux\/amd64/);
});
