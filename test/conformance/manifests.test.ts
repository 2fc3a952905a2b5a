import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '../server.ts';
import {
  type Answer,
  bytes,
  call,
  codes,
  digest,
  header,
  imageManifest,
  pushBlob,
  putManifest,
  types,
} from './registry-client.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const repository = 'conformance/manifests';

/** GET and HEAD by this reference give the bytes, their type, length and digest exactly. */
async function assertServed(
  reference: string,
  raw: Buffer,
  type: string,
  wanted = digest(raw),
  name = repository,
): Promise<void> {
  for (const method of ['GET', 'HEAD']) {
    const answer = await call(server, method, `/v2/${name}/manifests/${reference}`, { headers: { Accept: type } });
    assert.equal(answer.status, 200, `${method} ${reference}`);
    assert.equal(header(answer, 'Content-Type'), type);
    assert.equal(header(answer, 'Content-Length'), String(raw.length));
    assert.equal(header(answer, 'Docker-Content-Digest'), wanted);
    if (method === 'GET') assert.deepEqual(answer.body, raw);
  }
}

async function assertPushed(answer: Answer, wanted: string, name = repository): Promise<void> {
  assert.equal(answer.status, 201, answer.body.toString());
  assert.equal(header(answer, 'Location'), `/v2/${name}/manifests/${wanted}`);
  assert.equal(header(answer, 'Docker-Content-Digest'), wanted);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function emptyConfig(name = repository) {
  return { mediaType: types.empty, digest: await pushBlob(server, name, Buffer.from('{}')), size: 2 };
}

describe('documents that are stored', () => {
  test('an image, by tag and by digest', async () => {
    const raw = await imageManifest(server, repository);
    await assertPushed(await putManifest(server, repository, 'image', raw), digest(raw));
    await assertPushed(await putManifest(server, repository, digest(raw), raw), digest(raw));
    await assertServed('image', raw, types.manifest);
    await assertServed(digest(raw), raw, types.manifest);
  });

  test('bytes are kept as they are: white space, unknown members, data, odd order', async () => {
    const manifest = JSON.parse((await imageManifest(server, repository)).toString()) as { layers: object[] };
    const layers = [
      ...manifest.layers,
      { mediaType: 'text/plain', digest: await pushBlob(server, repository, Buffer.from('hi')), size: 2, data: 'aGk=' },
    ];
    const raw = Buffer.from(
      `${JSON.stringify({ 'org.example.custom': { a: [1, 2.5e3] }, ...manifest, layers }, null, '\t')}\n \n`,
    );
    await assertPushed(await putManifest(server, repository, 'odd', raw), digest(raw));
    await assertServed('odd', raw, types.manifest);
  });

  test('an image without layers, with foreign layers that are never pushed, and an artifact', async () => {
    const foreign = {
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
      digest: digest(bytes(9)),
      size: 9,
      urls: ['https://layers.example/x'],
    };
    for (const extra of [
      { layers: [] },
      { layers: [foreign] },
      { config: await emptyConfig(), artifactType: 'application/vnd.example', layers: [await emptyConfig()] },
    ]) {
      const raw = await imageManifest(server, repository, extra);
      await assertPushed(await putManifest(server, repository, digest(raw), raw), digest(raw));
      await assertServed(digest(raw), raw, types.manifest);
    }
  });

  test('a manifest of 3.9 MB', async () => {
    const raw = await imageManifest(server, repository, {
      annotations: { 'org.example.large': 'x'.repeat(3_900_000) },
    });
    await assertPushed(await putManifest(server, repository, 'large', raw), digest(raw));
    await assertServed('large', raw, types.manifest);
  });

  test('indexes: plain, nested, empty, sparse, of artifacts', async () => {
    const child = await imageManifest(server, repository);
    await putManifest(server, repository, digest(child), child);
    const entry = { mediaType: types.manifest, digest: digest(child), size: child.length };
    const plain = json({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [{ ...entry, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    const nested = json({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [{ mediaType: types.index, digest: digest(plain), size: plain.length }],
    });
    const empty = json({ schemaVersion: 2, mediaType: types.index, manifests: [] });
    const sparse = json({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [entry, { ...entry, digest: digest(bytes(5)) }],
    });
    const artifacts = json({
      schemaVersion: 2,
      mediaType: types.index,
      artifactType: 'application/vnd.example.list',
      manifests: [entry],
    });
    for (const [tag, raw] of Object.entries({ plain, nested, empty, sparse, artifacts })) {
      await assertPushed(await putManifest(server, repository, tag, raw, types.index), digest(raw));
      await assertServed(tag, raw, types.index);
    }
  });

  test('Docker schema 2 and its lists', async () => {
    const docker = 'application/vnd.docker.distribution.manifest.v2+json';
    const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
    const raw = await imageManifest(server, repository, { mediaType: docker });
    await assertPushed(await putManifest(server, repository, 'docker', raw, docker), digest(raw));
    await assertServed('docker', raw, docker);
    const listed = json({
      schemaVersion: 2,
      mediaType: list,
      manifests: [
        { mediaType: docker, digest: digest(raw), size: raw.length, platform: { os: 'linux', architecture: 'amd64' } },
      ],
    });
    await assertPushed(await putManifest(server, repository, 'list', listed, list), digest(listed));
    await assertServed('list', listed, list);
  });

  test('sha512 throughout', async () => {
    const raw = await imageManifest(server, repository, {}, 'sha512');
    const wanted = digest(raw, 'sha512');
    await assertPushed(await putManifest(server, repository, wanted, raw), wanted);
    await assertServed(wanted, raw, types.manifest, wanted);
  });

  test('tags given with a push by digest', async () => {
    const raw = await imageManifest(server, repository);
    const tags = Array.from({ length: 12 }, (_, at) => `given-${at}`);
    const answer = await putManifest(
      server,
      repository,
      `${digest(raw)}?${tags.map((tag) => `tag=${tag}`).join('&')}`,
      raw,
    );
    await assertPushed(answer, digest(raw));
    assert.deepEqual(header(answer, 'OCI-Tag').split(', '), tags);
    for (const tag of tags) await assertServed(tag, raw, types.manifest);
    const many = Array.from({ length: 60 }, (_, at) => `tag=m${at}`).join('&');
    assert.equal((await putManifest(server, repository, `${digest(raw)}?${many}`, raw)).status, 414);
  });
});

describe('documents that are refused, and nothing is stored', () => {
  const image = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":';
  const some = `{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"${digest(Buffer.from('{}'))}","size":2}`;
  const cases: [string, string | Buffer, number, string][] = [
    ['not JSON', 'hello', 400, 'MANIFEST_INVALID'],
    ['an array', '[]', 400, 'MANIFEST_INVALID'],
    ['empty', '', 400, 'MANIFEST_INVALID'],
    ['a duplicate key', `${image}${some},"layers":[],"layers":[]}`, 400, 'MANIFEST_INVALID'],
    [
      'a duplicate key spelled with an escape',
      `${image}${some},"layers":[],"l\\u0061yers":[]}`,
      400,
      'MANIFEST_INVALID',
    ],
    ['image and index at once', `${image}${some},"layers":[],"manifests":[]}`, 400, 'MANIFEST_INVALID'],
    [
      'another mediaType than the Content-Type',
      `{"schemaVersion":2,"mediaType":"${types.index}","manifests":[]}`,
      400,
      'MANIFEST_INVALID',
    ],
    ['schema 1', '{"schemaVersion":1,"name":"x","fsLayers":[]}', 400, 'MANIFEST_INVALID'],
    ['nested 100,000 deep', `${image}${'['.repeat(100_000)}`, 400, 'MANIFEST_INVALID'],
    ['a negative size', `${image}${some.replace('2}', '-2}')},"layers":[]}`, 400, 'MANIFEST_INVALID'],
    ['a size that is no number', `${image}${some.replace('2}', '1e400}')},"layers":[]}`, 400, 'MANIFEST_INVALID'],
    ['a digest in capitals', `${image}${some.replace('sha256:', 'SHA256:')},"layers":[]}`, 400, 'MANIFEST_INVALID'],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from(`${image}${some},"layers":[],"x":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      400,
      'MANIFEST_INVALID',
    ],
    ['5 MB', `${image}${some},"layers":[],"x":"${'y'.repeat(5_000_000)}"}`, 413, 'MANIFEST_INVALID'],
    [
      'a blob that is not here',
      `${image}${some.replace(/sha256:\w{64}/, digest(Buffer.from('absent')))},"layers":[]}`,
      404,
      'MANIFEST_BLOB_UNKNOWN',
    ],
  ];
  for (const [what, body, status, code] of cases)
    test(what, async () => {
      await pushBlob(server, repository, Buffer.from('{}'));
      const raw = Buffer.from(body);
      const answer = await putManifest(server, repository, 'refused', raw);
      assert.equal(answer.status, status, answer.body.toString().slice(0, 300));
      assert.deepEqual(codes(answer), [code]);
      assert.equal((await call(server, 'HEAD', `/v2/${repository}/manifests/refused`)).status, 404);
    });

  test('a digest that is not that of the bytes, and one that is none', async () => {
    const raw = await imageManifest(server, repository);
    for (const reference of [digest(bytes(3)), digest(bytes(3), 'sha512'), 'sha256:baddigeststring']) {
      const answer = await putManifest(server, repository, reference, raw);
      assert.equal(answer.status, 400);
      assert.deepEqual(codes(answer), ['DIGEST_INVALID']);
      assert.ok([400, 404].includes((await call(server, 'GET', `/v2/${repository}/manifests/${reference}`)).status));
    }
  });

  test('tags that are none', async () => {
    const raw = await imageManifest(server, repository);
    for (const tag of ['.dot', '-dash', 'x'.repeat(129), 'sp%20ace'])
      assert.equal((await putManifest(server, repository, tag, raw)).status, 400, tag);
    assert.equal((await call(server, 'GET', `/v2/${repository}/manifests/.dot`)).status, 404);
  });
});

describe('lists', () => {
  const name = 'conformance/lists';

  test('tags in order, by pages, none for n=0', async () => {
    const raw = await imageManifest(server, name);
    const tags = ['b', 'a', 'c.1', 'C', '_x', '10', '2'];
    for (const tag of tags) await putManifest(server, name, tag, raw);
    const sorted = [...tags].sort();
    const list = (answer: Answer) => (JSON.parse(answer.body.toString()) as { name: string; tags: string[] }).tags;
    assert.deepEqual(list(await call(server, 'GET', `/v2/${name}/tags/list`)), sorted);
    const first = await call(server, 'GET', `/v2/${name}/tags/list?n=3`);
    assert.deepEqual(list(first), sorted.slice(0, 3));
    const next = /<([^>]+)>; rel="next"/.exec(header(first, 'Link'))?.[1] ?? '';
    assert.deepEqual(list(await call(server, 'GET', next)), sorted.slice(3, 6));
    assert.deepEqual(
      list(await call(server, 'GET', `/v2/${name}/tags/list?n=50&last=C`)),
      sorted.filter((tag) => tag > 'C'),
    );
    const none = await call(server, 'GET', `/v2/${name}/tags/list?n=0`);
    assert.deepEqual([list(none), header(none, 'Link')], [[], '']);
    assert.equal((await call(server, 'GET', `/v2/${name}/tags/list?n=-1`)).status, 400);
    assert.equal((await call(server, 'GET', '/v2/conformance/absent/tags/list')).status, 404);
  });

  test('the catalogue by pages', async () => {
    for (const each of ['cat/a', 'cat/b', 'cat/c']) await pushBlob(server, each, bytes(3));
    const answer = await call(server, 'GET', '/v2/_catalog?n=2&last=cat/');
    assert.deepEqual(JSON.parse(answer.body.toString()), { repositories: ['cat/a', 'cat/b'] });
    assert.match(header(answer, 'Link'), /last=cat%2Fb>; rel="next"/);
  });
});

describe('referrers', () => {
  const name = 'conformance/referrers';
  const list = (answer: Answer) =>
    JSON.parse(answer.body.toString()) as {
      manifests: { digest: string; artifactType?: string; annotations?: Record<string, string> }[];
    };

  test('none, in a repository with nothing and in one that is not there yet', async () => {
    const answer = await call(server, 'GET', `/v2/conformance/nothing-yet/referrers/${digest(bytes(2))}`);
    assert.equal(answer.status, 200);
    assert.equal(header(answer, 'Content-Type'), types.index);
    assert.deepEqual(list(answer).manifests, []);
    assert.equal((await call(server, 'GET', `/v2/${name}/referrers/sha256:no`)).status, 400);
  });

  test('images, artifacts and indexes with a subject, present or not, filtered by type', async () => {
    const subjectRaw = await imageManifest(server, name);
    for (const present of [true, false]) {
      if (present) await putManifest(server, name, 'subject', subjectRaw);
      const subject = {
        mediaType: types.manifest,
        digest: present ? digest(subjectRaw) : digest(bytes(4)),
        size: subjectRaw.length,
      };
      const image = await imageManifest(server, name, { subject, annotations: { 'org.example': 'one' } });
      const artifact = await imageManifest(server, name, {
        subject,
        config: await emptyConfig(name),
        artifactType: 'application/vnd.example.sbom',
        layers: [],
      });
      const index = json({
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [],
        subject,
        artifactType: 'application/vnd.example.list',
      });
      const untyped = json({
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [],
        subject,
        annotations: { x: String(present) },
      });
      for (const [raw, type] of [
        [image, types.manifest],
        [artifact, types.manifest],
        [index, types.index],
        [untyped, types.index],
      ] as const) {
        const pushed = await putManifest(server, name, digest(raw), raw, type);
        assert.equal(pushed.status, 201);
        assert.equal(header(pushed, 'OCI-Subject'), subject.digest);
      }
      const all = list(await call(server, 'GET', `/v2/${name}/referrers/${subject.digest}`));
      const wanted = [
        [digest(image), types.config],
        [digest(artifact), 'application/vnd.example.sbom'],
        [digest(index), 'application/vnd.example.list'],
        [digest(untyped), undefined],
      ];
      assert.deepEqual(all.manifests.map((each) => [each.digest, each.artifactType]).sort(), wanted.sort());
      assert.equal(all.manifests.find((each) => each.digest === digest(image))?.annotations?.['org.example'], 'one');
      const filtered = await call(
        server,
        'GET',
        `/v2/${name}/referrers/${subject.digest}?artifactType=application%2Fvnd.example.sbom`,
      );
      assert.equal(header(filtered, 'OCI-Filters-Applied'), 'artifactType');
      assert.deepEqual(
        list(filtered).manifests.map((each) => each.digest),
        [digest(artifact)],
      );
      assert.equal((await call(server, 'DELETE', `/v2/${name}/manifests/${digest(artifact)}`)).status, 202);
      assert.equal(list(await call(server, 'GET', `/v2/${name}/referrers/${subject.digest}`)).manifests.length, 3);
    }
  });
});

describe('attachments of clients from before the referrers list', () => {
  const name = 'conformance/legacy';
  const list = (answer: Answer) =>
    JSON.parse(answer.body.toString()) as { manifests: { digest: string; artifactType?: string }[] };

  test('legacy tags are seen as referrers, and referrers under the fallback tag', async () => {
    const image = await imageManifest(server, name);
    await putManifest(server, name, 'image', image);
    const hex = digest(image).slice(7);
    const signature = await imageManifest(server, name, { layers: [] });
    await putManifest(server, name, `sha256-${hex}.sig`, signature);
    const subject = { mediaType: types.manifest, digest: digest(image), size: image.length };
    const bundle = await imageManifest(server, name, {
      subject,
      config: await emptyConfig(name),
      artifactType: 'application/vnd.example.bundle',
      layers: [],
    });
    assert.equal(
      (await call(server, 'GET', `/v2/${name}/manifests/sha256-${hex}`)).status,
      404,
      'nothing refers to it yet',
    );
    await putManifest(server, name, digest(bundle), bundle);

    const all = list(await call(server, 'GET', `/v2/${name}/referrers/${digest(image)}`));
    const shown = all.manifests.map((each) => [each.digest, each.artifactType]).sort();
    const wanted = [
      [digest(signature), 'application/vnd.dev.cosign.artifact.sig.v1+json'],
      [digest(bundle), 'application/vnd.example.bundle'],
    ];
    assert.deepEqual(shown, wanted.sort());
    const typed = await call(
      server,
      'GET',
      `/v2/${name}/referrers/${digest(image)}?artifactType=application/vnd.dev.cosign.artifact.sig.v1%2Bjson`,
    );
    assert.deepEqual(
      list(typed).manifests.map((each) => each.digest),
      [digest(signature)],
    );

    const fallback = await call(server, 'GET', `/v2/${name}/manifests/sha256-${hex}`);
    assert.equal(header(fallback, 'Content-Type'), types.index);
    assert.deepEqual(
      list(fallback).manifests.map((each) => each.digest),
      [digest(bundle)],
    );
    assert.equal(header(fallback, 'Docker-Content-Digest'), digest(fallback.body));
  });
});

describe('deleting', () => {
  const name = 'conformance/deleting';

  test('a tag alone, then the manifest, then its blobs; each is gone at once', async () => {
    const raw = await imageManifest(server, name);
    await putManifest(server, name, 'one', raw);
    await putManifest(server, name, 'two', raw);
    assert.equal((await call(server, 'DELETE', `/v2/${name}/manifests/one`)).status, 202);
    assert.equal((await call(server, 'HEAD', `/v2/${name}/manifests/one`)).status, 404);
    assert.equal((await call(server, 'HEAD', `/v2/${name}/manifests/two`)).status, 200);
    const { config, layers } = JSON.parse(raw.toString()) as {
      config: { digest: string };
      layers: { digest: string }[];
    };
    assert.equal(
      (await call(server, 'DELETE', `/v2/${name}/blobs/${config.digest}`)).status,
      405,
      'a blob in use stays',
    );
    assert.equal((await call(server, 'DELETE', `/v2/${name}/manifests/${digest(raw)}`)).status, 202);
    for (const reference of ['two', digest(raw)])
      assert.equal((await call(server, 'GET', `/v2/${name}/manifests/${reference}`)).status, 404);
    assert.equal((await call(server, 'DELETE', `/v2/${name}/manifests/${digest(raw)}`)).status, 404);
    for (const blob of [config.digest, layers[0]!.digest]) {
      assert.equal((await call(server, 'DELETE', `/v2/${name}/blobs/${blob}`)).status, 202);
      assert.equal((await call(server, 'HEAD', `/v2/${name}/blobs/${blob}`)).status, 404);
    }
    assert.equal((await call(server, 'DELETE', `/v2/${name}/manifests/absent`)).status, 404);
  });

  test('other methods are refused with those that work', async () => {
    const answer = await call(server, 'POST', `/v2/${name}/manifests/x`);
    assert.equal(answer.status, 405);
    assert.match(header(answer, 'Allow'), /GET, HEAD, PUT, DELETE/);
  });
});
