import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ChildServer, startChildServer } from '../child-server.ts';
import { craft, craftKey } from '../notary-craft.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { command, type CommandResult, succeed } from './command.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import {
  buildContext,
  type DockerClient,
  dockerClients,
  type DockerUser,
  dockerUser,
  testFolder,
  expect,
} from './trust-clients.ts';

const folder = testFolder();
const clients = await dockerClients();
let engine: DockerEngine;
let server: TestServer;
before(async () => {
  engine = await dockerEngine();
  server = await startServer({ trustedProxies: ['127.0.0.1'] });
});
const children: ChildServer[] = [];
after(async () => {
  for (const child of children) if (child.process.exitCode === null) await child.kill();
  await server[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const PASSPHRASES = {
  ASSAY_ROOT_PASSPHRASE: 'the root of all of it 1',
  ASSAY_REPOSITORY_PASSPHRASE: 'a repository passphrase 1',
};

interface Answer {
  status: number;
  body: Buffer;
}

/** Somebody between client and server who may change what the trust server answers. */
interface Interceptor extends AsyncDisposable {
  readonly host: string;
  tamper: (path: string, answer: Answer) => Answer;
}

async function intercept(): Promise<Interceptor> {
  const folderOf = (name: string) => readFileSync(join(server.directory, 'tls', name));
  const interceptor = { host: '', tamper: (_path: string, answer: Answer) => answer };
  const between = createHttpsServer(
    { cert: folderOf('server.crt'), key: folderOf('server.key') },
    (asked, response) => {
      forward(asked).then(
        ({ answer, headers }) => {
          const path = asked.url ?? '';
          const given = path.includes('/_trust/') ? interceptor.tamper(path, answer) : answer;
          const length = asked.method === 'HEAD' ? headers['content-length'] : given.body.length;
          response.writeHead(given.status, {
            ...headers,
            ...(length !== undefined && { 'content-length': String(length) }),
          });
          response.end(given.body);
        },
        () => response.destroy(),
      );
    },
  );
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  interceptor.host = `127.0.0.1:${(between.address() as AddressInfo).port}`;
  return Object.assign(interceptor, {
    [Symbol.asyncDispose]: async () => {
      between.closeAllConnections();
      await new Promise((resolve) => between.close(resolve));
    },
  });
}

function forward(
  asked: IncomingMessage,
): Promise<{ answer: Answer; headers: Record<string, string | string[] | undefined> }> {
  return new Promise((resolve, reject) => {
    const onward = httpRequest(
      new URL(asked.url ?? '/', server.url),
      { method: asked.method, headers: { ...asked.headers, 'x-forwarded-proto': 'https' } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const { 'transfer-encoding': _, ...headers } = answer.headers;
          resolve({ answer: { status: answer.statusCode ?? 500, body: Buffer.concat(chunks) }, headers });
        });
      },
    );
    onward.on('error', reject);
    asked.pipe(onward);
  });
}

function assay(env: NodeJS.ProcessEnv): (...args: string[]) => Promise<CommandResult> {
  return (...args) =>
    command(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), ...args], {
      cwd: folder.path,
      env: {
        ASSAY_USER: 'admin',
        ASSAY_PASSWORD: ADMIN_PASSWORD,
        ASSAY_CONTENT_TRUST: '1',
        NODE_EXTRA_CA_CERTS: join(server.directory, 'tls', 'ca.crt'),
        ...env,
      },
    });
}

/** The environment of a program whose clock is some days behind. */
function inThePast(days: number): Record<string, string> {
  const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
  assert.ok(library, 'faketime is installed');
  return { LD_PRELOAD: library, FAKETIME: `-${days}d` };
}

for (const client of clients) describe(`docker ${client.version} between client and server`, () => attacks(client));

