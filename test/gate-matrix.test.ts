import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, askToken, done, PASSWORD } from './access-client.ts';
import { call, types } from './conformance/registry-client.ts';
import { type GateWorld, gateWorld, type WorldState, worldStates } from './gate-world.ts';
import { basic } from './server.ts';

/** Rules as a policy writes them, and whether the manifest, its configuration and the pusher tell at once. */
const rules: readonly (readonly [yaml: string, atOnce: boolean])[] = [
  ['signed: true', false],
  ['signed: { by: [targets/releases] }', false],
  ['signed: { threshold: 2 }', false],
  ['vulnerabilities: { atLeast: high, fixable: true }', false],
  ['vulnerabilities: { atLeast: low, max: 0 }', false],
  ['scanned: {}', false],
  ['scanned: { complete: true, judged: true }', false],
  ['exploited: none', false],
  ['epss: { below: 0.5 }', false],
  ['user: not-root', true],
  ['age: { max: 36500d }', true],
  ['labels: { present: [org.opencontainers.image.source] }', true],
  ['base: { in: ["docker.io/library/**"] }', true],
  ['platform: { in: ["linux/amd64"] }', true],
  ['container: confined', true],
  ['released: by-person', false],
  ['cel: image.size < 100', true],
  ['cel: image.user == "app"', true],
  ['cel: 1 / (image.size - image.size) > 0', true],
  ['cel: request.actorClass == "person"', true],
  ['cel: distribution.id == "debian"', false],
  ['cel: findings.all(f, f.severity != "high")', false],
];

let world: GateWorld;
/** Bytes of the manifests, read before a policy stands in the way. */
const raws = new Map<WorldState, Buffer>();
before(async () => {
  world = await gateWorld();
  for (const state of worldStates) {
    const { repository, digest } = world.images[state];
    const as = (await askToken(world.server, basic('publisher', PASSWORD), `repository:${repository}:pull,push`))
      .bearer;
    raws.set(state, (await call(world.server, 'GET', `/v2/${repository}/manifests/${digest}`, { as })).body);
  }
});
after(() => world[Symbol.asyncDispose]());

/** `allow`, or the policy and rule that stand against it. */
function verdictIn(allowed: boolean, line: string): string {
  if (allowed) return 'allow';
  const found = /policy ([\w-]+), rule ([\w-]+):/.exec(line);
  return found ? `${found[1]}/${found[2]}` : `no rule in ${line}`;
}

type Ask = (state: WorldState, reference: string) => Promise<string>;

const decided =
  (gate: string): Ask =>
  async (state, reference) => {
    const body = { gate, repository: world.images[state].repository, reference };
    const { value } = await api<{ outcome: string; line: string }>(world.server, 'POST', '/decisions', body, 'reader');
    return verdictIn(value.outcome === 'allow', value.line);
  };

const pull: Ask = async (state, reference) => {
  const { repository } = world.images[state];
  const { bearer } = await askToken(world.server, basic('reader', PASSWORD), `repository:${repository}:pull`);
  const answer = await call(world.server, 'GET', `/v2/${repository}/manifests/${reference}`, { as: bearer });
  return verdictIn(answer.status === 200, answer.body.toString());
};

function nameOf(state: WorldState, reference: string): string {
  return `${world.server.host}/${world.images[state].repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

const deploy: Ask = async (state, reference) => {
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const containers = [{ name: 'a', image: nameOf(state, reference) }];
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } };
  const answer = await world.server.fetch('/admission/validate', {
    method: 'POST',
    as: basic('reader', PASSWORD),
    body: JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u', kind, operation: 'CREATE', object },
    }),
  });
  const { response } = (await answer.json()) as { response: { allowed: boolean; status?: { message: string } } };
  return verdictIn(response.allowed, response.status?.message ?? '');
};

const run: Ask = async (state, reference) => {
  const body = { image: nameOf(state, reference) };
  const { value } = await api<{ outcome: string; line: string }>(world.server, 'POST', '/gates/run', body, 'reader');
  return verdictIn(value.outcome === 'allow', value.line);
};

const gates: Readonly<Record<string, Ask>> = { build: decided('build'), push: decided('push'), pull, deploy, run };

async function pushedAgain(state: WorldState): Promise<string> {
  const { repository, digest } = world.images[state];
  const { bearer } = await askToken(world.server, basic('publisher', PASSWORD), `repository:${repository}:pull,push`);
  const type = world.images[state].children.length > 0 ? types.index : types.manifest;
  const path = `/v2/${repository}/manifests/${digest}`;
  const answer = await call(world.server, 'PUT', path, {
    as: bearer,
    headers: { 'content-type': type },
    body: raws.get(state)!,
  });
  return verdictIn(answer.status === 201, answer.body.toString());
}

let cases = 0;

for (const [yaml, atOnce] of rules)
  test(`one verdict and one rule at every gate: ${yaml}`, async () => {
    const text = `policy: matrix\norganisation: shop\nmode: enforce\nrules:\n  - ${yaml}\n`;
    await done(world.server, 'PUT', '/policies', { text });
    const seen = new Set<string>();
    for (const [at, state] of worldStates.entries()) {
      const reference = at % 2 === 0 ? '1.0' : world.images[state].digest;
      const found: Record<string, string> = {};
      for (const [gate, ask] of Object.entries(gates)) found[gate] = await ask(state, reference);
      const verdict = found['pull'] ?? '';
      for (const [gate, each] of Object.entries(found)) assert.equal(each, verdict, `${state} at ${gate}`);
      assert.doesNotMatch(verdict, /no rule/);
      seen.add(verdict);
      cases++;
    }
    // What a push really does: at once where the answer is known at once, and never for what comes after it.
    for (const state of ['good', 'plain', 'rooted', 'held', 'pair'] as const) {
      const wanted = await gates['push']!(state, world.images[state].digest);
      const held = state === 'held';
      assert.equal(await pushedAgain(state), atOnce || held ? wanted : 'allow', `${state} pushed`);
    }
    assert.ok(seen.size > 0);
  });

test('the matrix has at least 200 cases', () => {
  assert.ok(cases >= 200, `${cases} cases`);
});
