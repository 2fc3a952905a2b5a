import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tarOf } from '../archives.ts';
import { pushImageOf } from '../image-pusher.ts';
import { type KeyOwner, ownerHomes } from '../key-owner.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { assayClients, pythonClients, tufJsClients } from '../tuf/followers.ts';
import type { ServedRepository } from '../tuf/serve.ts';

/*
 * Stock TUF clients follow what a running server publishes under `_trust/metadata/`, signed by its owner with the command
 * line. Between them and the server stands somebody who can answer in the server's place.
 */

const interpreter = process.env['TUF_PYTHON'];
const kinds = [assayClients, tufJsClients, ...(interpreter ? [pythonClients(interpreter)] : [])];
const homes = ownerHomes();
after(() => {
  for (const kind of kinds) kind[Symbol.dispose]();
  homes[Symbol.dispose]();
});

const PASSPHRASES = { ASSAY_ROOT_PASSPHRASE: 'root passphrase 1', ASSAY_REPOSITORY_PASSPHRASE: 'targets passphrase 1' };

async function did(owner: KeyOwner, ...args: string[]): Promise<string> {
  const { status, out, err } = await owner.assay(args, PASSPHRASES);
  assert.equal(status, 0, `assay ${args.join(' ')}: ${out}${err}`);
  return out;
}

function signedIn(owner: KeyOwner, server: TestServer): void {
  mkdirSync(join(owner.home, '.docker'));
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(owner.home, '.docker', 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
}

interface Between extends ServedRepository {
  /** Answers given in the server's place, by the end of the path. */
  readonly instead: Map<string, Uint8Array | undefined>;
  /** The server's own answer. */
  original(path: string): Promise<Uint8Array | undefined>;
}

/** Passes requests on to the server's repository of a GUN, or answers in its place. */
async function between(server: TestServer, gun: string): Promise<Between> {
  const instead = new Map<string, Uint8Array | undefined>();
  const original = async (path: string) => {
    const answer = await fetch(`${server.url}/v2/${gun}/_trust/${path}`);
    return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()) : undefined;
  };
  const proxy = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    const found = instead.has(path) ? Promise.resolve(instead.get(path)) : original(path);
    found.then(
      (bytes) => response.writeHead(bytes ? 200 : 404).end(bytes),
      () => response.destroy(),
    );
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    metadataUrl: `${base}/metadata/`,
    targetsUrl: `${base}/targets/`,
    instead,
    original,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

test('clients follow a server through 20 changes, 5 new roots and a delegation, and refuse what is put in its place', async () => {
  await using server = await startServer();
  const image = `${server.host}/team/app`;
  const owner = homes.next();
  signedIn(owner, server);
  const digests = new Map<string, string>();
  for (let tag = 1; tag <= 14; tag++) {
    const layer = tarOf([{ path: 'tag', content: Buffer.from(`v${tag}`) }]);
    digests.set(`v${tag}`, (await pushImageOf(server, 'team/app', [layer], {}, `v${tag}`)).digest);
  }
  const patched = await server.fetch('/api/v1/repositories/team%2Fapp', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"visibility":"public"}',
  });
  assert.equal(patched.status, 200);
  await did(owner, 'trust', 'init', image);
  await using door = await between(server, image);
  const first = await door.original('metadata/1.root.json');
  assert.ok(first);
  const newFollower = (kind: (typeof kinds)[number]) => ({ name: kind.name, follower: kind.follow(door, first) });
  const followers = kinds.map(newFollower);

  let tag = 0;
  const sign = () => did(owner, 'trust', 'sign', `${image}:v${++tag}`);
  const delegate = async () => {
    await did(owner, 'key', 'generate', 'alice');
    writeFileSync(join(owner.home, 'alice.pub'), await did(owner, 'key', 'export', 'alice', '--public'));
    await did(owner, 'trust', 'delegate', image, 'alice', '--key', join(owner.home, 'alice.pub'));
  };
  /** A role stands for a new key of it, and so for a new root. */
  const changes =
    'sign sign sign timestamp sign snapshot sign sign targets sign root sign sign root sign delegate sign sign sign sign'.split(
      ' ',
    );
  assert.equal(changes.length, 20);
  const believes = async ({ name, follower }: (typeof followers)[number], wanted: readonly string[], at: string) => {
    const visit = await follower.visit(wanted);
    if ('refusal' in visit) assert.fail(`${name}, ${at}: ${visit.refusal}`);
    assert.deepEqual(
      visit.contents.map(sha256),
      wanted.map((each) => digests.get(each)),
      `${name}, ${at}`,
    );
  };
  const timestamps: Uint8Array[] = [];
  for (const [index, change] of changes.entries()) {
    if (change === 'sign') await sign();
    else if (change === 'delegate') await delegate();
    else await did(owner, 'trust', 'rotate', image, change);
    timestamps.push((await door.original('metadata/timestamp.json'))!);
    for (const each of followers) await believes(each, ['v1', `v${tag}`], `change ${index + 1}`);
  }
  for (const kind of kinds) await believes(newFollower(kind), ['v1', 'v7', `v${tag}`], 'first visit at the end');
  assert.ok(await door.original('metadata/6.root.json'), 'five roots after the first');

  const snapshot = JSON.parse(Buffer.from(timestamps.at(-1)!).toString()) as {
    signed: { meta: { 'snapshot.json': { version: number } } };
  };
  const version = snapshot.signed.meta['snapshot.json'].version;
  const hash = digests.get('v14')!.slice('sha256:'.length);
  const good = (await door.original('metadata/timestamp.json'))!;
  const attacks: readonly (readonly [what: string, path: string, bytes: Uint8Array | undefined, newcomers: boolean])[] =
    [
      ['an older timestamp', 'metadata/timestamp.json', timestamps[15], false],
      [
        'a changed timestamp',
        'metadata/timestamp.json',
        Buffer.from(Buffer.from(good).toString().replace('"version":', '"version":1')),
        true,
      ],
      ['no timestamp', 'metadata/timestamp.json', undefined, true],
      [
        'the snapshot of before',
        `metadata/${version}.snapshot.json`,
        await door.original(`metadata/${version - 1}.snapshot.json`),
        true,
      ],
      ['no snapshot', `metadata/${version}.snapshot.json`, undefined, true],
      ['the first root in the place of the next', 'metadata/2.root.json', first, true],
      ['another manifest under the tag', `targets/${hash}.v14`, Buffer.from('{"evil":true}'), true],
    ];
  for (const [what, path, bytes, newcomers] of attacks) {
    door.instead.set(path, bytes);
    const visitors = newcomers ? kinds.map(newFollower) : followers;
    for (const { name, follower } of visitors)
      assert.ok('refusal' in (await follower.visit(['v14'])), `${name} refuses ${what}`);
    door.instead.clear();
  }
  for (const each of followers) await believes(each, ['v14'], 'after the attacks');
});
