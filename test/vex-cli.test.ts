import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openImage } from '../src/app/local.ts';
import { DSSE_TYPE, IN_TOTO_TYPE, vexAttestation } from '../src/content/vex/envelope.ts';
import { tarOf } from './archives.ts';
import { digest, pushBlob, putManifest, types } from './conformance/registry-client.ts';
import { answerOf, pushImageOf, type PushedImage } from './image-pusher.ts';
import { closed, runMain } from './run-cli.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from './server.ts';

/** The guide to findings that one lives with, line by line, and what is wrong input there. */
let server: TestServer;
let home: string;
let image: PushedImage;

const tracker = JSON.stringify({
  openssl: {
    'CVE-2023-0001': { releases: { bookworm: { status: 'resolved', fixed_version: '3.0.9-1', urgency: 'high' } } },
    'CVE-2023-0002': { releases: { bookworm: { status: 'open', urgency: 'low' } } },
  },
});
const packages =
  'Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.1-1\nArchitecture: amd64\nMaintainer: x\nDescription: x\n';

before(async () => {
  server = await startServer();
  home = mkdtempSync(join(tmpdir(), 'assay-vex-'));
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(home, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  const imported = await server.fetch('/api/v1/advisories?feed=debian', { method: 'POST', body: tracker });
  assert.ok(imported.ok);
  const layer = tarOf([
    { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' },
    { path: 'var/lib/dpkg/status', content: packages },
  ]);
  image = await pushImageOf(server, 'shop/app', [layer], {}, '2');
  await answerOf(server, `${image.path}/findings`);
});
after(async () => {
  rmSync(home, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

const doors = new Proxy(closed, { get: (target, name) => (name === 'image' ? openImage : target[name as 'image']) });
const environment = () => ({ DOCKER_CONFIG: home, ASSAY_SERVER: server.url });
async function assay(status: number, ...args: string[]): Promise<{ out: string; err: string }> {
  const found = await runMain(args, environment(), doors);
  assert.equal(found.status, status, `${args.join(' ')}: ${found.out}${found.err}`);
  return found;
}
function file(name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

/** Words of a line as a shell takes them apart. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

test('the lines of the guide to findings that one lives with work as they stand', async () => {
  const page = readFileSync('docs/guide/living-with-findings.md', 'utf8');
  file('ignore.yaml', /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  file(
    'vendor.openvex.json',
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      author: 'The vendor',
      timestamp: '2026-01-01T00:00:00Z',
      statements: [
        {
          vulnerability: { name: 'CVE-2023-0002' },
          products: [{ '@id': 'pkg:deb/debian/libssl3' }],
          status: 'under_investigation',
        },
        { vulnerability: { name: 'CVE-2023-0009' }, products: [{ '@id': 'pkg:deb/debian/other' }], status: 'fixed' },
      ],
    }),
  );
  const lines = page.split('\n').filter((line) => line.startsWith('    assay '));
  const said: string[] = [];
  for (const line of lines) {
    const args = words(line.trim())
      .slice(1)
      .map((each) => (/^[\w.]+\.(?:yaml|json)$/.test(each) ? join(home, each) : each));
    const { out, err } = await assay(0, ...args);
    said.push(`${out}\n${err}`);
  }
  assert.equal(lines.length, 7);
  assert.match(
    said[0]!,
    /CVE-2023-0001 not_affected \(vulnerable_code_not_in_execute_path\) in pkg:deb\/debian\/libssl3@3\.0\.1-1: the parser/,
  );
  assert.match(said[1]!, /CVE-2023-0001 +not_affected +in force +admin, \d{4}/);
  assert.match(said[2]!, /SET ASIDE\n.*\nCVE-2023-0001 +libssl3 +not-affected +admin +vulnerable_code/);
  assert.doesNotMatch(said[2]!, /high +CVE-2023-0001/);
  assert.match(said[3]!, /CVE-2023-0002 under_investigation[\s\S]*1 statement is about something else/);
  assert.equal((JSON.parse(said[4]!) as { items: unknown[] }).items.length, 2);
  assert.equal((JSON.parse(said[5]!) as { statements: unknown[] }).statements.length, 2);
  assert.match(said[6]!, /CVE-2023-0002 +libssl3 +ignored +to 2099-12-31 /);
});

test('an explanation says who set a finding aside; withdrawing brings it back; a pushed document stays outside', async () => {
  const explained = await assay(0, 'scan', '--explain', 'CVE-2023-0001', 'shop/app:2');
  assert.match(explained.out, /set aside +not-affected by statement \S+ of admin: vulnerable_code_not_in_execute_path/);
  const { items } = JSON.parse((await assay(0, 'vex', 'list', '--format', 'json', 'shop/app:2')).out) as {
    items: { id: string; vulnerability: string }[];
  };
  const id = items.find((each) => each.vulnerability === 'CVE-2023-0001')?.id ?? '';
  await assay(0, 'vex', 'withdraw', 'shop/app:2', id);
  assert.match((await assay(0, 'scan', 'shop/app:2')).out, /CVE-2023-0001/);
  assert.match((await assay(0, 'vex', 'list', '--all', 'shop/app:2')).out, /withdrawn by admin/);
  await assay(2, 'vex', 'withdraw', 'shop/app:2', id);
  const document = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    timestamp: '2026-01-02T00:00:00Z',
    statements: [{ vulnerability: 'CVE-2023-0001', products: [image.digest], status: 'fixed' }],
  };
  const statement = vexAttestation(document, { name: 'app', digest: image.digest });
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
  const envelope = Buffer.from(JSON.stringify({ payloadType: IN_TOTO_TYPE, payload, signatures: [] }));
  const layer = { mediaType: DSSE_TYPE, digest: await pushBlob(server, 'shop/app', envelope), size: envelope.length };
  const empty = Buffer.from('{}');
  const config = { mediaType: types.empty, digest: await pushBlob(server, 'shop/app', empty), size: 2 };
  const subject = { mediaType: types.manifest, digest: image.digest, size: 1 };
  const raw = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      artifactType: DSSE_TYPE,
      config,
      layers: [layer],
      subject,
    }),
  );
  assert.equal((await putManifest(server, 'shop/app', digest(raw), raw)).status, 201);
  assert.match((await assay(0, 'scan', 'shop/app:2')).out, /CVE-2023-0001/);
  const attached = await assay(0, 'scan', '--vex-attached', `${server.host}/shop/app:2`);
  assert.doesNotMatch(attached.out, /high +CVE-2023-0001/);
});

test('what is wrong is told', async () => {
  const add = ['vex', 'add', '--attach', 'shop/app:2', 'CVE-2023-0001'];
  assert.match((await assay(2, ...add)).err, /--status wants one of/);
  assert.match((await assay(2, ...add, '--status', 'not_affected')).err, /wants a justification or words/);
  assert.match((await assay(2, ...add, '--status', 'fixed', '--author', 'me')).err, /the account is the author/);
  assert.match((await assay(2, 'vex', 'import', 'shop/app:2', file('no.json', '{}'))).err, /neither OpenVEX nor CSAF/);
  assert.match((await assay(2, 'vex', 'show', 'shop/absent:2')).err, /no repository shop\/absent/);
  const expired = file('old.yaml', 'ignore:\n  - id: CVE-2023-0001\n    reason: until then\n    expires: 2026-01-01\n');
  const { out, err } = await assay(0, 'scan', '--ignore-file', expired, 'shop/app:2');
  assert.match(out, /CVE-2023-0001/);
  assert.match(`${out}${err}`, /!! no longer ignored: CVE-2023-0001: ignored by \S+ until 2026-01-01; it counts again/);
});
