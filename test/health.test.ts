import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tarOf } from './archives.ts';
import { putManifest, types } from './conformance/registry-client.ts';
import { answerOf, type PushedImage, pushImageOf } from './image-pusher.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let image: PushedImage;

before(async () => {
  server = await startServer();
  const tar = tarOf([
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n' },
    { path: 'app/run', content: 'x' },
  ]);
  image = await pushImageOf(server, 'shop/app', [tar], { config: { User: '1000' } }, 'v1');
  await answerOf(server, `${image.path}/observations`);
});
after(() => server[Symbol.asyncDispose]());

interface Card {
  readonly state: string;
  readonly grade?: string;
  readonly atMost: string;
  readonly score: number;
  readonly reason?: string;
  readonly goodEnough?: boolean;
  readonly lines: readonly {
    readonly id: string;
    readonly state: string;
    readonly grade?: string;
    readonly weight: number;
    readonly points: number;
    readonly next?: { readonly step: string };
  }[];
}

async function card(path = `${image.path}/health`): Promise<Card> {
  const answer = await server.fetch(path);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Card;
}

async function profile(text: string): Promise<Response> {
  return server.fetch('/api/v1/health-profile', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
}

test('without advisories an image has no grade, and says why', async () => {
  const found = await card();
  assert.equal(found.state, 'unknown');
  assert.equal(found.grade, undefined);
  assert.match(found.reason ?? '', /no advisories are imported/);
  assert.equal(found.atMost, 'D', 'nobody signed it');
  const signatures = found.lines.find((each) => each.id === 'signatures');
  assert.equal(signatures?.grade, 'D');
  assert.match(signatures?.next?.step ?? '', /assay trust sign shop\/app:v1/);
  const unknown = found.lines.filter((each) => each.state === 'unknown').map((each) => each.id);
  assert.deepEqual(unknown, ['exploited', 'vulnerabilities', 'age']);
  assert.ok(unknown.every((id) => found.lines.find((each) => each.id === id)?.points === 0));
});

test('a profile switches lines off and sets what is good enough; other organisations keep the plain card', async () => {
  const off =
    'organisation: shop\nminimum: B\nlines: { exploited: off, vulnerabilities: off, signatures: 0, provenance: 1 }\n';
  assert.equal((await profile(off)).status, 200);
  const found = await card();
  assert.equal(found.state, 'judged');
  assert.equal(found.goodEnough, false);
  assert.equal(found.lines.find((each) => each.id === 'signatures')?.state, 'off');
  assert.equal(found.lines.find((each) => each.id === 'provenance')?.weight, 1);
  const wrong = await profile('organisation: shop\nlines: { signaturs: 3 }\n');
  assert.equal(wrong.status, 422);
  assert.match(await wrong.text(), /no line is called signaturs; did you mean signatures\?/);
  assert.equal((await server.fetch('/api/v1/health-profile?organisation=shop', { method: 'DELETE' })).status, 204);
  assert.equal((await card()).state, 'unknown');
});

test('the history has an entry where the card changed', async () => {
  interface Entry {
    readonly grade?: string;
    readonly score: number;
    readonly lines: Readonly<Record<string, string>>;
  }
  const history = async (): Promise<readonly Entry[]> =>
    ((await (await server.fetch(`${image.path}/health/history`)).json()) as { items: Entry[] }).items;
  const until = async (holds: (entries: readonly Entry[]) => boolean) => {
    for (let waited = 0; waited < 30_000; waited += 100) {
      const entries = await history();
      if (holds(entries)) return entries;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return assert.fail(JSON.stringify(await history()));
  };
  const [first] = await until((entries) => entries.length > 0);
  assert.equal(first?.grade, undefined);
  assert.equal(first?.lines['signatures'], 'D');
  const feed = JSON.stringify({ nothing: { 'CVE-2026-1': { releases: {} } } });
  assert.ok((await server.fetch('/api/v1/advisories?feed=debian', { method: 'POST', body: feed })).ok);
  const rule = { method: 'POST', headers: { 'content-type': 'application/json' } };
  await server.fetch('/api/v1/repositories/shop%2Fapp/tag-rules', {
    ...rule,
    body: '{"kind":"immutable","pattern":"v*"}',
  });
  const [latest] = await until((entries) => entries[0]?.grade !== undefined);
  assert.equal(latest?.grade, 'D');
  const events = (await (await server.fetch('/api/v1/events?limit=200')).json()) as {
    items: { type: string; data: unknown }[];
  };
  const changed = events.items.filter((each) => each.type === 'dev.assay.health.changed.v1');
  assert.deepEqual(changed[0]?.data, { grade: 'D', score: latest?.score });
});

test('an index has the card of its worst image, or of the platform that is asked for', async () => {
  const root = await pushImageOf(server, 'shop/app', [tarOf([{ path: 'r', content: 'r' }])], { os: 'windows' });
  await answerOf(server, `${root.path}/observations`);
  const manifests = [image, root].map((each) => ({ mediaType: types.manifest, digest: each.digest, size: 1 }));
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests }));
  assert.equal((await putManifest(server, 'shop/app', 'multi', index, types.index)).status, 201);
  const off = 'organisation: shop\nlines: { signatures: off, provenance: off }\n';
  assert.equal((await profile(off)).status, 200);
  interface OfIndex extends Card {
    readonly image: { readonly digest: string; readonly platform?: string };
    readonly images: readonly { readonly platform?: string; readonly grade?: string }[];
  }
  const path = '/api/v1/repositories/shop%2Fapp/images/multi/health';
  const worst = (await card(path)) as OfIndex;
  assert.deepEqual([worst.grade, worst.image.platform], ['C', 'windows/amd64']);
  assert.deepEqual(
    worst.images.map(({ platform, grade }) => `${platform} ${grade}`),
    ['linux/amd64 B', 'windows/amd64 C'],
  );
  const one = (await card(`${path}?platform=linux%2Famd64`)) as OfIndex;
  assert.deepEqual([one.grade, one.image.digest], ['B', image.digest]);
  assert.equal((await server.fetch('/api/v1/health-profile?organisation=shop', { method: 'DELETE' })).status, 204);
});

test('the badge is shown to nobody who may not pull, and on other sites where the repository is public', async () => {
  const path = `${image.path}/badge.svg`;
  const own = await server.fetch(path);
  assert.equal(own.headers.get('content-type'), 'image/svg+xml');
  assert.match(await own.text(), /^<svg [^>]*aria-label="assay: D \d+"/);
  const elsewhere = {
    as: null,
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://pages.example' },
  } as const;
  assert.equal((await server.fetch(path, elsewhere)).status, 401);
  await publish('public');
  const answer = await server.fetch(path, elsewhere);
  assert.equal(answer.status, 200, answer.status === 200 ? '' : await answer.text());
  await publish('private');
});

async function publish(visibility: 'public' | 'private'): Promise<void> {
  const answer = await server.fetch('/api/v1/repositories/shop%2Fapp', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ visibility }),
  });
  assert.ok(answer.ok, await answer.text());
}
