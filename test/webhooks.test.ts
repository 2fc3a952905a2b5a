import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { addPerson, api, done } from './access-client.ts';
import { imageManifest, putManifest } from './conformance/registry-client.ts';
import { runMain } from './run-cli.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from './server.ts';
import { webhookKillCampaign } from './webhook-kill-campaign.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

interface Made {
  readonly webhook: { readonly id: string };
  readonly secret: string;
}
interface DeliveryShape {
  readonly id: string;
  readonly eventId: string;
  readonly state: string;
  readonly attempts: number;
  readonly status?: number;
  readonly error?: string;
  readonly sequence: number;
}

let server: TestServer;
let receiver: Receiver;

before(async () => {
  server = await startServer({ outboundRanges: ['127.0.0.1'] });
  receiver = await startReceiver();
  await putManifest(server, 'shop/app', '0', await imageManifest(server, 'shop/app'));
});
after(async () => {
  await receiver[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const create = (extra: object = {}) =>
  done<Made>(server, 'POST', '/webhooks', {
    repository: 'shop/app',
    name: 'hook',
    url: receiver.url,
    events: ['webhook.pinged'],
    ...extra,
  });
const deliveries = async (id: string) =>
  (await done<{ items: DeliveryShape[] }>(server, 'GET', `/webhooks/${id}/deliveries`)).items;
const remove = (id: string) => done(server, 'DELETE', `/webhooks/${id}`);

async function settled(id: string, state: string): Promise<DeliveryShape[]> {
  for (let tries = 0; tries < 400; tries++) {
    const items = await deliveries(id);
    if (items.length > 0 && items.every((each) => each.state === state || each.attempts > 1)) return items;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the deliveries never were ${state}: ${JSON.stringify(await deliveries(id))}`);
}

describe('what is sent', () => {
  test('CloudEvents in order, numbered without gaps, signed over time and body', async () => {
    receiver.received.length = 0;
    const { webhook, secret } = await create({ events: ['tag.*', 'manifest.pushed'] });
    for (const tag of ['a', 'b', 'c'])
      await putManifest(server, 'shop/app', tag, await imageManifest(server, 'shop/app'));
    await done(server, 'PATCH', '/repositories/shop%2Fapp', { description: 'not asked for' });
    await putManifest(server, 'other/app', '1', await imageManifest(server, 'other/app'));
    await receiver.until(6);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const got = receiver.received;
    assert.deepEqual(
      got.map(({ event }) => [event.sequence, event.type.split('.').slice(2, 4).join('.')]),
      [1, 2, 3, 4, 5, 6].map((at) => [at, at % 2 === 1 ? 'manifest.pushed' : 'tag.moved']),
    );
    for (const { headers, body } of got) {
      assert.match(String(headers['content-type']), /^application\/cloudevents\+json/);
      const [, time = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['assay-signature'])) ?? [];
      assert.equal(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'), mac);
      assert.ok(Math.abs(Number(time) - Date.now() / 1000) < 30);
    }
    const parsed = JSON.parse(got[1]?.body ?? '') as Record<string, unknown>;
    assert.deepEqual(Object.keys(parsed).sort(), [
      'data',
      'datacontenttype',
      'id',
      'sequence',
      'source',
      'specversion',
      'subject',
      'time',
      'type',
    ]);
    assert.equal((parsed['data'] as { repository: string }).repository, 'shop/app');
    const log = await settled(webhook.id, 'delivered');
    assert.deepEqual([log.length, log[0]?.status], [6, 204]);
    await remove(webhook.id);
  });

  test('many messages to one target go one after the other, in their order, without waiting for the clock', async () => {
    const { webhook } = await create();
    receiver.received.length = 0;
    for (let at = 0; at < 60; at++) await done(server, 'POST', `/webhooks/${webhook.id}/ping`);
    await receiver.until(60);
    assert.deepEqual(
      receiver.received.map(({ event }) => event.sequence),
      Array.from({ length: 60 }, (_, at) => at + 1),
    );
    await remove(webhook.id);
  });

  test('a replay has the event’s id and a new number; a ping says nothing', async () => {
    const { webhook } = await create();
    receiver.received.length = 0;
    await done(server, 'POST', `/webhooks/${webhook.id}/ping`);
    await receiver.until(1);
    const [delivery] = await settled(webhook.id, 'delivered');
    await done(server, 'POST', `/webhooks/${webhook.id}/deliveries/${delivery?.id}/replay`);
    await receiver.until(2);
    assert.equal(receiver.received[0]?.event.id, receiver.received[1]?.event.id);
    assert.deepEqual(
      receiver.received.map(({ event }) => event.sequence),
      [1, 2],
    );
    await remove(webhook.id);
  });

  test('refused messages come again later; 410 ends it; a slow target holds nobody up', async () => {
    const slow = await startReceiver();
    slow.answer = () => undefined;
    const gone = await startReceiver();
    gone.answer = (_received, response) => response.writeHead(410).end();
    const broken = await startReceiver();
    broken.answer = (_received, response) => response.writeHead(500).end();
    const hooks = [
      await create({ url: slow.url }),
      await create({ url: gone.url }),
      await create({ url: broken.url }),
      await create(),
    ].map(({ webhook }) => webhook.id);
    receiver.received.length = 0;
    for (const id of hooks) await done(server, 'POST', `/webhooks/${id}/ping`);
    await receiver.until(1);
    assert.equal((await deliveries(hooks[0] ?? ''))[0]?.state, 'sending', 'the slow target still has its turn');
    await gone.until(1);
    await broken.until(1);
    await settled(hooks[1] ?? '', 'failed');
    const [waiting] = await settled(hooks[2] ?? '', 'waiting');
    assert.deepEqual([waiting?.state, waiting?.attempts, waiting?.status], ['waiting', 1, 500]);
    for (const id of hooks) await remove(id);
    for (const each of [slow, gone, broken]) await each[Symbol.asyncDispose]();
  });
});

describe('where it is sent', () => {
  test('inner addresses are refused when the webhook is made, names that lead there when it is sent', async () => {
    await using closed = await startServer();
    await putManifest(closed, 'shop/app', '0', await imageManifest(closed, 'shop/app'));
    const make = (url: string) =>
      api<Made>(closed, 'POST', '/webhooks', { repository: 'shop/app', name: 'x', url, events: ['webhook.pinged'] });
    for (const url of [
      receiver.url,
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]:5000/',
      'http://[::ffff:10.0.0.1]/',
      'http://0x7f000001/',
      'http://2130706433/',
      'http://user:pass@example.org/',
      'file:///etc/passwd',
      'gopher://example.org/',
    ])
      assert.equal((await make(url)).status, 400, url);
    const named = await make(receiver.url.replace('127.0.0.1', 'localhost'));
    assert.equal(named.status, 201);
    receiver.received.length = 0;
    await done(closed, 'POST', `/webhooks/${named.value.webhook.id}/ping`);
    for (let tries = 0; tries < 60; tries++) {
      const { items } = await done<{ items: DeliveryShape[] }>(
        closed,
        'GET',
        `/webhooks/${named.value.webhook.id}/deliveries`,
      );
      if (items[0]?.state === 'failed') {
        assert.match(items[0].error ?? '', /localhost leads to .* not a public address/);
        assert.equal(receiver.received.length, 0);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail('the delivery never failed');
  });

  test('a redirect to an inner address is not followed', async () => {
    const { webhook } = await create({ name: 'redirect' });
    const before = receiver.answer;
    receiver.answer = (_received, response) => response.writeHead(307, { Location: 'http://169.254.169.254/' }).end();
    await done(server, 'POST', `/webhooks/${webhook.id}/ping`);
    const [delivery] = await settled(webhook.id, 'failed');
    receiver.answer = before;
    assert.match(delivery?.error ?? '', /169\.254\.169\.254, which is not a public address/);
    await remove(webhook.id);
  });
});

test('Slack and Teams get what they show, made at sending; the log keeps the event; the signature is over what was sent', async () => {
  for (const [format, shape] of [
    ['slack', /"mrkdwn":false/],
    ['teams', /application\/vnd\.microsoft\.card\.adaptive/],
  ] as const) {
    receiver.received.length = 0;
    const { webhook, secret } = await create({ format, name: '<!channel>' });
    await done(server, 'POST', `/webhooks/${webhook.id}/ping`);
    await receiver.until(1);
    const { headers, body } = receiver.received[0]!;
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.match(body, shape);
    const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['assay-signature'])) ?? [];
    assert.equal(mac, createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
    const [delivery] = await settled(webhook.id, 'delivered');
    assert.ok(delivery);
    await done(server, 'PATCH', `/webhooks/${webhook.id}`, { format: 'cloudevents' });
    await done(server, 'POST', `/webhooks/${webhook.id}/deliveries/${delivery.id}/replay`);
    await receiver.until(2);
    assert.equal(receiver.received[1]!.event.type, 'dev.assay.webhook.pinged.v1');
    await remove(webhook.id);
  }
});

test('webhooks on the command line', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'assay-webhooks-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(home, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  const assay = (...args: string[]) => runMain(args, { DOCKER_CONFIG: home, ASSAY_SERVER: server.url });
  const made = await assay('webhook', 'add', receiver.url, 'shop/app', '--for', 'slack', '--events', 'webhook.*');
  assert.equal(made.status, 0, made.err);
  assert.match(made.out, /^[\w-]{43}$/);
  const id = /webhook (\S+);/.exec(made.err)?.[1] ?? '';
  assert.match((await assay('webhook', 'list', 'shop/app')).out, /slack +webhook\.\* +on/);
  receiver.received.length = 0;
  assert.equal((await assay('webhook', 'ping', id)).status, 0);
  await receiver.until(1);
  assert.equal((await assay('webhook', 'remove', id)).status, 0);
  assert.doesNotMatch((await assay('webhook', 'list', 'shop/app')).out, /slack/);
});

test('webhooks of others are not there: by id, by place, whatever is tried', async () => {
  const { webhook, secret } = await create({ name: 'private' });
  await addPerson(server, 'mallory', 'manager');
  await done(server, 'PUT', '/repositories/other%2Fapp/grants/mallory', { role: 'owner' });
  await done(server, 'PUT', '/repositories/shop%2Fapp/grants/manager', { role: 'maintainer' });
  for (const [method, path, body] of [
    ['PATCH', `/webhooks/${webhook.id}`, { url: 'https://evil.example/' }],
    ['DELETE', `/webhooks/${webhook.id}`, undefined],
    ['POST', `/webhooks/${webhook.id}/ping`, undefined],
    ['GET', `/webhooks/${webhook.id}/deliveries`, undefined],
    ['POST', `/webhooks/${webhook.id}/deliveries/x/replay`, undefined],
    ['GET', '/webhooks?repository=shop/app', undefined],
    ['POST', '/webhooks', { repository: 'shop/app', name: 'x', url: 'https://evil.example/' }],
    ['POST', '/webhooks', { organisation: 'shop', name: 'x', url: 'https://evil.example/' }],
  ] as const)
    assert.equal((await api(server, method, path, body, 'mallory')).status, 404, `${method} ${path}`);
  assert.equal(
    (await api(server, 'POST', '/webhooks', { name: 'x', url: 'https://evil.example/' }, 'mallory')).status,
    403,
  );
  const shown = await api(server, 'GET', '/webhooks?repository=shop/app', undefined, 'manager');
  assert.equal(shown.status, 200);
  assert.ok(!shown.text.includes(secret), 'the secret is told once');
  await remove(webhook.id);
});

test('kill -9 loses no event; what comes twice is counted', async () => {
  const { events, repeats, lost, uncertain } = await webhookKillCampaign(3);
  assert.deepEqual(lost, []);
  assert.ok(events >= 3, `${events} events`);
  assert.ok(repeats <= uncertain, `${repeats} repeats, ${uncertain} of them counted`);
});
