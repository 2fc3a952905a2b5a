import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { policyEvents } from '../src/contract/event-data.ts';
import { tarOf } from './archives.ts';
import { answerOf, type PushedImage, pushImageOf } from './image-pusher.ts';
import { runMain } from './run-cli.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from './server.ts';

describe('policies, exceptions and quarantine on the command line', () => {
  let server: TestServer;
  let home: string;
  let rooted: PushedImage;

  before(async () => {
    server = await startServer();
    home = mkdtempSync(join(tmpdir(), 'assay-policy-'));
    const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
    writeFileSync(join(home, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
    rooted = await pushImageOf(server, 'shop/rooted', [tarOf([{ path: 'a', content: 'a' }])], {}, 'v1');
    const plain = await pushImageOf(
      server,
      'shop/plain',
      [tarOf([{ path: 'b', content: 'b' }])],
      { config: { User: '7' } },
      'v1',
    );
    for (const { path } of [rooted, plain]) await answerOf(server, `${path}/observations`);
  });
  after(async () => {
    rmSync(home, { recursive: true, force: true });
    await server[Symbol.asyncDispose]();
  });

  const assay = (...args: string[]) => runMain(args, { DOCKER_CONFIG: home, ASSAY_SERVER: server.url });
  async function expect(status: number, ...args: string[]): Promise<string> {
    const found = await assay(...args);
    assert.equal(found.status, status, `${args.join(' ')}: ${found.out}${found.err}`);
    return found.out;
  }
  function file(name: string, text: string): string {
    const path = join(home, name);
    writeFileSync(path, text);
    return path;
  }
  const POLICY = 'policy: base\norganisation: shop\nmode: enforce\nrules:\n  - user: not-root\n';

  test('apply, list, show, history and remove', async () => {
    const path = file('base.yaml', POLICY);
    assert.match(await expect(0, 'policy', 'apply', '--check', path), /shop\/base {2}enforce[\s\S]*user: !image\.root/);
    assert.match(await expect(0, 'policy', 'apply', path), /shop\/base: in force \(enforce\), version 1/);
    assert.match(await expect(0, 'policy', 'apply', path), /unchanged/);
    assert.match(await expect(0, 'policy', 'list', '--organisation', 'shop'), /base +shop +enforce +all +1 +1/);
    assert.equal((await expect(0, 'policy', 'show', '--organisation', 'shop', 'base')).trim(), POLICY.trim());
    await expect(0, 'policy', 'apply', file('base.yaml', `${POLICY}  - age: { max: 90d }\n`));
    assert.match(await expect(0, 'policy', 'history', '--organisation', 'shop', 'base'), /2 .*admin\n1 .*admin/);
    assert.equal(
      (await expect(0, 'policy', 'history', '--organisation', 'shop', '--version', '1', 'base')).trim(),
      POLICY.trim(),
    );
    await expect(0, 'policy', 'remove', '--organisation', 'shop', 'base');
    await expect(2, 'policy', 'show', '--organisation', 'shop', 'base');
  });

  test('a policy that cannot be read is told with its place', async () => {
    const found = await assay('policy', 'apply', file('bad.yaml', POLICY.replace('user:', 'usr:')));
    assert.equal(found.status, 2);
    assert.match(found.err, /line 5, column 5: no rule is called usr; did you mean user\?/);
  });

  test('explain, diff and simulate say what a file would do before it is in force', async () => {
    const path = file('draft.yaml', POLICY);
    const answer = await server.fetch(`/v2/shop/rooted/manifests/v1`);
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
    assert.match(await expect(0, 'policy', 'explain', 'shop/rooted:v1'), /no policy speaks of it/);
    const explained = await expect(1, 'policy', 'explain', `${server.host}/shop/rooted:v1`, '--policies', path);
    assert.match(
      explained,
      /broken {2}base\/user {2}enforce\n {2}runs as root\n {2}- no user is set\n {2}cure: end the Dockerfile.*\n {2}!image\.root/,
    );
    const diff = await expect(1, 'policy', 'diff', path);
    assert.match(diff, /shop\/rooted:v1 +allow +deny +policy base, rule user: runs as root/);
    assert.match(diff, /1 of 2 images would be judged otherwise/);
    let simulated = await assay('policy', 'simulate', '--since', '7d', path);
    for (let waited = 0; simulated.status === 0 && waited < 6000; waited += 200) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      simulated = await assay('policy', 'simulate', '--since', '7d', path);
    }
    assert.equal(simulated.status, 1, simulated.err);
    assert.match(simulated.out, /1 of 1 pulls would have been stopped/);
    await expect(0, 'policy', 'diff', file('mild.yaml', POLICY.replace('enforce', 'audit')));
    await expect(2, 'policy', 'simulate', '--since', 'soon', path);
  });

  test('tests of policies: 0 when all pass, 1 when one fails, 2 when a file cannot be read', async () => {
    file('base.yaml', POLICY);
    const text =
      'policies: [base.yaml]\ntests:\n  - name: root is refused\n    facts: { image: { user: root } }\n    expect: { outcome: deny, rules: { user: broken } }\n';
    const good = await assay('policy', 'test', file('tests.yaml', text));
    assert.deepEqual([good.status, good.out], [0, 'ok    root is refused\n1 of 1 tests passed']);
    assert.match(good.err, /no test saw base\/user: never holds/);
    const bad = await expect(1, 'policy', 'test', file('tests.yaml', text.replace('deny', 'allow')));
    assert.match(bad, /FAIL {2}root is refused\n {6}outcome deny, not allow/);
    await expect(2, 'policy', 'test', file('tests.yaml', text.replace('base.yaml', 'absent.yaml')));
  });

  test('settings of other tools come in, and configurations of clients go out', async () => {
    const foreign = file(
      'policy.json',
      JSON.stringify({
        default: [{ type: 'reject' }],
        transports: {
          docker: { 'registry.example.com/shop': [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/k' }] },
        },
      }),
    );
    const found = await assay(
      'policy',
      'import',
      '--registry',
      'registry.example.com',
      '--organisation',
      'shop',
      foreign,
    );
    assert.equal(found.status, 0);
    assert.match(found.err, /not carried over: the default \(reject\)/);
    assert.match(found.out, /^# Taken over from podman\.\n# not carried over: the default/);
    await expect(0, 'policy', 'apply', '--check', file('imported.yaml', found.out));
    await expect(0, 'policy', 'apply', file('base.yaml', POLICY.replace('user: not-root', 'signed: true')));
    const out = join(home, 'out');
    const exported = await assay('policy', 'export', '--for', 'containerd', '--organisation', 'shop', '--output', out);
    assert.equal(exported.status, 0, exported.err);
    assert.ok(statSync(join(out, 'image-verifier', 'bin', '10-assay')).mode & 0o100, 'it can be run');
    assert.match(
      await expect(0, 'policy', 'export', '--for', 'podman', '--organisation', 'shop'),
      new RegExp(`"${server.host}"`),
    );
    await expect(2, 'policy', 'export', '--organisation', 'shop');
    await expect(0, 'policy', 'remove', '--organisation', 'shop', 'base');
  });

  test('exceptions are added with a reason and an end, listed, and ended; break-glass needs a ticket', async () => {
    await expect(0, 'policy', 'apply', file('base.yaml', POLICY));
    await expect(1, 'policy', 'explain', 'shop/rooted:v1');
    assert.equal((await assay('exception', 'add', 'shop/rooted', '--until', '1d')).status, 2);
    const made = await expect(
      0,
      'exception',
      'add',
      'shop/rooted',
      '--rule',
      'user',
      '--until',
      '7d',
      '--reason',
      'soon',
    );
    const [, id] = /^exception ([0-9a-f-]+) until/.exec(made) ?? [];
    assert.match(await expect(0, 'policy', 'explain', 'shop/rooted:v1'), /set aside by admin until/);
    assert.match(
      await expect(0, 'exception', 'list', '--organisation', 'shop'),
      new RegExp(`${id} +20.* admin +shop/rooted +user +soon`),
    );
    await expect(0, 'exception', 'end', id ?? '');
    await expect(1, 'policy', 'explain', 'shop/rooted:v1');
    assert.doesNotMatch(await expect(0, 'exception', 'list', '--organisation', 'shop'), new RegExp(id ?? 'x'));
    const glass = ['exception', 'add', 'shop/**', '--break-glass', '--until', '2h', '--reason', 'the shop is down'];
    const refused = await assay(...glass);
    assert.equal(refused.status, 2);
    assert.match(refused.err, /break-glass needs the number of a ticket/);
    assert.match(await expect(0, ...glass, '--ticket', 'INC-1'), /^break-glass /);
    await expect(0, 'policy', 'explain', 'shop/rooted:v1');
  });

  test('an image is held back and let go', async () => {
    await expect(2, 'quarantine', 'hold', 'shop/plain:v1');
    await expect(0, 'quarantine', 'hold', 'shop/plain:v1', '--reason', 'reported');
    assert.match(
      await expect(1, 'policy', 'explain', 'shop/plain:v1'),
      /quarantine\/held {2}enforce\n {2}held back by admin\n {2}- reported/,
    );
    assert.match(await expect(0, 'quarantine', 'list'), /held +shop\/plain@sha256:.* admin +reported/);
    await expect(0, 'quarantine', 'release', 'shop/plain:v1', '--reason', 'looked at');
    assert.doesNotMatch(await expect(0, 'quarantine', 'list'), /shop\/plain/);
    assert.match(await expect(0, 'quarantine', 'list', '--state', 'released'), /shop\/plain/);
  });

  test('health in one line, as a card and as JSON; exit 3 without a grade, 1 below what is asked for', async () => {
    assert.match(
      await expect(3, 'health', '--format', 'line', 'shop/plain:v1'),
      /^- \d+ {2}shop\/plain:v1 {2}its vulnerabilities are unknown/,
    );
    const off =
      'organisation: shop\nlines: { exploited: off, vulnerabilities: off, signatures: off, provenance: off }\n';
    const put = await server.fetch('/api/v1/health-profile', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: off }),
    });
    assert.equal(put.status, 200);
    assert.match(
      await expect(1, 'health', '--format', 'line', '--at-least', 'B', 'shop/rooted:v1'),
      /^C \d+ {2}shop\/rooted:v1 {2}Practices and user C: runs as root$/,
    );
    const card = await expect(0, 'health', 'shop/rooted:v1');
    assert.match(card, /^health C {2}score \d+ of 100/);
    assert.match(card, /for B: end the Dockerfile with a USER/);
    assert.equal(
      (JSON.parse(await expect(0, 'health', '--format', 'json', 'shop/rooted:v1')) as { grade: string }).grade,
      'C',
    );
    const checked = await assay('check', '--allow-incomplete', 'shop/rooted:v1');
    assert.match(checked.out || checked.err, /health C {2}score[\s\S]*gate pull {4}allow {2}passes 1 rules/);
  });

  test('events of the room have the shapes that the contract declares', async () => {
    const answer = await server.fetch('/api/v1/events?limit=1000');
    const { items } = (await answer.json()) as { items: { type: string; data: unknown }[] };
    const seen = new Set<string>();
    for (const { type, data } of items) {
      const noun = type.replace(/^dev\.assay\./, '').replace(/\.v1$/, '');
      const described = policyEvents[noun];
      if (!described) continue;
      seen.add(noun);
      assert.ok(described.data.safeParse(data).success, `${noun}: ${JSON.stringify(data)}`);
    }
    for (const noun of [
      'policy.created',
      'policy.changed',
      'policy.deleted',
      'exception.created',
      'exception.ended',
      'image.held',
      'image.released',
      'health-profile.changed',
    ])
      assert.ok(seen.has(noun), noun);
  });
});
