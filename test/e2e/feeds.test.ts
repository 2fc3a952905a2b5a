import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { addPerson, api, done, PASSWORD } from '../access-client.ts';
import { imageManifest, putManifest } from '../conformance/registry-client.ts';
import { basic, startServer, type TestServer } from '../server.ts';
import { succeed } from './command.ts';

let server: TestServer;
const REASON = `</title><script>alert(1)</script> & ]]> "quoted" '\u0000\u000b\ufffe'`;
before(async () => {
  server = await startServer();
  await putManifest(server, 'shop/app', '1', await imageManifest(server, 'shop/app'));
  await putManifest(server, 'other/thing', '1', await imageManifest(server, 'other/thing'));
  await addPerson(server, 'ann', 'mallory');
  await done(server, 'PUT', '/repositories/shop%2Fapp/grants/ann', { role: 'reader' });
  const tags = await done<{ items: { digest: string }[] }>(server, 'GET', '/repositories/shop%2Fapp/tags');
  await done(server, 'PUT', `/repositories/shop%2Fapp/images/${tags.items[0]?.digest}/release`, {
    state: 'held',
    reason: REASON,
  });
});
after(() => server[Symbol.asyncDispose]());

interface Made {
  readonly secret: string;
  readonly token: { readonly id: string; readonly use: string };
}
const feedToken = (as: string, more: object = {}) =>
  done<Made>(server, 'POST', '/me/tokens', { name: 'reader', use: 'feeds', ...more }, as);
const get = (path: string, as: string | null, headers: Record<string, string> = {}) =>
  server.fetch(path, { as, headers });

/** What a parser that knows nothing of Assay reads: the feed's parts and its entries. */
async function parsed(xml: string): Promise<{ root: string; ids: string[]; titles: string[]; texts: string[] }> {
  const program = `import sys,json,xml.etree.ElementTree as T
r=T.fromstring(sys.stdin.buffer.read());a='{http://www.w3.org/2005/Atom}'
assert all(r.find(a+n) is not None for n in ('id','title','updated'))
e=r.findall(a+'entry')
assert all(x.find(a+n) is not None for x in e for n in ('id','title','updated','author'))
print(json.dumps(dict(root=r.tag,ids=[x.find(a+'id').text for x in e],titles=[x.find(a+'title').text for x in e],texts=[x.find(a+'content').text or '' for x in e])))`;
  return JSON.parse(await succeed('python3', ['-c', program], { input: xml })) as Awaited<ReturnType<typeof parsed>>;
}

