import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../src/app/config.ts';
import { serve } from '../../src/app/serve.ts';
import { command, type CommandResult } from './command.ts';
import { ADMIN_PASSWORD, basic, startServer } from '../server.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-set-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Somebody on a machine of their own. */
function machine(name: string) {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const env: NodeJS.ProcessEnv = {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    DOCKER_CONFIG: join(home, '.docker'),
    ASSAY_USER: 'admin',
    ASSAY_PASSWORD: ADMIN_PASSWORD,
    ASSAY_ROOT_PASSPHRASE: 'the root of all of it 1',
    ASSAY_REPOSITORY_PASSPHRASE: 'a repository passphrase 1',
    ASSAY_SERVER: undefined,
  };
  return {
    home,
    assay: (...args: string[]): Promise<CommandResult> =>
      command(process.execPath, [MAIN, ...args], { env, cwd: home }),
    file(path: string, text: string): string {
      writeFileSync(join(home, path), text);
      return join(home, path);
    },
  };
}

/** A server that can be stopped and started again on the same port, on the same data or other. */
async function registry(directory: string, port = 0) {
  const flags = { listen: `127.0.0.1:${port}`, dataDirectory: directory, adminPassword: ADMIN_PASSWORD };
  const { config } = loadConfig({}, { ...flags, logLevel: 'silent', advisoryUpdates: 0 });
  const running = await serve(config, { terminal: false });
  return { host: new URL(running.url).host, port: Number(new URL(running.url).port), stop: () => running.stop() };
}

function expectDone({ status, stdout, stderr }: CommandResult, wanted: number, words: RegExp): string {
  assert.equal(status, wanted, stdout + stderr);
  assert.match(stdout + stderr, words);
  return stdout;
}

const PACKAGES = 400;

/** OSV records of many packages; those in `fixedLater` have a fix that the others do not. */
function osvFeed(fixedLater: number): string {
  return Array.from({ length: PACKAGES }, (_, at) =>
    JSON.stringify({
      id: `GHSA-0000-0000-${String(at).padStart(4, '0')}`,
      modified: `2026-01-01T00:00:00Z`,
      summary: createHash('sha256').update(String(at)).digest('hex').repeat(3),
      affected: [
        {
          package: { ecosystem: 'npm', name: `p${at}` },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, ...(at < fixedLater ? [{ fixed: '1.1.0' }] : [])] }],
        },
      ],
    }),
  ).join('\n');
}

const tracker = (version: string) =>
  JSON.stringify({
    openssl: { 'CVE-2026-0001': { releases: { bookworm: { status: 'resolved', fixed_version: version } } } },
  });

const SBOM = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: ['p0', 'p1', 'p399'].map((name) => ({
    type: 'library',
    name,
    version: '1.0.0',
    purl: `pkg:npm/${name}@1.0.0`,
  })),
});

/** What a scan of one bill of materials finds with the advisories of a machine. */
async function scanned(on: ReturnType<typeof machine>): Promise<unknown> {
  const path = on.file('sbom.json', SBOM);
  const { stdout } = await on.assay('scan', `sbom:${path}`, '--format', 'json', '--allow-incomplete');
  const report = JSON.parse(stdout) as {
    advisories: { digest: string };
    findings: { id: string; fixedVersion?: string }[];
  };
  return [report.advisories.digest, report.findings.map((each) => `${each.id} ${each.fixedVersion ?? '-'}`)];
}

