import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { tarOf } from './archives.ts';
import { answerOf, pushImageOf } from './image-pusher.ts';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from './server.ts';

/** Small clients of Harbor's scanner adapter API 1.2 and of Clair 4, written from their specifications. */
let registry: TestServer;
let scanner: TestServer;
let digest: string;
let repository: string;

const status =
  'Package: openssl\nStatus: install ok installed\nVersion: 3.0.1-1\nArchitecture: amd64\nMaintainer: x\nDescription: x\n';
const tracker = JSON.stringify({
  openssl: {
    'CVE-2023-0001': {
      description: 'A flaw',
      releases: { bookworm: { status: 'resolved', fixed_version: '3.0.9-1', urgency: 'high' } },
    },
  },
});

before(async () => {
  registry = await startServer();
  scanner = await startServer({ scannerRegistries: [registry.host] });
  for (const server of [registry, scanner]) {
    const answer = await server.fetch('/api/v1/advisories?feed=debian', { method: 'POST', body: tracker });
    assert.ok(answer.ok, await answer.text());
  }
  const layer = tarOf([
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' },
    { path: 'var/lib/dpkg/status', content: status },
  ]);
  const image = await pushImageOf(registry, 'shop/app', [layer], {});
  digest = image.digest;
  await answerOf(registry, `${image.path}/findings`);
  repository = 'shop/app';
});
after(async () => {
  await scanner[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

type Json = Record<string, unknown>;
const HARBOR = '/api/harbor/api/v1';
const VULNERABILITIES = 'application/vnd.security.vulnerability.report; version=1.1';

async function scan(registryUrl: string, authorization?: string): Promise<Response> {
  return scanner.fetch(`${HARBOR}/scan`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.scanner.adapter.scan.request+json; version=1.1' },
    body: JSON.stringify({
      registry: { url: registryUrl, ...(authorization && { authorization }) },
      artifact: { repository, digest, tag: '1', mime_type: 'application/vnd.oci.image.manifest.v1+json' },
      enabled_capabilities: [{ type: 'vulnerability', produces_mime_types: [VULNERABILITIES] }],
    }),
  });
}

/** As Harbor does: again after `Refresh-After` while the answer is 302. */
async function report(id: string, accept: string, query = ''): Promise<Response> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await scanner.fetch(`${HARBOR}/scan/${id}/report${query}`, {
      headers: { accept },
      redirect: 'manual',
    });
    if (answer.status !== 302) return answer;
    assert.ok(Number(answer.headers.get('refresh-after')) > 0);
    await pause(100);
  }
  throw new Error('the scan does not end');
}

test('Harbor: metadata names both capabilities and their types', async () => {
  const answer = await scanner.fetch(`${HARBOR}/metadata`);
  assert.equal(answer.headers.get('content-type'), 'application/vnd.scanner.adapter.metadata+json; version=1.1');
  const { scanner: about, capabilities } = (await answer.json()) as {
    scanner: Json;
    capabilities: { type: string; consumes_mime_types: string[]; produces_mime_types: string[] }[];
  };
  assert.equal(about['name'], 'Assay');
  assert.deepEqual(
    capabilities.map((each) => each.type),
    ['vulnerability', 'sbom'],
  );
  assert.ok(capabilities[0]?.produces_mime_types.includes(VULNERABILITIES));
  assert.ok(capabilities[0]?.consumes_mime_types.includes('application/vnd.oci.image.manifest.v1+json'));
});

