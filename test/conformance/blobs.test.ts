import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '../server.ts';
import { type Algorithm, bytes, call, codes, digest, header, pushBlob, withQuery } from './registry-client.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

const repository = 'conformance/blobs';
const other = 'conformance/other';

async function start(query = ''): Promise<string> {
  const answer = await call(server, 'POST', `/v2/${repository}/blobs/uploads/${query}`);
  assert.equal(answer.status, 202);
  assert.match(header(answer, 'Location'), /\/v2\/conformance\/blobs\/blobs\/uploads\//);
  return header(answer, 'Location');
}

function patch(location: string, body: Buffer, first?: number) {
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' };
  if (first !== undefined) headers['Content-Range'] = `${first}-${first + body.length - 1}`;
  return call(server, 'PATCH', location, { body, headers, chunked: first === undefined });
}

/** HEAD and GET agree with what was pushed. */
async function assertStored(name: string, content: Buffer, wanted: string): Promise<void> {
  const head = await call(server, 'HEAD', `/v2/${name}/blobs/${wanted}`);
  assert.equal(head.status, 200);
  assert.equal(header(head, 'Content-Length'), String(content.length));
  assert.equal(header(head, 'Docker-Content-Digest'), wanted);
  const got = await call(server, 'GET', `/v2/${name}/blobs/${wanted}`);
  assert.equal(got.status, 200);
  assert.equal(header(got, 'Docker-Content-Digest'), wanted);
  assert.deepEqual(got.body, content);
}

for (const algorithm of ['sha256', 'sha512'] as const satisfies Algorithm[])
  describe(`blobs by ${algorithm}`, () => {
    const begin = algorithm === 'sha512' ? '?digest-algorithm=sha512' : '';

    test('a blob that was never pushed is unknown', async () => {
      const missing = digest(bytes(10), algorithm);
      const answer = await call(server, 'GET', `/v2/${repository}/blobs/${missing}`);
      assert.equal(answer.status, 404);
      assert.equal((await call(server, 'HEAD', `/v2/${repository}/blobs/${missing}`)).status, 404);
    });

    test('one POST with the whole blob', async () => {
      const content = bytes(1234);
      const wanted = digest(content, algorithm);
      const answer = await call(server, 'POST', `/v2/${repository}/blobs/uploads/?digest=${wanted}`, { body: content });
      assert.equal(answer.status, 201);
      assert.equal(header(answer, 'Location'), `/v2/${repository}/blobs/${wanted}`);
      await assertStored(repository, content, wanted);
    });

    test('POST, then PUT with the blob', async () => {
      const content = bytes(2000);
      const wanted = digest(content, algorithm);
      const answer = await call(server, 'PUT', withQuery(await start(begin), `digest=${wanted}`), { body: content });
      assert.equal(answer.status, 201);
      assert.equal(header(answer, 'Docker-Content-Digest'), wanted);
      await assertStored(repository, content, wanted);
    });

    test('a stream without length or range, as docker sends it', async () => {
      const content = bytes(70_000);
      const wanted = digest(content, algorithm);
      const patched = await patch(await start(begin), content);
      assert.equal(patched.status, 202);
      assert.equal(header(patched, 'Range'), '0-69999');
      const put = await call(server, 'PUT', withQuery(header(patched, 'Location'), `digest=${wanted}`));
      assert.equal(put.status, 201);
      await assertStored(repository, content, wanted);
    });

    for (const last of ['PATCH', 'PUT'] as const)
      test(`three chunks, the last by ${last}`, async () => {
        const content = bytes(3000);
        const wanted = digest(content, algorithm);
        let location = await start(begin);
        for (const at of last === 'PATCH' ? [0, 1000, 2000] : [0, 1000]) {
          const answer = await patch(location, content.subarray(at, at + 1000), at);
          assert.equal(answer.status, 202);
          assert.equal(header(answer, 'Range'), `0-${at + 999}`);
          location = header(answer, 'Location');
        }
        const rest = last === 'PUT' ? { body: content.subarray(2000), headers: { 'Content-Range': '2000-2999' } } : {};
        assert.equal((await call(server, 'PUT', withQuery(location, `digest=${wanted}`), rest)).status, 201);
        await assertStored(repository, content, wanted);
      });

    test('a chunk out of order gets 416 and where to go on, and the upload can be resumed', async () => {
      const content = bytes(2000);
      const wanted = digest(content, algorithm);
      const location = await start(begin);
      assert.equal((await patch(location, content.subarray(0, 500), 0)).status, 202);
      const early = await patch(location, content.subarray(1000, 1500), 1000);
      assert.equal(early.status, 416);
      assert.equal(header(early, 'Range'), '0-499');
      const status = await call(server, 'GET', location);
      assert.equal(status.status, 204);
      assert.equal(header(status, 'Range'), '0-499');
      const rest = await patch(header(status, 'Location'), content.subarray(500), 500);
      assert.equal(rest.status, 202);
      assert.equal((await call(server, 'PUT', withQuery(header(rest, 'Location'), `digest=${wanted}`))).status, 201);
      await assertStored(repository, content, wanted);
    });

    test('a cancelled upload is gone', async () => {
      const location = await start(begin);
      assert.equal((await patch(location, bytes(100))).status, 202);
      assert.equal((await call(server, 'DELETE', location)).status, 204);
      assert.equal((await call(server, 'GET', location)).status, 404);
      assert.equal((await patch(location, bytes(100))).status, 404);
    });

    test('a mount from a repository, without naming one, and of a blob that is nowhere', async () => {
      const content = bytes(500);
      const wanted = await pushBlob(server, repository, content, algorithm);
      const named = await call(server, 'POST', `/v2/${other}/blobs/uploads/?mount=${wanted}&from=${repository}`);
      assert.equal(named.status, 201);
      assert.equal(header(named, 'Location'), `/v2/${other}/blobs/${wanted}`);
      await assertStored(other, content, wanted);
      const nameless = await call(server, 'POST', `/v2/conformance/third-${algorithm}/blobs/uploads/?mount=${wanted}`);
      assert.equal(nameless.status, 201);
      for (const from of [repository, 'nobody/nothing', 'registry.example/other', '']) {
        const missing = digest(bytes(5), algorithm);
        const answer = await call(
          server,
          'POST',
          `/v2/${other}/blobs/uploads/?mount=${missing}&from=${encodeURIComponent(from)}&origin=elsewhere`,
        );
        assert.equal(answer.status, 202);
        assert.ok(header(answer, 'Location'));
      }
    });

    test('the empty blob and the empty object', async () => {
      for (const content of [Buffer.alloc(0), Buffer.from('{}')])
        await assertStored(repository, content, await pushBlob(server, repository, content, algorithm));
    });

    test('a wrong digest is refused in every form of upload, and nothing is stored', async () => {
      const content = bytes(400);
      const wrong = digest(bytes(400), algorithm);
      const tries = [
        await call(server, 'POST', `/v2/${repository}/blobs/uploads/?digest=${wrong}`, { body: content }),
        await call(server, 'PUT', withQuery(await start(begin), `digest=${wrong}`), { body: content }),
        await call(
          server,
          'PUT',
          withQuery(header(await patch(await start(begin), content), 'Location'), `digest=${wrong}`),
        ),
        await call(
          server,
          'PUT',
          withQuery(header(await patch(await start(begin), content, 0), 'Location'), `digest=${wrong}`),
        ),
        await call(server, 'PUT', await start(begin), { body: content }),
        await call(server, 'PUT', withQuery(await start(begin), 'digest=sha256:short'), { body: content }),
      ];
      for (const answer of tries) {
        assert.equal(answer.status, 400);
        assert.deepEqual(codes(answer), ['DIGEST_INVALID']);
      }
      assert.equal((await call(server, 'HEAD', `/v2/${repository}/blobs/${wrong}`)).status, 404);
    });

    test('an upload begun for one algorithm can be finished with the other', async () => {
      const content = bytes(900);
      const wanted = digest(content, algorithm === 'sha256' ? 'sha512' : 'sha256');
      const patched = await patch(await start(begin), content);
      assert.equal((await call(server, 'PUT', withQuery(header(patched, 'Location'), `digest=${wanted}`))).status, 201);
      await assertStored(repository, content, wanted);
    });

    test('ranges: inside, to the end, suffix, clipped, reversed, beyond', async () => {
      const content = bytes(3000);
      const path = `/v2/${repository}/blobs/${await pushBlob(server, repository, content, algorithm)}`;
      const cases: [string, number, number][] = [
        ['bytes=500-1499', 500, 1500],
        ['bytes=500-', 500, 3000],
        ['bytes=-500', 2500, 3000],
        ['bytes=2000-5000', 2000, 3000],
        ['bytes=-9000', 0, 3000],
      ];
      for (const [range, first, end] of cases) {
        const answer = await call(server, 'GET', path, { headers: { Range: range } });
        assert.equal(answer.status, 206, range);
        assert.equal(header(answer, 'Content-Range'), `bytes ${first}-${end - 1}/3000`);
        assert.deepEqual(answer.body, content.subarray(first, end));
      }
      for (const range of ['bytes=500-0', 'bytes=3000-', 'bytes=9000-9999', 'bytes=-0']) {
        const answer = await call(server, 'GET', path, { headers: { Range: range } });
        assert.equal(answer.status, 416, range);
        assert.equal(header(answer, 'Content-Range'), 'bytes */3000');
      }
    });

    test('a deleted blob is gone at once, here and only here', async () => {
      const content = bytes(700);
      const wanted = await pushBlob(server, repository, content, algorithm);
      await pushBlob(server, other, content, algorithm);
      assert.equal((await call(server, 'DELETE', `/v2/${repository}/blobs/${wanted}`)).status, 202);
      assert.equal((await call(server, 'HEAD', `/v2/${repository}/blobs/${wanted}`)).status, 404);
      assert.equal((await call(server, 'DELETE', `/v2/${repository}/blobs/${wanted}`)).status, 404);
      await assertStored(other, content, wanted);
    });
  });

test('hostile uploads: foreign ids, wrong ranges, unknown algorithms, names that are not names', async () => {
  const location = await start();
  assert.equal((await call(server, 'GET', location.replace(repository, other))).status, 404);
  assert.equal(
    (
      await call(server, 'PATCH', `/v2/${repository}/blobs/uploads/00000000-0000-7000-8000-000000000000`, {
        body: bytes(1),
      })
    ).status,
    404,
  );
  const content = bytes(10);
  for (const range of ['bytes 0-9/*x', '9-0', 'x', '0-', '-9', '0-99999999999999999999'])
    assert.equal(
      (await call(server, 'PATCH', location, { body: content, headers: { 'Content-Range': range } })).status,
      400,
      range,
    );
  assert.equal(
    (await call(server, 'PATCH', location, { body: content, headers: { 'Content-Range': '0-4' } })).status,
    400,
  );
  assert.equal((await call(server, 'POST', `/v2/${repository}/blobs/uploads/?digest-algorithm=md5`)).status, 400);
  for (const name of [
    'Conformance/blobs',
    'a//b',
    'a/_b',
    '-a/b',
    'a/b/',
    'api/x',
    '_trust/x',
    'x/..',
    'x'.repeat(300),
  ])
    assert.ok([400, 404].includes((await call(server, 'POST', `/v2/${name}/blobs/uploads/`)).status), name);
});

test('one writer at a time', async () => {
  const location = await start();
  const content = bytes(2_000_000);
  const [first, second] = await Promise.all([patch(location, content), patch(location, content)]);
  assert.deepEqual([first.status, second.status].sort(), [202, 409]);
});
