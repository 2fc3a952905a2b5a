import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { bytes, digest, pushBlob, putManifest, types } from './conformance/registry-client.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const REPOSITORY = 'hostile/image';

/** A ustar header (POSIX.1-2017 pax, "ustar Interchange Format") with its checksum. */
function header(name: string, size: number, type = '0', link = ''): Buffer {
  const block = Buffer.alloc(512);
  const fields: [string, number][] = [
    [name, 0],
    ['0000644\0', 100],
    ['0000000\0', 108],
    ['0000000\0', 116],
    [`${size.toString(8).padStart(11, '0')}\0`, 124],
    ['00000000000\0', 136],
    ['        ', 148],
    [type, 156],
    [link, 157],
    ['ustar\u000000', 257],
  ];
  for (const [text, at] of fields) block.write(text, at);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const end = Buffer.alloc(1024);

async function pushImage(layer: Buffer): Promise<string> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
      made: bytes(8).toString('hex'),
    }),
  );
  const parts = [
    { mediaType: types.config, digest: await pushBlob(server, REPOSITORY, config), size: config.length },
    { mediaType: types.layer, digest: await pushBlob(server, REPOSITORY, layer), size: layer.length },
  ];
  const raw = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: types.manifest, config: parts[0], layers: parts.slice(1) }),
  );
  assert.equal((await putManifest(server, REPOSITORY, digest(raw), raw)).status, 201);
  return digest(raw);
}

interface Part {
  readonly code: string;
  readonly path?: string;
}

/** The parts that the analysis could not read, once it has ended. */
async function incompleteOf(image: string): Promise<Part[]> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    const answer = await server.fetch(`/api/v1/repositories/${encodeURIComponent(REPOSITORY)}/images/${image}/report`);
    if (answer.ok) return ((await answer.json()) as { incomplete: Part[] }).incomplete;
    assert.equal(answer.status, 409, await answer.text());
    await pause(50);
  }
  throw new Error('the analysis did not end');
}

describe('layers made to harm are stored as bytes, read in confinement and told of', () => {
  const big = 300 * 1024 * 1024;
  const cases: [string, () => Buffer, Part[]][] = [
    [
      'a package database that unpacks to 300 MB',
      () => gzipSync(Buffer.concat([header('var/lib/dpkg/status', big), Buffer.alloc(big), end])),
      [{ code: 'budget-exceeded', path: 'var/lib/dpkg/status' }],
    ],
    [
      'an entry longer than the stream',
      () => gzipSync(Buffer.concat([header('big', big), Buffer.alloc(1000)])),
      [{ code: 'malformed' }],
    ],
    [
      'a stream that breaks off',
      () => gzipSync(Buffer.concat([header('a', 50_000), bytes(50_000), end])).subarray(0, 20_000),
      [{ code: 'malformed' }],
    ],
    ['text that is no tar', () => gzipSync(Buffer.from('hello '.repeat(500))), [{ code: 'malformed' }]],
    ['noise', () => bytes(5000), [{ code: 'malformed' }]],
    ['no byte at all', () => Buffer.alloc(0), [{ code: 'malformed' }]],
    [
      'a path that leaves the image',
      () => gzipSync(Buffer.concat([header('../../etc/passwd', 0), end])),
      [{ code: 'malformed', path: '../../etc/passwd' }],
    ],
  ];
  for (const [what, layer, wanted] of cases)
    test(what, async () => {
      const incomplete = await incompleteOf(await pushImage(layer()));
      assert.deepEqual(
        incomplete.map(({ code, path }) => ({ code, ...(path !== undefined && { path }) })),
        wanted,
      );
    });

  test('200,000 entries, devices and links out of the image are no trouble', async () => {
    const entries = Array.from({ length: 200_000 }, (_, at) => header(`f${at}`, 0));
    const odd = [
      header('dev/null', 0, '3'),
      header('var/lib/dpkg/status', 0, '2', '/etc/shadow'),
      header('pipe', 0, '6'),
    ];
    assert.deepEqual(await incompleteOf(await pushImage(gzipSync(Buffer.concat([...entries, ...odd, end])))), []);
  });

  test('others are served meanwhile', async () => {
    const zeros = gzipSync(Buffer.concat([header('zeros', big), Buffer.alloc(big), end]));
    const images = await Promise.all(
      [0, 1, 2].map((at) => pushImage(Buffer.concat([zeros, gzipSync(Buffer.from([at]))]))),
    );
    for (let at = 0; at < 50; at++) assert.equal((await server.fetch(`/v2/${REPOSITORY}/tags/list`)).status, 200);
    for (const image of images) await incompleteOf(image);
  });
});