void test('one machine publishes, another updates: whole, by what changed, and never by what is not signed', async () => {
  const data = join(folder, 'server');
  let server = await registry(data);
  const { host, port } = server;
  const name = `${host}/security/advisories`;
  const publisher = machine('publisher');
  const reader = machine('reader');
  try {
    await publisher.assay('advisories', 'import', publisher.file('osv.ndjson', osvFeed(0)), '--feed', 'osv');
    await publisher.assay('advisories', 'import', publisher.file('data.json', tracker('3.0.1-1')));
    const first = expectDone(await publisher.assay('advisories', 'publish', name), 0, /2 feeds · whole .*everything/);
    const oldDigest = /sha256:[0-9a-f]{64}/.exec(first)![0];
    expectDone(await publisher.assay('advisories', 'publish', name), 0, /as they were published before/);
    const whole = expectDone(
      await reader.assay('advisories', 'update', '--from', name),
      0,
      /2 feeds changed, 0 as before, .* fetched/,
    );
    assert.match(whole, /osv-npm: 400 records; 400 packages changed/);
    assert.deepEqual(await scanned(reader), await scanned(publisher));
    expectDone(
      await reader.assay('advisories', 'update', '--from', name),
      0,
      /0 feeds changed, 2 as before, 0 B fetched/,
    );

    // A server is kept in line by its configuration, and judges by what it took.
    await fetch(`http://${name.replace('/', '/api/v1/repositories/').replace('security/', 'security%2F')}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: basic('admin', ADMIN_PASSWORD) },
      body: '{"visibility":"public"}',
    });
    await using follower = await startServer({ advisorySource: name, advisoryUpdates: 6 });
    const taken = await waitFor(async () => {
      const answer = (await (await follower.fetch('/api/v1/advisories')).json()) as {
        digest: string;
        sources: { lastError?: string }[];
        sets: { source: string }[];
      };
      return answer.sources.length > 0 ? answer : undefined;
    });
    assert.deepEqual(
      taken.sources.map((each) => each.lastError),
      [undefined],
    );
    assert.deepEqual(
      taken.sets.map((each) => each.source),
      [`${name}:latest`],
    );
    assert.equal(taken.digest, ((await scanned(publisher)) as string[])[0]);

    // And publishes what it holds from its own registry.
    const again = `${follower.host}/mirror/set`;
    expectDone(
      await publisher.assay('advisories', 'publish', '--server', follower.url, again),
      0,
      /2 feeds · whole .*everything[^]*signed/,
    );
    const third = machine('third');
    expectDone(await third.assay('advisories', 'update', '--from', again), 0, /2 feeds changed/);
    assert.deepEqual(await scanned(third), await scanned(publisher));

    // The data of that day, to show it again later as an attacker would.
    await server.stop();
    cpSync(data, join(folder, 'yesterday'), { recursive: true });
    server = await registry(data, port);

    // What changed since, and nothing else, travels.
    await publisher.assay('advisories', 'import', publisher.file('osv.ndjson', osvFeed(2)), '--feed', 'osv');
    expectDone(await publisher.assay('advisories', 'publish', name), 0, /since the set before \d+ B/);
    const delta = expectDone(
      await reader.assay('advisories', 'update', '--from', name),
      0,
      /1 feeds changed, 1 as before, \d{3} B fetched/,
    );
    assert.match(delta, /osv-npm: 400 records; 2 packages changed/);
    assert.deepEqual(await scanned(reader), await scanned(publisher));
    const late = machine('late');
    expectDone(await late.assay('advisories', 'update', '--from', name), 0, /2 feeds changed/);
    assert.deepEqual(await scanned(late), await scanned(publisher));
    const now = await scanned(reader);

    // An older state of the server: its metadata was seen newer.
    await server.stop();
    server = await registry(join(folder, 'yesterday'), port);
    expectDone(await reader.assay('advisories', 'update', '--from', name), 1, /older state than this machine has seen/);
    assert.deepEqual(await scanned(reader), now);
    await server.stop();
    server = await registry(data, port);

    // An older set that is signed anew: what it was made for has passed.
    expectDone(await publisher.assay('copy', `${name}@${oldDigest}`, `${name}:latest`), 0, /sha256/);
    expectDone(await publisher.assay('trust', 'sign', `${name}:latest`), 0, /signed/);
    expectDone(await reader.assay('advisories', 'update', '--from', name), 1, /is signed now was made .* is in force/);
    assert.deepEqual(await scanned(reader), now);

    // Nobody signed it.
    const unsigned = `${host}/security/unsigned`;
    expectDone(await publisher.assay('advisories', 'publish', unsigned, '--no-sign'), 0, /2 feeds/);
    expectDone(await reader.assay('advisories', 'update', '--from', unsigned), 1, /nobody has signed this repository/);

    // Something else stands under the tag now: what is signed is taken.
    expectDone(await publisher.assay('copy', `${unsigned}:latest`, `${name}:latest`), 0, /sha256/);
    expectDone(await late.assay('advisories', 'update', '--from', name), 1, /was made/);

    // Every byte of the store is changed: none of it is believed.
    const other = `${host}/security/other`;
    expectDone(await publisher.assay('advisories', 'publish', other), 0, /signed/);
    await server.stop();
    damageBlobs(data);
    server = await registry(data, port);
    expectDone(await late.assay('advisories', 'update', '--from', other), 2, /has the digest sha256/);
    assert.deepEqual(await scanned(late), now);

    // Without the registry the advisories at hand go on, and the update says that it could not decide.
    await server.stop();
    expectDone(await reader.assay('advisories', 'update', '--from', name), 3, /what was known before stays in force/);
    assert.deepEqual(await scanned(reader), now);
  } finally {
    await server.stop().catch(() => undefined);
  }
});

async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < 30_000; waited += 100) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error('it did not come');
}

/** Turns one bit in the last byte of every stored blob. */
function damageBlobs(data: string): void {
  for (const entry of readdirSync(join(data, 'blobs'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    if (bytes.length > 0) bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
  }
}