test('Harbor: a scan of an image in another registry, its report in every form', async () => {
  const accepted = await scan(`http://${registry.host}`, basic('admin', ADMIN_PASSWORD));
  assert.equal(accepted.status, 202, await accepted.clone().text());
  const { id } = (await accepted.json()) as { id: string };
  for (const type of [VULNERABILITIES, 'application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0']) {
    const answer = await report(id, type);
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.equal(answer.headers.get('content-type'), type);
    const body = (await answer.json()) as { artifact: Json; severity: string; vulnerabilities: Json[] };
    assert.equal(body.artifact['digest'], digest);
    assert.equal(body.artifact['tag'], '1');
    assert.equal(body.severity, 'High');
    const [found] = body.vulnerabilities;
    assert.deepEqual(
      [found?.['id'], found?.['package'], found?.['version'], found?.['fix_version'], found?.['severity']],
      ['CVE-2023-0001', 'openssl', '3.0.1-1', '3.0.9-1', 'High'],
    );
  }
  for (const form of ['application/spdx+json', 'application/vnd.cyclonedx+json']) {
    const answer = await report(
      id,
      'application/vnd.security.sbom.report+json; version=1.0',
      `?sbom_media_type=${encodeURIComponent(form)}`,
    );
    const body = (await answer.json()) as { media_type: string; sbom: Json };
    assert.equal(body.media_type, form);
    assert.ok('spdxVersion' in body.sbom || body.sbom['bomFormat'] === 'CycloneDX');
  }
  const raw = (await (await report(id, 'application/vnd.scanner.adapter.vuln.report.raw')).json()) as Json;
  assert.equal(raw['schemaVersion'], 1);
});

test('Harbor: what is refused, and how', async () => {
  assert.equal((await scanner.fetch(`${HARBOR}/metadata`, { as: null })).status, 401);
  const elsewhere = await scan('http://169.254.169.254');
  assert.equal(elsewhere.status, 400);
  assert.equal(elsewhere.headers.get('content-type'), 'application/vnd.scanner.adapter.error+json; version=1.0');
  assert.match(((await elsewhere.json()) as { error: { message: string } }).error.message, /scannerRegistries/);
  const accepted = (await (await scan(`http://${registry.host}`, basic('admin', 'wrong'))).json()) as { id: string };
  const failed = await report(accepted.id, VULNERABILITIES);
  assert.equal(failed.status, 500);
  const good = (await (await scan(`http://${registry.host}`, basic('admin', ADMIN_PASSWORD))).json()) as { id: string };
  assert.equal((await report(good.id, 'text/html')).status, 501);
  assert.equal((await report(good.id, 'application/vnd.security.sbom.report+json; version=1.0')).status, 400);
  assert.equal((await report('absent', VULNERABILITIES)).status, 404);
  await scanner.fetch('/api/v1/accounts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'other', password: 'a-long-password-7' }),
  });
  const stranger = await scanner.fetch(`${HARBOR}/scan/${good.id}/report`, {
    as: basic('other', 'a-long-password-7'),
    headers: { accept: VULNERABILITIES },
  });
  assert.equal(stranger.status, 404);
});

test('Clair: index and vulnerability report of an image that is held here; strangers are told of nothing', async () => {
  const index = await registry.fetch('/api/clair/indexer/api/v1/index_report', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hash: digest, layers: [] }),
  });
  assert.equal(index.status, 201, await index.clone().text());
  const indexed = (await index.json()) as { state: string; packages: Record<string, Json>; success: boolean };
  assert.equal(indexed.state, 'IndexFinished');
  const path = `/api/clair/matcher/api/v1/vulnerability_report/${digest}`;
  const answer = await registry.fetch(path);
  assert.equal(answer.status, 200);
  const body = (await answer.json()) as {
    manifest_hash: string;
    packages: Record<string, Json>;
    distributions: Record<string, Json>;
    environments: Record<string, { introduced_in: string }[]>;
    vulnerabilities: Record<string, Json>;
    package_vulnerabilities: Record<string, string[]>;
  };
  assert.equal(body.manifest_hash, digest);
  const [[owner, [vulnerability]]] = Object.entries(body.package_vulnerabilities) as [[string, string[]]];
  assert.equal(body.packages[owner]?.['name'], 'openssl');
  assert.match(body.environments[owner]?.[0]?.introduced_in ?? '', /^sha256:/);
  assert.equal(body.distributions['1']?.['did'], 'debian');
  const found = body.vulnerabilities[vulnerability ?? ''];
  assert.deepEqual(
    [found?.['name'], found?.['normalized_severity'], found?.['fixed_in_version'], found?.['updater']],
    ['CVE-2023-0001', 'High', '3.0.9-1', 'debian'],
  );
  assert.equal((await registry.fetch(path, { as: null })).status, 404);
  assert.equal((await registry.fetch('/api/clair/indexer/api/v1/index_state')).status, 200);
});
