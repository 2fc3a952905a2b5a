import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { tarOf } from './archives.ts';
import { call as registryCall, digest, putManifest, types } from './conformance/registry-client.ts';
import { answerOf, type PushedImage, pushImageOf } from './image-pusher.ts';
import { ownerHomes } from './key-owner.ts';
import { basic, startServer, type TestServer } from './server.ts';
import { signingOwner } from './signing-owner.ts';

const PASSWORD = 'a-long-password-7';
const STATUS =
  'Package: openssl\nStatus: install ok installed\nVersion: 3.0.1-1\nArchitecture: amd64\nMaintainer: x\n\n';

/** Each input of a verdict alone: the answer that was kept under the input of before is not given under another. */
describe('inputs of a verdict', () => {
  const homes = ownerHomes();
  let server: TestServer;
  let image: PushedImage;

  const json = { 'content-type': 'application/json' };
  async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await server.fetch(path, {
      method,
      ...(body !== undefined && { headers: json, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
  // Not at push: the test pushes what the policy is against.
  const enforce = (rules: string, frame = '', gates = '[pull, deploy, run]') =>
    api('PUT', '/api/v1/policies', {
      text: `policy: only\norganisation: shop\nmode: enforce\ngates: ${gates}\n${frame}rules:\n  - ${rules}\n`,
    });

  interface Asked {
    readonly gate?: string;
    readonly repository?: string;
    readonly reference?: string;
    readonly platform?: string;
    readonly as?: string;
  }

  /** The outcome, asked twice: the second time may come from what was kept. */
  async function outcome({ as, ...asked }: Asked = {}): Promise<string> {
    const body = JSON.stringify({ gate: 'pull', repository: 'shop/app', reference: 'v1', ...asked });
    const ask = async () => {
      const answer = await server.fetch('/api/v1/decisions', {
        method: 'POST',
        headers: json,
        body,
        ...(as !== undefined && { as }),
      });
      assert.equal(answer.status, 200, await answer.clone().text());
      return ((await answer.json()) as { outcome: string }).outcome;
    };
    const first = await ask();
    assert.equal(await ask(), first, 'the same question has the same answer');
    return first;
  }

  async function changes(from: 'allow' | 'deny', change: () => Promise<unknown>, asked: Asked = {}): Promise<void> {
    assert.equal(await outcome(asked), from);
    await change();
    assert.equal(await outcome(asked), from === 'allow' ? 'deny' : 'allow');
  }

  before(async () => {
    server = await startServer();
    const tar = tarOf([
      {
        path: 'etc/os-release',
        content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\nVERSION_CODENAME=bookworm\n',
      },
      { path: 'var/lib/dpkg/status', content: STATUS },
    ]);
    image = await pushImageOf(server, 'shop/app', [tar], { config: { User: '1000' } }, 'v1');
    await answerOf(server, `${image.path}/observations`);
    for (const name of ['ann', 'bob']) {
      await api('POST', '/api/v1/accounts', { name, password: PASSWORD });
      await api('PUT', `/api/v1/organisations/shop/grants/${name}`, { role: 'reader' });
    }
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    homes[Symbol.dispose]();
  });

  test('subject: what the tag names', async () => {
    await enforce('user: not-root');
    await changes('allow', () => pushImageOf(server, 'shop/app', [tarOf([{ path: 'a', content: 'a' }])], {}, 'v1'));
    const raw = await server.fetch(`/v2/shop/app/manifests/${image.digest}`);
    await putManifest(server, 'shop/app', 'v1', Buffer.from(await raw.arrayBuffer()));
    assert.equal(await outcome(), 'allow');
  });

  test('subject: an image of the index', async () => {
    await enforce('user: not-root');
    const index = (digests: readonly string[]) =>
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: types.index,
          manifests: digests.map((each) => ({ mediaType: types.manifest, digest: each, size: 1 })),
        }),
      );
    const root = await pushImageOf(server, 'shop/app', [tarOf([{ path: 'r', content: 'r' }])], { os: 'windows' });
    assert.equal((await putManifest(server, 'shop/app', 'multi', index([image.digest]), types.index)).status, 201);
    await changes(
      'allow',
      () => putManifest(server, 'shop/app', 'multi', index([image.digest, root.digest]), types.index),
      {
        reference: 'multi',
      },
    );
    assert.equal(await outcome({ reference: 'multi', platform: 'linux/amd64' }), 'allow', 'request: platform');
    assert.equal(await outcome({ reference: 'multi', platform: 'windows/amd64' }), 'deny');
  });

  test('facts: analysis', async () => {
    await enforce('scanned: {}');
    const pushed = await pushImageOf(
      server,
      'shop/app',
      [tarOf([{ path: 'n', content: String(Date.now()) }])],
      {},
      'new',
    );
    await outcome({ reference: 'new' });
    await answerOf(server, `${pushed.path}/observations`);
    assert.equal(await outcome({ reference: 'new' }), 'allow');
  });

  test('facts: advisories', async () => {
    await enforce('vulnerabilities: { atLeast: low }');
    const feed = (fixed: string) =>
      JSON.stringify({
        openssl: {
          'CVE-2026-0001': { releases: { bookworm: { status: 'resolved', fixed_version: fixed, urgency: 'high' } } },
        },
      });
    const load = async (fixed: string) => {
      const answer = await server.fetch('/api/v1/advisories?feed=debian', { method: 'POST', body: feed(fixed) });
      assert.ok(answer.ok, await answer.text());
    };
    await changes('deny', () => load('3.0.1-1'));
    await changes('allow', () => load('3.0.2-1'));
    await load('3.0.1-1');
  });

  test('facts: trust', async () => {
    await enforce('signed: true');
    const owner = signingOwner(homes.next(), server);
    const name = `${server.host}/shop/app`;
    await changes('deny', () => owner.succeed(['trust', 'sign', `${name}:v1`]));
    await changes('allow', () => owner.succeed(['trust', 'revoke', `${name}:v1`]));
  });

  test('facts: release', async () => {
    await enforce('released: by-person');
    const release = (state: string) => api('PUT', `${image.path}/release`, { state, reason: 'looked at' });
    await changes('deny', () => release('released'));
    await changes('allow', () => release('held'));
    await api('DELETE', '/api/v1/policies/only?organisation=shop');
    await changes('deny', () => release('released'));
  });

  test('facts: tags, their history and their rules', async () => {
    const byDigest = { reference: image.digest };
    await enforce('labels: { present: [absent] }', 'tags: [prod]\n');
    const raw = Buffer.from(await (await server.fetch(`/v2/shop/app/manifests/${image.digest}`)).arrayBuffer());
    await changes('allow', () => putManifest(server, 'shop/app', 'prod', raw), byDigest);
    await enforce('cel: health.lines["tag"] == "A"');
    const move = async () => {
      const moved = await pushImageOf(server, 'shop/app', [tarOf([{ path: 'o', content: 'o' }])], {}, 'prod');
      await answerOf(server, `${moved.path}/observations`);
    };
    await changes('allow', move, { reference: 'prod' });
    await changes(
      'deny',
      () => api('POST', '/api/v1/repositories/shop%2Fapp/tag-rules', { kind: 'immutable', pattern: 'prod' }),
      { reference: 'prod' },
    );
  });

  test('facts: what refers to it', async () => {
    await enforce('cel: size(origin.attached) == 1');
    const attach = async (artifactType: string) => {
      const raw = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: types.manifest,
          artifactType,
          config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest(Buffer.from('{}')), size: 2 },
          layers: [],
          subject: { mediaType: types.manifest, digest: image.digest, size: 1 },
        }),
      );
      await registryCall(server, 'POST', `/v2/shop/app/blobs/uploads/?digest=${digest(Buffer.from('{}'))}`, {
        body: Buffer.from('{}'),
      });
      const answer = await putManifest(server, 'shop/app', digest(raw), raw);
      assert.equal(answer.status, 201, answer.body.toString());
    };
    await changes('deny', () => attach('application/a'));
    await changes('allow', () => attach('application/b'));
  });

  test('rules: policy, house policy, exception and its end, health profile', async () => {
    await enforce('user: not-root');
    await changes('allow', () => enforce('labels: { present: [absent] }'));
    const except = (milliseconds: number) =>
      api<{ id: string }>('POST', '/api/v1/exceptions', {
        organisation: 'shop',
        reason: 'a test',
        scope: { repository: 'shop/app' },
        expiresAt: new Date(Date.now() + milliseconds).toISOString(),
      });
    await changes('deny', () => except(1500));
    await changes('allow', () => pause(1600));
    let made = { id: '' };
    await changes('deny', async () => {
      made = await except(3600_000);
    });
    await changes('allow', () => api('DELETE', `/api/v1/exceptions/${made.id}`));
    await enforce('user: not-root');
    const house = 'policy: everywhere\nmode: enforce\nrules:\n  - labels: { present: [absent] }\n';
    await changes('allow', () => api('PUT', '/api/v1/policies', { text: house }));
    await changes('deny', () => api('DELETE', '/api/v1/policies/everywhere'));
    await enforce('cel: health.lines["licences"] == "-"');
    const profile = (text: string) => api('PUT', '/api/v1/health-profile', { text });
    await changes('deny', () => profile('organisation: shop\nlines: { licences: off }\n'));
    await changes('allow', () => api('DELETE', '/api/v1/health-profile?organisation=shop'));
    await changes('deny', () => profile('lines: { licences: off }\n'));
    await api('DELETE', '/api/v1/health-profile');
  });

  test('request: gate, repository, tag, actor and class of actor', async () => {
    await enforce('labels: { present: [absent] }', '', '[deploy]');
    assert.equal(await outcome(), 'allow');
    assert.equal(await outcome({ gate: 'deploy' }), 'deny');
    await enforce('cel: request.repository == "shop/app"');
    const raw = Buffer.from(await (await server.fetch(`/v2/shop/app/manifests/${image.digest}`)).arrayBuffer());
    for (const each of (
      JSON.parse(raw.toString()) as { layers: { digest: string }[]; config: { digest: string } }
    ).layers.concat([(JSON.parse(raw.toString()) as { config: { digest: string } }).config]))
      await registryCall(server, 'POST', `/v2/shop/twin/blobs/uploads/?mount=${each.digest}&from=shop/app`);
    assert.equal((await putManifest(server, 'shop/twin', 'v1', raw)).status, 201);
    assert.equal(await outcome(), 'allow');
    assert.equal(await outcome({ repository: 'shop/twin' }), 'deny');
    await enforce('cel: request.tag == "v1"');
    assert.equal((await putManifest(server, 'shop/app', 'other', raw)).status, 201);
    assert.equal(await outcome(), 'allow');
    assert.equal(await outcome({ reference: 'other' }), 'deny');
    assert.equal(await outcome({ reference: image.digest }), 'deny');
    await enforce('cel: request.actor == "ann"');
    assert.equal(await outcome({ as: basic('ann', PASSWORD) }), 'allow');
    assert.equal(await outcome({ as: basic('bob', PASSWORD) }), 'deny');
    await enforce('labels: { present: [absent] }', 'actors: ["@robot"]\n');
    assert.equal(await outcome({ as: basic('ann', PASSWORD) }), 'allow');
    const robot = await api<{ name: string }>('POST', '/api/v1/organisations/shop/robots', { name: 'ci' });
    const token = await api<{ secret?: string; token?: string }>(
      'POST',
      '/api/v1/organisations/shop/robots/ci/tokens',
      { name: 't' },
    );
    await api('PUT', `/api/v1/organisations/shop/grants/${encodeURIComponent(robot.name ?? 'shop+ci')}`, {
      role: 'reader',
    });
    assert.equal(await outcome({ as: basic(robot.name ?? 'shop+ci', token.secret ?? token.token ?? '') }), 'deny');
  });
});
