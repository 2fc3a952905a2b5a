import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openImage, openTarget } from '../src/app/local.ts';
import { tarEnd, tarHeader, tarPadding } from '../src/lib/tar-writer.ts';
import { isAssayError } from '../src/lib/error.ts';
import type { ErrorCode } from '../src/lib/error-table.ts';
import { type Digest, digestOf, hexOf } from '../src/oci/digest.ts';
import { parseManifest } from '../src/oci/manifest.ts';
import { mediaTypes } from '../src/oci/media-types.ts';
import { parseReference } from '../src/oci/reference.ts';
import { collectBytes } from '../src/oci/verified.ts';
import { copyImage } from '../src/work/images/copy.ts';

const access = {
  http: () => Promise.reject(new Error('no network here')),
  credentials: async () => undefined,
  environment: {},
};
const open = (text: string) => openImage(parseReference(text), access);
async function digestIn(text: string): Promise<Digest> {
  await using source = await open(text);
  return (await source.root()).digest;
}

function temporary(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'assay-images-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Entry {
  readonly name: string;
  readonly bytes?: Uint8Array | string;
  /** Symbolic link to. */
  readonly link?: string;
}

function tar(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ name, bytes = '', link }) => {
    const content = Buffer.from(bytes);
    const header = Buffer.from(tarHeader(name, content.length));
    if (link !== undefined) {
      header.write('2', 156);
      header.write(link, 157);
      header.write('        ', 148);
      header.write(
        `${header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );
    }
    return [header, content, tarPadding(content.length)];
  });
  return Buffer.concat([...parts, tarEnd()]);
}

const LAYER = tar([{ name: 'etc/os-release', bytes: 'ID=debian\n' }]);

/** A small image, put into a map of blobs. */
function image(blobs: Map<Digest, Buffer>, seed: string, more: object = {}) {
  const put = (bytes: Buffer, mediaType: string) => {
    blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { seed } },
    rootfs: { type: 'layers', diff_ids: [digestOf(LAYER)] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: put(Buffer.from(JSON.stringify(config)), mediaTypes.ociConfig),
    layers: [put(gzipSync(LAYER), mediaTypes.ociLayerGzip)],
    ...more,
  };
  return put(Buffer.from(JSON.stringify(manifest, null, 1)), mediaTypes.ociManifest);
}

function layout(folder: string, blobs: ReadonlyMap<Digest, Buffer>, manifests: readonly object[]): string {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  for (const [digest, bytes] of blobs) writeFileSync(join(folder, 'blobs', 'sha256', hexOf(digest)), bytes);
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return folder;
}

const named = (descriptor: object, name: string) => ({
  ...descriptor,
  annotations: { 'org.opencontainers.image.ref.name': name },
});
const refused =
  (...codes: ErrorCode[]) =>
  (error: unknown) =>
    isAssayError(error, ...codes);

test('a layout is opened by name, by position and by its only image', async (t) => {
  const folder = temporary(t);
  const blobs = new Map<Digest, Buffer>();
  const [one, two] = [image(blobs, 'one'), image(blobs, 'two')];
  layout(folder, blobs, [named(one, 'one'), named(two, 'docker.io/shop/two:2')]);
  assert.equal(await digestIn(`oci:${folder}:one`), one.digest);
  assert.equal(await digestIn(`oci:${folder}:docker.io/shop/two:2`), two.digest);
  assert.equal(await digestIn(`oci:${folder}:@1`), two.digest);
  await assert.rejects(digestIn(`oci:${folder}`), /holds 2 images; name one: one, docker/);
  await assert.rejects(digestIn(`oci:${folder}:three`), refused('manifest-unknown'));
  await assert.rejects(digestIn(`oci:${folder}:@2`), refused('manifest-unknown'));
  await assert.rejects(digestIn(`oci:${folder}/nothing`), /there is no such file/);
  await assert.rejects(digestIn(`oci:${folder}/index.json`), /is no folder/);
});

test('bytes that are not what a layout announces are refused', async (t) => {
  const folder = temporary(t);
  const blobs = new Map<Digest, Buffer>();
  const one = image(blobs, 'one');
  layout(folder, blobs, [one]);
  const manifest = parseManifest(blobs.get(one.digest)!, one.mediaType);
  assert.ok(manifest.kind === 'image');
  const layer = manifest.layers[0]!;
  const path = join(folder, 'blobs', 'sha256', hexOf(layer.digest));
  const changed = Buffer.from(readFileSync(path));
  changed[20]! ^= 1;
  writeFileSync(path, changed);
  const source = await open(`oci:${folder}`);
  await assert.rejects(collectBytes(source.blob(layer), 1e6, 'it'), refused('digest-mismatch'));
  writeFileSync(join(folder, 'blobs', 'sha256', hexOf(one.digest)), '{}');
  await assert.rejects((await open(`oci:${folder}`)).root(), refused('digest-mismatch'));
});

/** What `docker save` wrote until version 24: folders with layer.tar, links for layers that images share. */
function dockerSave(images: readonly { tag: string; layers: readonly Entry[] }[]): Buffer {
  const entries: Entry[] = [];
  const list = images.map(({ tag, layers }) => {
    const config = Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: layers.map(() => digestOf(LAYER)) },
        tag,
      }),
    );
    entries.push({ name: `${hexOf(digestOf(config))}.json`, bytes: config }, ...layers);
    return { Config: `${hexOf(digestOf(config))}.json`, RepoTags: [tag], Layers: layers.map((each) => each.name) };
  });
  return tar([...entries, { name: 'manifest.json', bytes: JSON.stringify(list) }]);
}

test('docker save of old engines: shared layers as links, several images, compressed as a whole', async (t) => {
  const folder = temporary(t);
  const archive = dockerSave([
    { tag: 'shop/one:1', layers: [{ name: 'a/layer.tar', bytes: LAYER }] },
    { tag: 'two:latest', layers: [{ name: 'b/layer.tar', link: '../a/layer.tar' }] },
  ]);
  for (const [name, bytes] of [
    ['plain.tar', archive],
    ['packed.tar.gz', gzipSync(archive)],
    ['packed.tar.zst', zstdCompressSync(archive)],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    for (const wanted of ['shop/one:1', 'two', '@1']) {
      await using source = await open(`docker-archive:${join(folder, name)}:${wanted}`);
      const root = await source.root();
      const manifest = parseManifest(root.raw, root.mediaType, root.digest);
      assert.ok(manifest.kind === 'image' && manifest.runnable);
      assert.equal(manifest.layers[0]?.digest, digestOf(LAYER));
      assert.deepEqual(Buffer.from(await collectBytes(source.blob(manifest.layers[0]), 1e6, 'it')), LAYER);
    }
    await assert.rejects(
      open(`docker-archive:${join(folder, name)}`),
      /holds 2 images; name one: shop\/one:1, two:latest/,
    );
  }
  assert.deepEqual(
    readdirSync(tmpdir()).filter((each) => each.startsWith('assay-archive-')),
    [],
  );
});

test('a layout inside of docker save is taken, with the digests it was pulled with', async (t) => {
  const folder = temporary(t);
  const blobs = new Map<Digest, Buffer>();
  const one = image(blobs, 'one');
  const entry = {
    ...one,
    annotations: { 'io.containerd.image.name': 'docker.io/shop/one:1', 'org.opencontainers.image.ref.name': '1' },
  };
  const archive = tar([
    ...[...blobs].map(([digest, bytes]) => ({ name: `blobs/sha256/${hexOf(digest)}`, bytes })),
    { name: 'oci-layout', bytes: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', bytes: JSON.stringify({ schemaVersion: 2, manifests: [entry] }) },
    { name: 'manifest.json', bytes: '[]' },
  ]);
  writeFileSync(join(folder, 'a.tar'), archive);
  for (const which of ['', ':shop/one:1', ':1', ':docker.io/shop/one:1'])
    assert.equal(await digestIn(`docker-archive:${join(folder, 'a.tar')}${which}`), one.digest, which);
});

test('an image of a docker engine is read over its socket', async (t) => {
  const folder = temporary(t);
  const socket = join(folder, 'docker.sock');
  const archive = dockerSave([{ tag: 'shop/app:1', layers: [{ name: 'a/layer.tar', bytes: LAYER }] }]);
  const engine = createServer((request, response) => {
    if (request.url === '/images/shop%2Fapp%3A1/get') response.end(archive);
    else response.writeHead(404).end(JSON.stringify({ message: 'No such image' }));
  });
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  t.after(() => engine.close());
  const opening = (name: string, host: string) =>
    openImage(parseReference(`docker-daemon:${name}`), { ...access, environment: { DOCKER_HOST: host } });
  await using source = await opening('shop/app:1', `unix://${socket}`);
  const root = await source.root();
  const manifest = parseManifest(root.raw, root.mediaType);
  assert.ok(manifest.kind === 'image');
  assert.equal(manifest.layers[0]?.digest, digestOf(LAYER));
  await assert.rejects(opening('other', `unix://${socket}`), refused('manifest-unknown'));
  await assert.rejects(opening('a', `unix://${folder}/none`), /cannot reach the docker engine.*no such socket/);
  await assert.rejects(opening('a', 'tcp://127.0.0.1:2375'), /only unix:\/\/ sockets/);
});

test('hostile archives end in a coded error', async (t) => {
  const folder = temporary(t);
  const good = dockerSave([{ tag: 'a:1', layers: [{ name: 'a/layer.tar', bytes: LAYER }] }]);
  const config = (layers: number) =>
    JSON.stringify({ rootfs: { type: 'layers', diff_ids: Array.from({ length: layers }, () => digestOf(LAYER)) } });
  const list = (entry: object) => JSON.stringify([entry]);
  const cases: Readonly<Record<string, Buffer>> = {
    empty: Buffer.alloc(0),
    zeros: Buffer.alloc(4096),
    text: Buffer.from('this is no archive'.repeat(100)),
    cut: good.subarray(0, 1000),
    'cut gzip': gzipSync(good).subarray(0, 200),
    'path out': tar([
      { name: '../../etc/passwd', bytes: 'x' },
      { name: 'manifest.json', bytes: '[]' },
    ]),
    'no manifest': tar([{ name: 'a', bytes: 'x' }]),
    'manifest is a link out': tar([{ name: 'manifest.json', link: '../../../etc/passwd' }]),
    'links in a circle': tar([
      { name: 'manifest.json', link: 'other' },
      { name: 'other', link: 'manifest.json' },
    ]),
    'manifest not JSON': tar([{ name: 'manifest.json', bytes: '[' }]),
    'manifest of another shape': tar([{ name: 'manifest.json', bytes: '{"a":1}' }]),
    'no configuration': tar([{ name: 'manifest.json', bytes: list({ Config: 'c', Layers: [] }) }]),
    'configuration out': tar([{ name: 'manifest.json', bytes: list({ Config: '../../../etc/passwd', Layers: [] }) }]),
    'layers missing': tar([
      { name: 'c', bytes: config(1) },
      { name: 'manifest.json', bytes: list({ Config: 'c', Layers: ['l'] }) },
    ]),
    'layers too few': tar([
      { name: 'c', bytes: config(3) },
      { name: 'manifest.json', bytes: list({ Config: 'c', Layers: ['c'] }) },
    ]),
    'deep JSON': tar([{ name: 'manifest.json', bytes: '['.repeat(100_000) }]),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    writeFileSync(join(folder, 'x.tar'), bytes);
    for (const transport of ['docker-archive', 'oci-archive'])
      await assert.rejects(
        open(`${transport}:${join(folder, 'x.tar')}`),
        (error) => isAssayError(error),
        `${transport}: ${name}`,
      );
  }
  assert.deepEqual(
    readdirSync(tmpdir()).filter((each) => each.startsWith('assay-archive-')),
    [],
  );
});

test('a layer that is not what its diff id says is refused when it is read', async (t) => {
  const folder = temporary(t);
  writeFileSync(
    join(folder, 'x.tar'),
    dockerSave([{ tag: 'a:1', layers: [{ name: 'a/layer.tar', bytes: tar([{ name: 'evil' }]) }] }]),
  );
  await using source = await open(`docker-archive:${join(folder, 'x.tar')}`);
  const root = await source.root();
  const manifest = parseManifest(root.raw, root.mediaType);
  assert.ok(manifest.kind === 'image');
  await assert.rejects(collectBytes(source.blob(manifest.layers[0]!), 1e6, 'it'), refused('digest-mismatch'));
});

test('a copy carries the index, its images, referrers of referrers and tags of cosign, byte for byte', async (t) => {
  const folder = temporary(t);
  const blobs = new Map<Digest, Buffer>();
  const [amd, arm] = [image(blobs, 'amd'), image(blobs, 'arm')];
  const list = Buffer.from(
    JSON.stringify(
      {
        schemaVersion: 2,
        mediaType: mediaTypes.ociIndex,
        manifests: [
          { ...amd, platform: { os: 'linux', architecture: 'amd64' } },
          { ...arm, platform: { os: 'linux', architecture: 'arm64' } },
        ],
      },
      null,
      2,
    ),
  );
  const root = { mediaType: mediaTypes.ociIndex, digest: digestOf(list), size: list.length };
  blobs.set(root.digest, list);
  const sbom = image(blobs, 'sbom', { subject: amd, artifactType: 'application/spdx+json' });
  const signature = image(blobs, 'signature', { subject: sbom, artifactType: 'application/vnd.example.signature' });
  const legacy = image(blobs, 'legacy');
  layout(join(folder, 'from'), blobs, [
    named(root, 'v1'),
    sbom,
    signature,
    named(legacy, `sha256-${hexOf(root.digest)}.sig`),
  ]);
  const copy = async (from: string, to: string, options: { attachments?: boolean; platform?: string } = {}) => {
    await using source = await open(from);
    await using target = await openTarget(parseReference(to), access, source);
    return await copyImage(source, target, {
      attachments: options.attachments ?? true,
      platform: options.platform === undefined ? undefined : { os: 'linux', architecture: options.platform },
    });
  };
  const first = await copy(`oci:${folder}/from:v1`, `oci-archive:${folder}/a.tar:v2`);
  assert.deepEqual([first.digest, first.manifests, first.attached, first.missing], [root.digest, 3, 3, []]);
  const again = await copy(`oci-archive:${folder}/a.tar:v2`, `oci:${folder}/to:v3`);
  assert.deepEqual([again.digest, again.manifests, again.attached], [root.digest, 3, 3]);
  for (const [digest, bytes] of blobs)
    assert.deepEqual(readFileSync(join(folder, 'to', 'blobs', 'sha256', hexOf(digest))), bytes, digest);
  assert.equal(readdirSync(join(folder, 'to', 'blobs', 'sha256')).length, blobs.size);
  await using source = await open(`oci:${folder}/to:v3`);
  assert.deepEqual(
    (await source.referrers(amd.digest)).map((each) => each.digest),
    [sbom.digest],
  );
  assert.equal((await source.tagged(`sha256-${hexOf(root.digest)}.sig`))?.digest, legacy.digest);
  const third = await copy(`oci:${folder}/to:v3`, `oci:${folder}/to:v4`);
  assert.deepEqual(third.blobs, { there: blobs.size - 6, mounted: 0, copied: 0 });
  const one = await copy(`oci:${folder}/to:v3`, `oci:${folder}/one:arm`, { attachments: false, platform: 'arm64' });
  assert.deepEqual([one.digest, one.manifests, one.attached], [arm.digest, 1, 0]);
  assert.deepEqual(readdirSync(folder).sort(), ['a.tar', 'from', 'one', 'to']);
});

test('a sparse index is copied with what is there, and the gap is told', async (t) => {
  const folder = temporary(t);
  const blobs = new Map<Digest, Buffer>();
  const there = image(blobs, 'there');
  const gone = { ...image(new Map(), 'gone'), platform: { os: 'linux', architecture: 's390x' } };
  const list = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [there, gone] }),
  );
  blobs.set(digestOf(list), list);
  layout(join(folder, 'from'), blobs, [{ mediaType: mediaTypes.ociIndex, digest: digestOf(list), size: list.length }]);
  await using source = await open(`oci:${folder}/from`);
  await using target = await openTarget(parseReference(`oci:${folder}/to`), access, source);
  assert.deepEqual((await copyImage(source, target, { attachments: true })).missing, [gone.digest]);
});

test('a copy that fails leaves no half-written image and no litter', async (t) => {
  const folder = temporary(t);
  const blobs = new Map<Digest, Buffer>();
  const one = image(blobs, 'one');
  layout(join(folder, 'from'), blobs, [one]);
  const manifest = parseManifest(blobs.get(one.digest)!, one.mediaType);
  assert.ok(manifest.kind === 'image');
  rmSync(join(folder, 'from', 'blobs', 'sha256', hexOf(manifest.layers[0]!.digest)));
  for (const to of [`oci-archive:${folder}/a.tar`, `oci:${folder}/to`]) {
    await using source = await open(`oci:${folder}/from`);
    await using target = await openTarget(parseReference(to), access, source);
    await assert.rejects(copyImage(source, target, { attachments: true }), refused('blob-unknown'));
  }
  assert.deepEqual(readdirSync(folder).sort(), ['from', 'to']);
  assert.ok(!readdirSync(join(folder, 'to')).includes('index.json'));
  assert.deepEqual(
    readdirSync(join(folder, 'to'), { recursive: true }).filter((each) => String(each).endsWith('.part')),
    [],
  );
});
