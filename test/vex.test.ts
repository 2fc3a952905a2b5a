import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { preAuthentication } from '../src/content/vex/envelope.ts';
import { tarOf } from './archives.ts';
import { answerOf, pushImageOf, type PushedImage } from './image-pusher.ts';
import { basic, startServer, type TestServer } from './server.ts';

/** Statements about vulnerabilities: written over the API, in force everywhere, published beside the image. */
let server: TestServer;
let image: PushedImage;
let twin: PushedImage;

const status = (name: string, version: string) =>
  `Package: ${name}\nStatus: install ok installed\nSource: openssl\nVersion: ${version}\nArchitecture: amd64\nMaintainer: x\nDescription: x\n`;
const tracker = JSON.stringify({
  openssl: {
    'CVE-2023-0001': {
      description: 'A',
      releases: { bookworm: { status: 'resolved', fixed_version: '3.0.9-1', urgency: 'high' } },
    },
    'CVE-2023-0002': { description: 'B', releases: { bookworm: { status: 'open', urgency: 'low' } } },
  },
});
const POLICY = `policy: clean
organisation: shop
mode: enforce
gates: [pull]
rules:
  - vulnerabilities: { atLeast: high }
`;

before(async () => {
  server = await startServer();
  await succeeded(server.fetch('/api/v1/advisories?feed=debian', { method: 'POST', body: tracker }));
  const layer = tarOf([
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' },
    { path: 'var/lib/dpkg/status', content: `${status('libssl3', '3.0.1-1')}\n${status('openssl', '3.0.1-1')}` },
  ]);
  image = await pushImageOf(server, 'shop/app', [layer], {}, '1');
  twin = await pushImageOf(server, 'other/app', [layer], {}, '1');
  for (const each of [image, twin]) await answerOf(server, `${each.path}/findings`);
});
after(() => server[Symbol.asyncDispose]());

