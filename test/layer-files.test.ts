import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { tarOf } from './archives.ts';
import { answerOf, pushImageOf } from './image-pusher.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

interface Page {
  readonly items: { path: string; type: string; digest?: string }[];
  readonly next?: string;
  readonly total: number;
}

test('the files of each layer, in pages and by prefix; a layer of another image is not told of', async () => {
  const names = Array.from({ length: 250 }, (_, n) => `etc/${String(n).padStart(3, '0')}`);
  const lower = tarOf(names.map((path) => ({ path, content: path })));
  const upper = tarOf([{ path: 'etc/.wh.007' }, { path: 'usr/bin/a', type: '2', link: 'b' }]);
  const image = await pushImageOf(server, 'files/one', [lower, upper]);
  const other = await pushImageOf(server, 'files/two', [tarOf([{ path: 'secret', content: 'x' }])]);
  const files = (layer: string, query = '') => `${image.path}/layers/${encodeURIComponent(layer)}/files${query}`;
  await answerOf(server, `${image.path}/report`);
  const found: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await answerOf<Page>(server, files(image.layers[0]!, `?limit=100${cursor && `&cursor=${cursor}`}`));
    assert.equal(page.total, 250);
    found.push(...page.items.map((each) => each.path));
    for (const each of page.items) assert.equal(each.digest, `sha256:${hash('sha256', each.path, 'hex')}`);
    if (page.next === undefined) break;
    cursor = page.next;
  }
  assert.deepEqual(found, names);
  const some = await answerOf<Page>(server, files(image.layers[0]!, '?prefix=etc%2F24'));
  assert.deepEqual(
    some.items.map((each) => each.path),
    names.slice(240, 250),
  );
  const removed = await answerOf<Page>(server, files(image.layers[1]!));
  assert.deepEqual(
    removed.items.map((each) => `${each.path} ${each.type}`),
    ['etc/007 whiteout', 'usr/bin/a symlink'],
  );
  await answerOf(server, `${other.path}/report`);
  const foreign = await server.fetch(files(other.layers[0]!));
  assert.equal(foreign.status, 404);
  assert.match(await foreign.text(), /blob-unknown/);
  assert.equal((await server.fetch(files('sha256:xyz'))).status, 400);
});
