import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { api, askToken, done, PASSWORD } from './access-client.ts';
import { type GateWorld, gateWorld, type WorldState, worldStates } from './gate-world.ts';
import { RemoteDecisions } from '../src/work/gates/remote-decisions.ts';
import { EngineGate } from '../src/work/gates/engine-gate.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { DecisionShelf } from '../src/ports/decision-source.ts';
import { type DecisionClaims, signDecision } from '../src/policy/signed-decision.ts';
import { engineOf, shelfOf, sourceOf } from './engine-world.ts';
import { call } from './conformance/registry-client.ts';
import { basic } from './server.ts';

const state = z.enum(worldStates);
const pullForm = z.strictObject({
  get: z.enum(['manifest', 'layer', 'config', 'child']).optional(),
  head: z.enum(['manifest', 'layer']).optional(),
  mount: z.literal('layer').optional(),
  image: state,
  by: z.literal('digest').optional(),
  child: z.number().optional(),
  as: z.string().default('reader'),
  query: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  exception: z.string().optional(),
  after: z.string().optional(),
});
const deployForm = z.strictObject({
  kind: z.string().default('Pod'),
  apiVersion: z.string().default('v1'),
  object: z.record(z.string(), z.unknown()).optional(),
  pod: z.record(z.string(), z.unknown()).nullish(),
  oldPod: z.record(z.string(), z.unknown()).optional(),
  raw: z.string().optional(),
  operation: z.string().default('CREATE'),
  subResource: z.string().optional(),
  namespace: z.string().default('default'),
  dryRun: z.boolean().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  padding: z.number().optional(),
  exception: z.string().optional(),
  after: z.string().optional(),
});
const engineForm = z.strictObject({
  create: z.record(z.string(), z.unknown()).optional(),
  call: z
    .strictObject({
      method: z.string(),
      uri: z.string(),
      type: z.string().default(''),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().nullish(),
    })
    .optional(),
  tag: z.strictObject({ of: z.string(), as: z.string() }).optional(),
  after: z.string().optional(),
  server: z.literal('away').optional(),
  decision: z.string().optional(),
});
const tries = <S extends z.ZodType>(form: S) =>
  z.array(z.strictObject({ name: z.string(), source: z.string().optional(), attempt: form, twin: form }));
const corpus = z
  .object({ pull: tries(pullForm), deploy: tries(deployForm), run: tries(engineForm) })
  .parse(parse(readFileSync(join(import.meta.dirname, 'fixtures/policy/bypasses.yaml'), 'utf8')));

let world: GateWorld;
before(async () => {
  world = await gateWorld();
  await world.policy(['pull', 'deploy', 'run'], '  - container: confined');
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

async function pulled(form: z.output<typeof pullForm>): Promise<number> {
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

async function admitted(form: z.output<typeof deployForm>): Promise<{ allowed: boolean; message: string }> {
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
async function ran(form: z.output<typeof engineForm>): Promise<{ allowed: boolean; message: string }> {
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

function review(form: z.output<typeof deployForm>) {
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
  for (const { name, attempt, twin } of corpus.pull)
    test(name, async () => {
      assert.equal(await changed(attempt, () => pulled(attempt)), 403);
      assert.equal(await changed(twin, () => pulled(twin)), 200, 'the benign twin');
    });
});

describe('attempts to get past the gate at deploy', () => {
  for (const { name, attempt, twin } of corpus.deploy)
    test(name, async () => {
      assert.equal((await changed(attempt, () => admitted(attempt))).allowed, false);
      const answer = await changed(twin, () => admitted(twin));
      assert.equal(answer.allowed, true, `the benign twin: ${answer.message}`);
    });
});

describe('attempts to get past the gate at run', () => {
  for (const { name, attempt, twin } of corpus.run)
    test(name, async () => {
      assert.equal((await changed(attempt, () => ran(attempt))).allowed, false);
      const answer = await changed(twin, () => ran(twin));
      assert.equal(answer.allowed, true, `the benign twin: ${answer.message}`);
    });
});