type Json = Record<string, unknown>;
async function succeeded(answer: Promise<Response>): Promise<Json> {
  const found = await answer;
  const text = await found.text();
  assert.ok(found.ok, `${found.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Json);
}

function post(path: string, body: object, as?: string): Promise<Response> {
  return server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(as !== undefined && { as }),
  });
}

async function ids(path: string): Promise<string[]> {
  const { findings } = (await succeeded(server.fetch(`${path}/report`))) as {
    findings: { kind: string; id: string }[];
  };
  return [...new Set(findings.filter((each) => each.kind === 'vulnerability').map((each) => each.id))].sort();
}

const pull = () => server.fetch('/v2/shop/app/manifests/1');

/** The one attestation beside the image, once it is another than `before`; the job that writes it runs by itself. */
async function published(before?: string): Promise<{ digest: string; artifactType: string } | undefined> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const { manifests } = (await succeeded(server.fetch(`/v2/shop/app/referrers/${image.digest}`))) as {
      manifests: { digest: string; artifactType: string }[];
    };
    assert.ok(manifests.length <= 1, 'other scanners read the first they meet, so there is one');
    if (manifests[0]?.digest !== before) return manifests[0];
    await pause(50);
  }
  throw new Error('nothing was published');
}

test('a statement is in force in report, counts and gates of its repository alone, until it is withdrawn', async () => {
  await succeeded(
    server.fetch('/api/v1/policies', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: POLICY }),
    }),
  );
  assert.equal((await pull()).status, 403);
  assert.deepEqual(await ids(image.path), ['CVE-2023-0001', 'CVE-2023-0002']);

  const stated = await succeeded(
    post(`${image.path}/vex`, {
      vulnerability: 'cve-2023-0001',
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
      words: 'the parser is never called',
    }),
  );
  assert.deepEqual(stated['packages'], ['pkg:deb/debian/libssl3@3.0.1-1', 'pkg:deb/debian/openssl@3.0.1-1']);
  assert.deepEqual(await ids(image.path), ['CVE-2023-0002']);
  assert.deepEqual(
    await ids(twin.path),
    ['CVE-2023-0001', 'CVE-2023-0002'],
    'the same image elsewhere is not spoken of',
  );
  assert.equal((await pull()).status, 200);

  const page = (await succeeded(server.fetch('/api/v1/vulnerabilities/CVE-2023-0001'))) as {
    images: { repository: string; setAside?: Json }[];
  };
  assert.deepEqual(
    page.images.map((each) => [each.repository, each.setAside?.['status'], each.setAside?.['author']]),
    [
      ['other/app', undefined, undefined],
      ['shop/app', 'not-affected', 'admin'],
    ],
  );
  const { judgement } = (await succeeded(server.fetch(image.path))) as { judgement: { counts: Json } };
  assert.equal(judgement.counts['high'], 0);
  for (const [name, high] of [
    ['shop/app', 0],
    ['other/app', 1],
  ] as const) {
    const { items } = (await succeeded(server.fetch('/api/v1/repositories'))) as {
      items: { name: string; newest: { judgement: { counts: Json } } }[];
    };
    assert.equal(items.find((each) => each.name === name)?.newest.judgement.counts['high'], high, name);
  }
  const report = (await succeeded(server.fetch(`${image.path}/report`))) as {
    suppressed: { finding: { id: string }; because: Json }[];
  };
  assert.equal(report.suppressed.length, 2);
  assert.equal(report.suppressed[0]?.because['author'], 'admin');
  assert.match(String(report.suppressed[0]?.because['reason']), /execute_path: the parser is never called/);

  await succeeded(server.fetch(`${image.path}/vex/${String(stated['id'])}`, { method: 'DELETE' }));
  assert.deepEqual(await ids(image.path), ['CVE-2023-0001', 'CVE-2023-0002']);
  assert.equal((await pull()).status, 403);
  assert.equal((await server.fetch(`${image.path}/vex/${String(stated['id'])}`, { method: 'DELETE' })).status, 404);
  const { items } = (await succeeded(server.fetch(`${image.path}/vex`))) as { items: { withdrawn?: Json }[] };
  assert.deepEqual(
    items.map((each) => each.withdrawn?.['by']),
    ['admin'],
  );
  const audit = (await succeeded(server.fetch('/api/v1/audit?limit=200'))) as { items: { action: string }[] };
  for (const action of ['vex.stated', 'vex.withdrawn'])
    assert.equal(audit.items.filter((each) => each.action === action).length, 1, action);
});

test('statements are published as one signed attestation that is replaced, and gone with the last', async () => {
  const first = await succeeded(post(`${image.path}/vex`, { vulnerability: 'CVE-2023-0002', status: 'fixed' }));
  const one = await published();
  assert.equal(one?.artifactType, 'application/vnd.dsse.envelope.v1+json');
  await succeeded(
    post(`${image.path}/vex`, { vulnerability: 'CVE-2023-0001', status: 'affected', words: 'upgrade next week' }),
  );
  const two = await published(one?.digest);
  const manifest = await succeeded(server.fetch(`/v2/shop/app/manifests/${two?.digest}`));
  const [layer] = manifest['layers'] as { digest: string; mediaType: string }[];
  assert.equal(layer?.mediaType, 'application/vnd.dsse.envelope.v1+json');
  const envelope = (await succeeded(server.fetch(`/v2/shop/app/blobs/${layer?.digest}`))) as {
    payload: string;
    payloadType: string;
    signatures: { keyid: string; sig: string }[];
  };
  const payload = Buffer.from(envelope.payload, 'base64');
  const statement = JSON.parse(payload.toString()) as {
    predicateType: string;
    subject: Json[];
    predicate: { statements: Json[] };
  };
  assert.equal(statement.predicateType, 'https://openvex.dev/ns');
  assert.deepEqual(statement.subject, [{ name: 'shop/app', digest: { sha256: image.digest.slice(7) } }]);
  assert.deepEqual(
    statement.predicate.statements.map((each) => each['status']),
    ['fixed', 'affected'],
  );
  const { keys } = (await succeeded(server.fetch('/api/v1/decisions/keys'))) as {
    keys: { x: string; kid: string }[];
  };
  const [signature] = envelope.signatures;
  const key = keys.find((each) => each.kid === signature?.keyid);
  assert.ok(key && signature);
  const signed = preAuthentication(envelope.payloadType, payload);
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' });
  assert.equal(verify(null, signed, publicKey, Buffer.from(signature.sig, 'base64')), true);

  const { items } = (await succeeded(server.fetch(`${image.path}/vex`))) as {
    items: { id: string; withdrawn?: Json }[];
  };
  for (const { id, withdrawn } of items)
    if (!withdrawn) await succeeded(server.fetch(`${image.path}/vex/${id}`, { method: 'DELETE' }));
  assert.ok(first['id']);
  for (let last = two?.digest; last !== undefined; ) last = (await published(last))?.digest;
});

test('documents are taken in as far as they speak of the image; the newest word counts', async () => {
  const document = (status_: string, timestamp: string, more: Json = {}) => ({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'urn:x',
    author: 'The vendor',
    timestamp,
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2023-0001' },
        products: [{ '@id': 'pkg:deb/debian/libssl3@3.0.1-1' }, { '@id': 'pkg:deb/debian/openssl' }],
        status: status_,
        ...more,
      },
      {
        vulnerability: { name: 'CVE-2023-0001' },
        products: [{ '@id': 'pkg:oci/elsewhere@sha256%3Aabc' }],
        status: 'fixed',
      },
    ],
  });
  const take = (value: object) => post(`${image.path}/vex/document`, { document: JSON.stringify(value) });
  const newer = document('not_affected', '2026-03-01T00:00:00Z', { justification: 'component_not_present' });
  const taken = (await succeeded(take(newer))) as { items: Json[]; others: number };
  assert.deepEqual([taken.items.length, taken.others], [2, 1]);
  assert.deepEqual(taken.items[0]?.['author'], 'The vendor');
  assert.deepEqual(await ids(image.path), ['CVE-2023-0002']);
  await succeeded(take(document('affected', '2026-02-01T00:00:00Z', { action_statement: 'upgrade' })));
  assert.deepEqual(await ids(image.path), ['CVE-2023-0002'], 'an older word changes nothing');
  await succeeded(take(document('affected', '2026-04-01T00:00:00+02:00', { action_statement: 'upgrade' })));
  assert.deepEqual(await ids(image.path), ['CVE-2023-0001', 'CVE-2023-0002']);
  assert.equal((await take({ ...newer, statements: newer.statements.slice(1) })).status, 400);
  assert.equal((await take({ bomFormat: 'none' })).status, 422);
});

test('who may say something: those who manage the repository; others are told what is missing', async () => {
  const stranger = basic('other', 'a-long-password-7');
  await succeeded(post('/api/v1/accounts', { name: 'other', password: 'a-long-password-7' }));
  const wanted = { vulnerability: 'CVE-2023-0001', status: 'fixed' };
  assert.equal((await post(`${image.path}/vex`, wanted, stranger)).status, 404);
  const role = async (name: string) =>
    succeeded(
      server.fetch('/api/v1/repositories/shop%2Fapp/grants/other', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ role: name }),
      }),
    );
  await role('publisher');
  assert.equal((await post(`${image.path}/vex`, wanted, stranger)).status, 403);
  await role('maintainer');
  assert.equal((await post(`${image.path}/vex`, wanted, stranger)).status, 201);
  for (const bad of [
    { vulnerability: 'CVE-2023-0001', status: 'not_affected' },
    { vulnerability: 'CVE-2023-0001', status: 'affected' },
    { vulnerability: 'CVE-2023-0001', status: 'fixed', justification: 'component_not_present' },
    { vulnerability: 'CVE-2023-0001', status: 'not_affected', justification: 'because' },
  ])
    assert.equal((await post(`${image.path}/vex`, bad)).status, 400, JSON.stringify(bad));
});
