import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tarOf } from './archives.ts';
import { answerOf, pushImageOf } from './image-pusher.ts';
import { putManifest } from './conformance/registry-client.ts';
import { ADMIN_PASSWORD, basic, startServer } from './server.ts';

const PASSWORD = 'a-long-password-7';

test('what is judged is what is sent, however fast the tag moves between a good and a bad image', async () => {
  await using server = await startServer();
  const layer = tarOf([{ path: 'a', content: 'a' }]);
  const bad = await pushImageOf(server, 'shop/app', [layer], {}, 'bad');
  const good = await pushImageOf(server, 'shop/app', [layer], { config: { User: '1000' } }, 'good');
  for (const { path } of [bad, good]) await answerOf(server, `${path}/observations`);
  const call = async (method: string, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await server.fetch(path, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  };
  await call('POST', '/api/v1/accounts', { name: 'reader', password: PASSWORD });
  await call('PUT', '/api/v1/organisations/shop/grants/reader', { role: 'reader' });
  await call('PUT', '/api/v1/policies', {
    text: 'policy: p\nmode: enforce\ngates: [pull]\nrules:\n  - user: not-root\n',
  });
  const raw = new Map<string, Buffer>();
  for (const { digest } of [bad, good])
    raw.set(
      digest,
      Buffer.from(
        await (await server.fetch(`/v2/shop/app/manifests/${digest}`, { as: await pusher(server.url) })).arrayBuffer(),
      ),
    );
  const moving = new AbortController();
  const mover = (async () => {
    for (let at = 0; !moving.signal.aborted; at++)
      await putManifest(server, 'shop/app', 'moving', raw.get(at % 2 === 0 ? bad.digest : good.digest)!);
  })();
  const seen = { sent: 0, refused: 0 };
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let at = 0; at < 30; at++) {
        const answer = await server.fetch('/v2/shop/app/manifests/moving', { as: basic('reader', PASSWORD) });
        const body = Buffer.from(await answer.arrayBuffer());
        if (answer.status === 200) {
          seen.sent++;
          assert.ok(body.equals(raw.get(good.digest)!), 'only the good image goes out');
          assert.equal(answer.headers.get('docker-content-digest'), good.digest);
        } else if (answer.status === 403) {
          seen.refused++;
          assert.match(body.toString(), /rule user: runs as root/);
        } else assert.equal(answer.status, 404);
      }
    }),
  );
  moving.abort();
  await mover;
  assert.ok(seen.sent > 0 && seen.refused > 0, JSON.stringify(seen));
});

/** A token that comes to publish reads what a policy holds back. */
async function pusher(url: string): Promise<string> {
  const scope = encodeURIComponent('repository:shop/app:pull,push');
  const answer = await fetch(`${url}/token?service=x&scope=${scope}`, {
    headers: { authorization: basic('admin', ADMIN_PASSWORD) },
  });
  return `Bearer ${((await answer.json()) as { token: string }).token}`;
}
