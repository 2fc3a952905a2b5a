import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { api, askToken, done, PASSWORD } from './access-client.ts';
import { type GateWorld, gateWorld, type WorldState, worldStates } from './gate-world.ts';
import { RemoteDecisions } from '../src/work/gates/remote-decisions.ts';
import { EngineGate } from '../src/work/gates/engine-gate.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { DecisionShelf } from '../src/ports/decision-source.ts';
import { type DecisionClaims, signDecision } from '../src/policy/signed-decision.ts';
import {
  bypasses,
  type DeployAttempt,
  type EngineAttempt,
  type PullAttempt,
  type PushAttempt,
} from './bypass-corpus.ts';
import { engineOf, shelfOf, sourceOf } from './engine-world.ts';
import { tarOf } from './archives.ts';
import { call, digest, types } from './conformance/registry-client.ts';
import { basic } from './server.ts';

let world: GateWorld;
before(async () => {
  world = await gateWorld();
  await world.policy(['pull', 'deploy', 'run'], '  - container: confined');
  const text = 'policy: at-push\norganisation: shop\nmode: enforce\ngates: [push]\nrules:\n  - user: not-root\n';
  await done(world.server, 'PUT', '/policies', { text });
});
after(() => world[Symbol.asyncDispose]());

/** What is changed for one attempt, and put back afterwards. */
async function changed<T>(
  { exception, after: change }: { exception?: string | undefined; after?: string | undefined },
  run: () => Promise<T>,
): Promise<T> {
  const undo: (() => Promise<unknown>)[] = [];
  const { server, images } = world;
  if (exception !== undefined) {
    const scope = {
      repository: exception === 'other-repository' ? 'shop/vulnerable' : 'shop/plain',
      digest: exception === 'other-digest' ? images.vulnerable.digest : images.plain.digest,
    };
    const expiresAt = new Date(Date.now() + (exception === 'expired' ? 1000 : 3_600_000)).toISOString();
    const { id } = await done<{ id: string }>(server, 'POST', '/exceptions', {
      organisation: 'shop',
      reason: 'for a test',
      scope,
      expiresAt,
    });
    // Asked once while it stands, so that a remembered answer would show.
    if (exception === 'expired') {
      await run();
      await new Promise((resolve) => setTimeout(resolve, 1100));
    } else undo.push(() => api(server, 'DELETE', `/exceptions/${id}`));
  }
  const release = (to: string) =>
    done(server, 'PUT', '/repositories/shop%2Fgood/images/1.0/release', { state: to, reason: 'for a test' });
  if (change === 'quarantine' || change === 'new-finding') {
    await run();
    if (change === 'quarantine') {
      await release('held');
      undo.push(() => release('released'));
    } else {
      await world.findings('3.1.0-1');
      undo.push(() => world.findings('3.0.9-1'));
    }
  }
  if (change === 'release') {
    await release('held');
    await run();
    await release('released');
  }
  try {
    return await run();
  } finally {
    for (const each of undo) await each();
  }
}

async function pulled(form: PullAttempt): Promise<number> {
  const { server } = world;
  const image = world.images[form.image];
  const as = basic(form.as, PASSWORD);
  const scope = `repository:${image.repository}:pull${form.as.startsWith('publisher') ? ',push' : ''}`;
  const { bearer } = await askToken(server, as, scope);
  if (form.mount) {
    const own = '/v2/own/taken/blobs/uploads/';
    const both = await askToken(server, as, `repository:own/taken:pull,push ${scope}`);
    const path = `${own}?mount=${image.layer}&from=${encodeURIComponent(image.repository)}`;
    const mounted = await call(server, 'POST', path, { as: both.bearer });
    return mounted.status === 201 ? 200 : 403;
  }
  const method = form.head ? 'HEAD' : 'GET';
  const what = form.get ?? form.head;
  const reference = form.by ? image.digest : '1.0';
  const path = {
    manifest: `manifests/${reference}`,
    layer: `blobs/${image.layer}`,
    config: `blobs/${image.config}`,
    child: `manifests/${image.children[form.child ?? 0]}`,
  }[what ?? 'manifest'];
  const url = `/v2/${image.repository}/${path}${form.query ? `?${form.query}` : ''}`;
  const answer = await call(server, method, url, { as: bearer, headers: form.headers });
  return answer.status === 206 ? 200 : answer.status;
}