describe('feeds', () => {
  test('well-formed Atom, whatever names and reasons hold; the newest first', async () => {
    const { secret } = await feedToken('ann');
    for (const path of ['repositories/shop/app', 'organisations/shop']) {
      const answer = await get(`/feeds/${secret}/${path}`, null);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/atom\+xml/);
      const text = await answer.text();
      assert.doesNotMatch(text, /<script>|asy_fed_/, 'neither markup of others nor the token');
      const feed = await parsed(text);
      assert.equal(feed.root, '{http://www.w3.org/2005/Atom}feed');
      assert.ok(
        feed.titles.some((each) => each.startsWith('Manifest pushed: shop/app')),
        feed.titles.join('\n'),
      );
      assert.ok(feed.texts.some((each) => each.includes('<script>alert(1)</script> & ]]> "quoted"')));
      assert.ok(!text.includes('other/thing'));
      assert.equal(new Set(feed.ids).size, feed.ids.length);
    }
    assert.deepEqual((await parsed(await (await get(`/feeds/${secret}/mine`, null)).text())).ids, []);
  });

  test('a second reading costs nothing: curl with its kept ETag', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-feeds-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const { secret } = await feedToken('ann');
    const etag = join(folder, 'etag');
    const url = `${server.url}/feeds/${secret}/repositories/shop/app`;
    const ask = () =>
      succeed('curl', [
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code} %{size_download}',
        '--etag-compare',
        etag,
        '--etag-save',
        etag,
        url,
      ]);
    await succeed('touch', [etag]);
    assert.match(await ask(), /^200 \d{3,}/);
    assert.match(readFileSync(etag, 'utf8'), /^"[\w-]{22}"/);
    assert.equal(await ask(), '304 0');
    await putManifest(server, 'shop/app', '2', await imageManifest(server, 'shop/app'));
    assert.match(await ask(), /^200 /);
  });

  test('a token for feeds opens feeds alone; other tokens open none in an address', async () => {
    const { secret } = await feedToken('ann');
    const feed = '/feeds/repositories/shop/app';
    assert.equal((await get(feed, basic('ann', PASSWORD))).status, 200);
    const personal = await done<Made>(server, 'POST', '/me/tokens', { name: 'x' }, 'ann');
    assert.equal((await get(`/feeds/${personal.secret}/repositories/shop/app`, null)).status, 401);
    assert.equal((await get(feed, basic('ann', personal.secret))).status, 200, 'in a header');
    assert.equal((await get(feed, basic('ann', secret))).status, 200, 'as a password');
    assert.equal((await get(feed, basic('mallory', secret))).status, 401, 'of another name');
    for (const path of ['/v2/', '/v2/shop/app/tags/list', '/api/v1/me/tokens', '/token?service=x', '/metrics'])
      for (const as of [basic('ann', secret), `Bearer ${secret}`])
        assert.equal((await get(path, as)).status, 401, `${path} ${as.slice(0, 6)}`);
    const signIn = await api(server, 'POST', '/session', { name: 'ann', password: secret }, 'Basic eDp4');
    assert.equal(signIn.status, 401);
  });

  test('listed, limited, revoked', async () => {
    const { secret, token } = await feedToken('ann', { limits: [{ repository: 'shop/app', actions: ['pull'] }] });
    assert.equal(token.use, 'feeds');
    assert.equal((await get(`/feeds/${secret}/repositories/shop/app`, null)).status, 200);
    assert.equal((await get(`/feeds/${secret}/mine`, null)).status, 403);
    const { items } = await done<{ items: Made['token'][] }>(server, 'GET', '/me/tokens', undefined, 'ann');
    assert.equal(items.find((each) => each.id === token.id)?.use, 'feeds');
    await done(server, 'DELETE', `/me/tokens/${token.id}`, undefined, 'ann');
    assert.equal((await get(`/feeds/${secret}/repositories/shop/app`, null)).status, 401);
  });

  test('what one may not see answers as what is not there, and the right is looked at each time', async () => {
    const { secret } = await feedToken('mallory');
    const blind = async (path: string) => {
      const answer = await get(path, null);
      const text = (await answer.text()).replaceAll(/"requestId":"[^"]+"|shop\/(?:app|zzz)|feeds\/\S+|shop|zzz/g, '');
      return `${answer.status} ${text}`;
    };
    for (const start of [`/feeds/${secret}`, '/feeds']) {
      assert.equal(await blind(`${start}/repositories/shop/app`), await blind(`${start}/repositories/shop/zzz`));
      assert.equal(await blind(`${start}/organisations/shop`), await blind(`${start}/organisations/zzz`));
    }
    assert.equal((await get('/feeds/mine', null)).status, 401);
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/mallory', { role: 'reader' });
    assert.equal((await get(`/feeds/${secret}/repositories/shop/app`, null)).status, 200);
    await done(server, 'DELETE', '/repositories/shop%2Fapp/grants/mallory');
    assert.equal((await get(`/feeds/${secret}/repositories/shop/app`, null)).status, 404);
    for (const path of ['/feeds/', '/feeds/x', `/feeds/${secret}/`, `/feeds/${secret}/repositories/..%2f..`])
      assert.ok([400, 404].includes((await get(path, null)).status), path);
    assert.equal((await server.fetch('/feeds/mine', { method: 'POST' })).status, 405);
  });
});