function attacks(client: DockerClient): void {
  test('a changed byte, a lower version, another key, an error: each is told apart', async () => {
    await using between = await intercept();
    const image = `${between.host}/attacked${client.version.replace('.', '')}/app`;
    const owner = await dockerUser(folder.path, client, engine, between.host);
    for (const tag of ['1', '2']) {
      expect(
        await owner.run(['build', '-q', '-t', `${image}:${tag}`, buildContext(folder.path, tag)], { trust: false }),
        0,
        '',
      );
      if (tag === '1') expect(await owner.run(['push', `${image}:1`]), 0, 'Successfully signed');
    }
    const old = new Map<string, Buffer>();
    between.tamper = (path, answer) => {
      if (answer.status === 200 && path.includes('.json')) old.set(path, answer.body);
      return answer;
    };
    const warm = await dockerUser(folder.path, client, engine, between.host);
    const home = join(warm.home, 'assay');
    const reader = assay({ HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') });
    const pull = () => warm.run(['pull', `${image}:1`]);
    const check = () => reader('pull', `${image}:1`, `oci:${join(folder.path, 'out')}`);
    expect(await pull(), 0, 'Pull (1 of 1)');
    expect(await check(), 0, 'is signed by targets');
    const early = new Map(old);
    expect(await owner.run(['push', `${image}:2`]), 0, 'Successfully signed');
    expect(await pull(), 0, 'Pull (1 of 1)');
    expect(await check(), 0, 'is signed by targets');

    between.tamper = (path, answer) => ({ ...answer, body: early.get(path) ?? answer.body });
    expect(await pull(), 1, 'trust data version is lower than expected');
    expect(await check(), 1, 'older state than this machine has seen');

    const stranger = craftKey();
    between.tamper = (path, answer) => {
      if (!path.endsWith('/timestamp.json') || answer.status !== 200) return answer;
      const { signed, signatures } = JSON.parse(answer.body.toString()) as {
        signed: Record<string, unknown>;
        signatures: { keyid: string }[];
      };
      const forged = Buffer.from(craft({ ...signed, version: 1000 }, { ...stranger, id: signatures[0]!.keyid }));
      return { ...answer, body: forged };
    };
    expect(await pull(), 1, 'insufficient signatures');
    expect(await check(), 1, 'not those of the keys that must sign');

    const fresh = async () => {
      const somebody = await dockerUser(folder.path, client, engine, between.host);
      return somebody.run(['pull', `${image}:1`]);
    };
    const freshAssay = (name: string) => {
      const own = join(folder.path, `${name}-${client.version}`);
      return assay({ HOME: own, XDG_DATA_HOME: own, XDG_CACHE_HOME: own })(
        'pull',
        `${image}:1`,
        `oci:${join(folder.path, 'out')}`,
      );
    };
    between.tamper = (path, answer) =>
      /\/targets\.[0-9a-f]{64}\.json$/.test(path)
        ? { ...answer, body: Buffer.from(answer.body.toString().replace('"length":', '"lengtH":')) }
        : answer;
    // docker checks the hashes in no fixed order.
    expect(await fresh(), 1, /sha(?:256|512) checksum for targets did not match/);
    expect(await freshAssay('changed'), 1, 'not what was signed');

    between.tamper = (_path, answer) => ({ ...answer, status: 503, body: Buffer.from('busy') });
    expect(await fresh(), 1, /503/);
    expect(await freshAssay('down'), 3, '503');

    between.tamper = (_path, answer) => ({
      ...answer,
      status: 404,
      body: Buffer.from(
        '{"errors":[{"code":"METADATA_NOT_FOUND","message":"You have requested metadata that does not exist."}]}',
      ),
    });
    expect(await fresh(), 1, 'remote trust data does not exist');
    expect(await freshAssay('gone'), 1, 'nobody has signed this repository');
  });

  test('what the server signs is renewed when it has expired; a frozen copy is refused', async () => {
    const directory = join(folder.path, `past-${client.version}`);
    // Three weeks ago: the timestamp is good for two.
    const past = await startChildServer(directory, inThePast(21));
    children.push(past);
    const host = new URL(past.url).host;
    const owner: DockerUser = await dockerUser(folder.path, client, engine, host);
    const image = `${host}/team/frozen`;
    expect(
      await owner.run(['build', '-q', '-t', `${image}:1`, buildContext(folder.path, 'frozen')], { trust: false }),
      0,
      '',
    );
    expect(await owner.run(['push', `${image}:1`], { trust: false }), 0, 'digest:');
    const publisher = join(folder.path, `publisher-${client.version}`);
    const then = assay({ HOME: publisher, XDG_DATA_HOME: publisher, ...PASSPHRASES, ...inThePast(21) });
    expect(await then('trust', 'sign', `${image}:1`), 0, 'signed');
    // Its clock stands still in the past: clients see that what it shows has expired.
    const reader = await dockerUser(folder.path, client, engine, host);
    expect(await reader.run(['pull', `${image}:1`]), 1, 'out-of-date: timestamp expired at');
    const home = join(folder.path, `frozen-${client.version}`);
    const enforcing = assay({ HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home });
    expect(await enforcing('pull', `${image}:1`, `oci:${join(folder.path, 'out')}`), 1, '(freeze)');
    await past.kill();
    const now = await startChildServer(directory, { ASSAY_LISTEN: host });
    children.push(now);
    try {
      expect(await reader.run(['pull', `${image}:1`]), 0, 'Pull (1 of 1)');
      const basic = `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`;
      const timestamp = await fetch(`${now.url}/v2/${image}/_trust/tuf/timestamp.json`, {
        headers: { authorization: basic },
      });
      assert.equal(((await timestamp.json()) as { signed: { version: number } }).signed.version > 1, true);
      expect(await enforcing('pull', `${image}:1`, `oci:${join(folder.path, 'out')}`), 0, 'is signed by targets');
    } finally {
      await now.stop();
    }
    await succeed('rm', ['-rf', directory]);
  });
}