async function admitted(form: DeployAttempt): Promise<{ allowed: boolean; message: string }> {
  const { server } = world;
  const token = basic('reader', PASSWORD);
  const body = form.raw === undefined ? JSON.stringify(review(form)) : form.raw;
  const answer = await server.fetch('/admission/validate', {
    method: 'POST',
    as: token,
    headers: { 'content-type': 'application/json' },
    body: world.filled(body),
  });
  assert.equal(answer.status, 200);
  const { response } = (await answer.json()) as { response: { allowed: boolean; status?: { message: string } } };
  return { allowed: response.allowed, message: response.status?.message ?? '' };
}

/** What the engine's gate answers; with the server away, by the decision that was kept. */
async function ran(form: EngineAttempt): Promise<{ allowed: boolean; message: string }> {
  const { create, call: given, tag } = form;
  const tags = new Map(tag ? [[world.filled(tag.as), tag.of]] : []);
  const whole = given ?? {
    method: 'POST',
    uri: '/v1.43/containers/create',
    type: 'application/json',
    body: JSON.stringify(create),
  };
  const there = form.server !== 'away';
  const shelf = there ? shelfOf([], new Map()) : await keptFor(form.decision ?? 'none');
  const decisions = new RemoteDecisions(
    sourceOf(world, () => there),
    shelf,
    systemClock,
  );
  await decisions.open();
  const gate = new EngineGate(engineOf(world, tags), (question) => decisions.ask(question));
  const verdict = await gate.decide({
    method: whole.method,
    uri: world.filled(whole.uri),
    body: whole.body ? Buffer.from(world.filled(whole.body)) : undefined,
    contentType: whole.type,
  });
  return { allowed: verdict.allow, message: verdict.allow ? '' : verdict.message };
}

/** A shelf with one decision on the good image, right or with one thing wrong. */
async function keptFor(form: string): Promise<DecisionShelf> {
  const source = sourceOf(world, () => true);
  const keys = await source.keys();
  const { server, images } = world;
  const name = (state: WorldState) => `${server.host}/${images[state].repository}@${images[state].digest}`;
  const gate = form === 'other-gate' ? 'deploy' : 'run';
  const image = name(form === 'other-digest' ? 'old' : 'good');
  const text = await source.decide({ gate, image, powers: [] }, true);
  const [head = '', body = '', signature = ''] = text.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as DecisionClaims;
  const other = generateKeyPairSync('ed25519').privateKey;
  const kid = [...keys.keys()][0] ?? '';
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged: Readonly<Record<string, string | undefined>> = {
    none: undefined,
    current: text,
    'other-gate': text,
    'other-digest': text,
    expired: await world.signed({ ...claims, iat: claims.iat - 2000, exp: claims.iat - 1 }),
    tampered: `${head}.${encoded({ ...claims, line: 'Allowed' })}.${signature}`,
    'other-key': signDecision(claims, { id: kid, privateKey: other }),
    'alg-none': `${encoded({ alg: 'none', kid, typ: 'assay-decision+jwt' })}.${body}.`,
  };
  assert.ok(form in forged, form);
  const kept = forged[form];
  return shelfOf(kept === undefined ? [] : [kept], keys);
}

function review(form: DeployAttempt) {
  const { kind, apiVersion, pod, oldPod, annotations, padding } = form;
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const metadata = { name: 'x', ...((annotations || padding) && { annotations: { ...annotations, ...pad(padding) } }) };
  const whole = (spec: unknown) => ({ apiVersion, kind, metadata, spec });
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u1',
      kind: { group, version, kind },
      resource: { group, version, resource: `${kind.toLowerCase()}s` },
      ...(form.subResource !== undefined && { subResource: form.subResource }),
      namespace: form.namespace,
      operation: form.operation,
      userInfo: { username: 'someone' },
      object: form.object ? { apiVersion, kind, metadata, ...form.object } : pod ? whole(pod) : null,
      oldObject: oldPod ? whole(oldPod) : null,
      dryRun: form.dryRun ?? false,
    },
  };
}

