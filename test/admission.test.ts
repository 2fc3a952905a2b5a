import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { addPerson, done, PASSWORD } from './access-client.ts';
import { type GateWorld, gateWorld } from './gate-world.ts';
import { basic } from './server.ts';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Where the schemas let an image stand. */
  readonly images: readonly string[];
  readonly object: unknown;
}

/** Whole objects of every kind, every field filled, generated from the published schemas of the Kubernetes API. */
const { kinds, podSpecs, without } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/kubernetes/workloads.json'), 'utf8'),
) as { kinds: Kind[]; podSpecs: unknown[]; without: string[] };

interface Answer {
  readonly status: number;
  readonly response: {
    uid: string;
    allowed: boolean;
    status?: { code: number; message: string };
    patch?: string;
    warnings?: string[];
  };
}

let world: GateWorld;
let authority: string;
before(async () => {
  world = await gateWorld();
  authority = readFileSync(join(world.server.directory, 'tls', 'ca.crt'), 'utf8');
  await world.policy(['deploy']);
});
after(() => world[Symbol.asyncDispose]());

/** One review over TLS, as an API server sends it. */
function send(body: unknown, path = '/admission/validate', as: string | null = basic('reader', PASSWORD)) {
  return new Promise<Answer>((resolve, reject) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const headers = {
      'content-type': 'application/json',
      'content-length': bytes.length,
      ...(as !== null && { authorization: as }),
    };
    const url = new URL(path, world.server.url.replace('http:', 'https:'));
    const call = request(url, { method: 'POST', ca: authority, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        const { response } = JSON.parse(text) as Pick<Answer, 'response'>;
        resolve({ status: answer.statusCode ?? 0, response });
      });
    });
    call.on('error', reject);
    call.end(bytes);
  });
}

function review({ apiVersion, kind }: Pick<Kind, 'apiVersion' | 'kind'>, object: unknown, more: object = {}) {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `uid-${kind}`,
      kind: { group, version, kind },
      resource: { group, version, resource: `${kind.toLowerCase()}s` },
      requestKind: { group, version, kind },
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:default:x', groups: ['system:authenticated'] },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...more,
    },
  };
}

/** The object with the shared pod specifications put in, and its images named, one of them otherwise. */
function filled({ object }: Kind, usual: string, other?: { readonly at: string; readonly image: string }): unknown {
  const fill = (value: unknown, pointer: string): unknown => {
    if (value === 'IMAGE') return pointer === other?.at ? other.image : usual;
    if (Array.isArray(value)) return value.map((each, at) => fill(each, `${pointer}/${at}`));
    if (typeof value !== 'object' || value === null) return value;
    if ('$podSpec' in value) return fill(podSpecs[Number(value.$podSpec)], pointer);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, `${pointer}/${key}`)]));
  };
  return fill(object, '');
}