function pad(size: number | undefined): Record<string, string> {
  return size === undefined ? {} : { padding: 'x'.repeat(size) };
}

describe('attempts to get past the gate at pull', () => {
  for (const { name, attempt, twin } of bypasses.pull)
    test(name, async () => {
      assert.equal(await changed(attempt, () => pulled(attempt)), 403);
      assert.equal(await changed(twin, () => pulled(twin)), 200, 'the benign twin');
    });
});

describe('attempts to get past the gate at deploy', () => {
  for (const { name, attempt, twin } of bypasses.deploy)
    test(name, async () => {
      assert.equal((await changed(attempt, () => admitted(attempt))).allowed, false);
      const answer = await changed(twin, () => admitted(twin));
      assert.equal(answer.allowed, true, `the benign twin: ${answer.message}`);
    });
});

/** Whether a push came through; with `read`, whether what was pushed is read at once by somebody. */
async function pushed(form: PushAttempt): Promise<boolean> {
  const { server, images } = world;
  const bearerOf = async (repository: string, name = 'publisher', actions = 'pull,push') =>
    (await askToken(server, basic(name, PASSWORD), `repository:${repository}:${actions}`)).bearer;
  const put = async (repository: string, reference: string, type: string, body: string) => {
    const path = `/v2/${repository}/manifests/${reference}`;
    const headers = { 'content-type': type };
    return (await call(server, 'PUT', path, { as: await bearerOf(repository), headers, body: Buffer.from(body) }))
      .status;
  };
  const known = worldStates.find((each) => each === form.put);
  if (known) {
    const { repository, digest: of } = images[known];
    const body = await (await server.fetch(`/v2/${repository}/manifests/${of}`)).text();
    return (await put(repository, form.by ? of : 'again', types.manifest, body)) === 201;
  }
  if (form.put === 'index') {
    const of = form.of ?? [];
    const manifests = of.map((each) => ({
      mediaType: types.manifest,
      digest: images[each].digest,
      size: images[each].size,
    }));
    const index = JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests });
    return (await put(images[of.at(-1) ?? 'good'].repository, 'index', types.index, index)) === 201;
  }
  const blob = async (content: Buffer) => {
    const path = `/v2/shop/pushed/blobs/uploads/?digest=${digest(content)}`;
    const headers = { 'content-type': 'application/octet-stream' };
    const answer = await call(server, 'POST', path, { as: await bearerOf('shop/pushed'), headers, body: content });
    assert.equal(answer.status, 201);
    return { digest: digest(content), size: content.length };
  };
  const config = form.config ?? JSON.stringify({ architecture: 'amd64', os: 'linux', config: { User: form.user } });
  const raw = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, ...(await blob(Buffer.from(config))) },
    layers: [{ mediaType: types.layer, ...(await blob(tarOf([{ path: 'x', content: JSON.stringify(form) }]))) }],
    ...(form.annotations && { annotations: form.annotations }),
    ...(form.put === 'chimera' && { manifests: [] }),
  });
  const status = await put('shop/pushed', 'new', types.manifest, raw);
  if (form.read === undefined) return status === 201;
  assert.equal(status, 201);
  const path = `/v2/shop/pushed/manifests/${digest(Buffer.from(raw))}`;
  const as = form.read === 'reader' ? await bearerOf('shop/pushed', 'reader', 'pull') : await bearerOf('shop/pushed');
  return (await call(server, 'GET', path, { as })).status === 200;
}

describe('attempts to get past the gate at push', () => {
  for (const { name, attempt, twin } of bypasses.push)
    test(name, async () => {
      assert.equal(await pushed(attempt), false);
      assert.equal(await pushed(twin), true, 'the benign twin');
    });
});

describe('attempts to get past the gate at run', () => {
  for (const { name, attempt, twin } of bypasses.run)
    test(name, async () => {
      assert.equal((await changed(attempt, () => ran(attempt))).allowed, false);
      const answer = await changed(twin, () => ran(twin));
      assert.equal(answer.allowed, true, `the benign twin: ${answer.message}`);
    });
});