describe('every kind of the Kubernetes API that holds a pod, as its schema has it', () => {
  for (const kind of kinds)
    test(`${kind.apiVersion} ${kind.kind}`, async () => {
      const [good, plain] = [world.filled('{good}'), world.filled('{plain}')];
      const allowed = await send(review(kind, filled(kind, good)));
      assert.equal(allowed.status, 200);
      assert.equal(allowed.response.uid, `uid-${kind.kind}`);
      assert.equal(allowed.response.allowed, true, allowed.response.status?.message ?? '');
      assert.equal(kind.images.length, 4, 'container, init container, ephemeral container, image volume');
      for (const at of kind.images) {
        const { status, response } = await send(review(kind, filled(kind, good, { at, image: plain })));
        assert.equal(status, 200);
        assert.equal(response.allowed, false, at);
        assert.equal(response.status?.code, 403);
        assert.match(
          response.status?.message ?? '',
          /policy shop-rules, rule signed: not signed: .*; sign it: assay trust sign/,
        );
      }
    });

  test('mutate pins each tag to the digest that was judged, and validate agrees', async () => {
    const good = world.filled('{good}');
    for (const kind of kinds) {
      const object = filled(kind, good);
      const { response } = await send(review(kind, object), '/admission/mutate');
      assert.equal(response.allowed, true, kind.kind);
      const patch = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as {
        op: string;
        path: string;
        value: string;
      }[];
      const pinned = `${good}@${world.images.good.digest}`;
      assert.deepEqual(
        patch.map(({ op, path, value }) => `${op} ${path} ${value}`).sort(),
        kind.images.map((at) => `replace ${at} ${pinned}`).sort(),
      );
      const after = await send(review(kind, filled(kind, pinned)));
      assert.equal(after.response.allowed, true);
      const again = await send(review(kind, filled(kind, pinned)), '/admission/mutate');
      assert.equal(again.response.patch, undefined);
    }
  });

  test('kinds without a pod pass', async () => {
    assert.ok(without.length > 100);
    for (const each of without) {
      const [apiVersion = '', kind = ''] = each.split(' ');
      const object = { apiVersion, kind, metadata: { name: 'x' }, spec: { image: 'x' }, data: { image: 'nginx' } };
      const { response } = await send(review({ apiVersion, kind }, object));
      assert.equal(response.allowed, true, each);
    }
  });
});

describe('who may ask, and how', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod' };
  const object = () => ({
    ...pod,
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: world.filled('{good}') }] },
  });

  test('nobody without an account; what an account may not pull is not admitted by it', async () => {
    const path = '/admission/validate';
    for (const as of [null, basic('reader', 'wrong'), 'Bearer asy_bot_wrong']) {
      const answer = await world.server.fetch(path, {
        method: 'POST',
        as,
        body: JSON.stringify(review(pod, object())),
      });
      assert.equal(answer.status, 401);
    }
    await addPerson(world.server, 'stranger');
    const { response } = await send(review(pod, object()), path, basic('stranger', PASSWORD));
    assert.equal(response.allowed, false);
    assert.match(response.status?.message ?? '', /rule missing: .*no repository shop\/good, or not visible to you/);
    const get = await world.server.fetch(path);
    assert.equal(get.status, 405);
  });

  test('a robot’s token may stand in the path, since an API server sends no header to a URL', async () => {
    await done(world.server, 'POST', '/organisations/shop/robots', { name: 'cluster' });
    const name = encodeURIComponent('shop+cluster');
    await done(world.server, 'PUT', `/organisations/shop/grants/${name}`, { role: 'reader' });
    const made = await done<{ secret: string }>(world.server, 'POST', `/organisations/shop/robots/cluster/tokens`, {
      name: 'k',
    });
    const { response } = await send(review(pod, object()), `/admission/validate/${made.secret}`, null);
    assert.equal(response.allowed, true);
    const wrong = await world.server.fetch('/admission/validate/asy_bot_x', { method: 'POST', as: null, body: '{}' });
    assert.equal(wrong.status, 401);
  });

  test('a body that is no review is refused with status 200 and the reason', async () => {
    for (const body of ['', '[]', 'no json', '{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}']) {
      const { status, response } = await send(body);
      assert.deepEqual([status, response.allowed], [200, false]);
    }
  });

  test('a dry run leaves no trace; the real thing does', async () => {
    const bad = { ...object(), spec: { containers: [{ name: 'a', image: world.filled('{held}') }] } };
    const denials = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1300));
      const { items } = await done<{ items: { repository: string; gate: string }[] }>(world.server, 'GET', '/denials');
      return items.filter((each) => each.repository === 'shop/held' && each.gate === 'deploy').length;
    };
    assert.equal((await send(review(pod, bad, { dryRun: true }))).response.allowed, false);
    assert.equal(await denials(), 0);
    assert.equal((await send(review(pod, bad))).response.allowed, false);
    assert.ok((await denials()) > 0);
  });
});
