import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tarOf } from '../archives.ts';
import { pushImageOf } from '../image-pusher.ts';
import { type KeyOwner, ownerHomes } from '../key-owner.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { assayClients, pythonClients, tufJsClients } from '../tuf/followers.ts';
import { expect, notaryUser, testFolder } from './trust-clients.ts';

/* Roles below roles, and tags spread over hash bins: written by the command line, read by stock clients. */

const interpreter = process.env['TUF_PYTHON'];
const kinds = [assayClients, tufJsClients, ...(interpreter ? [pythonClients(interpreter)] : [])];
const homes = ownerHomes();
const folder = testFolder();
const PASSPHRASES = {
  ASSAY_ROOT_PASSPHRASE: 'root passphrase 1',
  ASSAY_REPOSITORY_PASSPHRASE: 'targets passphrase 1',
  ASSAY_DELEGATION_PASSPHRASE: 'delegate passphrase 1',
};
let server: TestServer;
let owner: KeyOwner;
before(async () => {
  server = await startServer();
  owner = person();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  for (const kind of kinds) kind[Symbol.dispose]();
  homes[Symbol.dispose]();
  folder[Symbol.dispose]();
});

function person(): KeyOwner {
  const made = homes.next();
  mkdirSync(join(made.home, '.docker'));
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(made.home, '.docker', 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  return made;
}

async function did(who: KeyOwner, ...args: string[]): Promise<string> {
  const { status, out, err } = await who.assay(args, PASSPHRASES);
  assert.equal(status, 0, `assay ${args.join(' ')}: ${out}${err}`);
  return out + err;
}

async function refused(who: KeyOwner, text: RegExp, ...args: string[]): Promise<void> {
  const { status, out, err } = await who.assay(args, PASSPHRASES);
  assert.notEqual(status, 0, `assay ${args.join(' ')}: ${out}`);
  assert.match(err, text);
}

async function pushed(name: string, tags: readonly string[]): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for (const tag of tags) {
    const layer = tarOf([{ path: 'tag', content: Buffer.from(tag) }]);
    digests.set(tag, (await pushImageOf(server, name, [layer], {}, tag)).digest);
  }
  const patched = await server.fetch(`/api/v1/repositories/${encodeURIComponent(name)}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"visibility":"public"}',
  });
  assert.equal(patched.status, 200);
  return digests;
}

async function stored(image: string, file: string): Promise<{ signed: Record<string, unknown> } | undefined> {
  const answer = await server.fetch(`/v2/${image}/_trust/metadata/${file}`);
  return answer.ok ? ((await answer.json()) as { signed: Record<string, unknown> }) : undefined;
}

/** Every kind of client finds these tags as they were pushed and none of the others. */
async function allFind(
  image: string,
  digests: ReadonlyMap<string, string>,
  there: readonly string[],
  gone: readonly string[],
  at: string,
): Promise<void> {
  const base = `${server.url}/v2/${image}/_trust`;
  const root = Buffer.from(await (await server.fetch(`/v2/${image}/_trust/metadata/1.root.json`)).arrayBuffer());
  const door = {
    metadataUrl: `${base}/metadata/`,
    targetsUrl: `${base}/targets/`,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  for (const kind of kinds) {
    using follower = kind.follow(door, root);
    const visit = await follower.visit(there);
    if ('refusal' in visit) assert.fail(`${kind.name}, ${at}: ${visit.refusal}`);
    const found = visit.contents.map((text) => `sha256:${createHash('sha256').update(text).digest('hex')}`);
    assert.deepEqual(
      found,
      there.map((tag) => digests.get(tag)),
      `${kind.name}, ${at}`,
    );
    for (const tag of gone) assert.ok('refusal' in (await follower.visit([tag])), `${kind.name} refuses ${tag}, ${at}`);
  }
}

async function publicKey(who: KeyOwner, name: string): Promise<string> {
  const path = join(who.home, `${name}.pub`);
  await did(who, 'key', 'generate', name, '--public-key', path);
  return path;
}

test('tags spread over hash bins are found by every client, before and after signers come and go', async () => {
  const image = `${server.host}/team/binned`;
  const tags = Array.from({ length: 12 }, (_, index) => `v${index}`);
  const digests = await pushed('team/binned', tags);
  const named = (from: number, to: number) => tags.slice(from, to).map((tag) => `${image}:${tag}`);
  await did(owner, 'trust', 'sign', ...named(0, 8));
  await refused(owner, /power of two/, 'trust', 'delegate', image, '--bins', '12');
  assert.match(await did(owner, 'trust', 'delegate', image, '--bins', '8'), /stand in 8 bins/);
  const targets = await stored(image, '3.targets.json');
  assert.ok(targets);
  assert.deepEqual(targets.signed['targets'], {});
  assert.equal(
    (targets.signed['delegations'] as { succinct_roles: { bit_length: number } }).succinct_roles.bit_length,
    3,
  );
  await allFind(image, digests, tags.slice(0, 8), ['v9'], 'in bins');

  await did(owner, 'trust', 'sign', ...named(8, 9));
  assert.equal(await stored(image, '4.targets.json'), undefined, 'a signature goes into its bin alone');
  await did(owner, 'trust', 'revoke', `${image}:v2`);
  await allFind(image, digests, ['v0', 'v8'], ['v2'], 'signed and revoked in bins');
  await refused(
    owner,
    /stand in bins/,
    'trust',
    'delegate',
    image,
    'targets/qa',
    '--path',
    'v',
    '--key',
    await publicKey(owner, 'qa'),
  );

  const alice = person();
  await did(owner, 'trust', 'delegate', image, 'alice', '--key', await publicKey(alice, 'alice'));
  await allFind(image, digests, ['v0', 'v8'], ['v2', 'v9'], 'with a signer');
  await did(alice, 'trust', 'sign', ...named(9, 11));
  await allFind(image, digests, ['v0', 'v8', 'v9', 'v10'], ['v2'], 'signed by a signer into bins');
  await did(owner, 'trust', 'rotate', image, 'targets');
  await allFind(image, digests, ['v0', 'v8', 'v9', 'v10'], ['v2'], 'with a new repository key');
  await did(owner, 'trust', 'undelegate', image, 'alice');
  await allFind(image, digests, ['v0', 'v8'], ['v2', 'v9'], 'without the signer');
  await did(owner, 'trust', 'expire', image, 'targets');
  await did(owner, 'trust', 'delegate', image, '--bins', '1');
  await allFind(image, digests, ['v0', 'v8'], ['v2', 'v9'], 'in one file again');
  assert.match(await did(owner, 'trust', 'delegate', image, '--bins', '1'), /nothing to do/);
});

test('a role passes part of what it is trusted for on; notary and TUF clients read it, and nothing beyond', async () => {
  const image = `${server.host}/team/deep`;
  const digests = await pushed('team/deep', ['v1', 'rc-1', 'rc-night-1']);
  await did(owner, 'trust', 'sign', `${image}:v1`);
  const [qa, bot] = [person(), person()];
  const qaKey = await publicKey(qa, 'qa');
  const botKey = await publicKey(bot, 'nightly');
  await did(owner, 'trust', 'delegate', image, 'targets/qa', '--path', 'rc-', '--key', qaKey);
  const nightly = ['trust', 'delegate', image, 'targets/qa/nightly', '--key', botKey, '--path'];
  await refused(qa, /cannot pass on every name/, ...nightly.slice(0, -1));
  await refused(qa, /cannot pass on v/, ...nightly, 'v');
  await did(qa, ...nightly, 'rc-night-');
  await did(qa, 'trust', 'sign', `${image}:rc-1`, '--role', 'targets/qa');
  await did(bot, 'trust', 'sign', `${image}:rc-night-1`, '--role', 'targets/qa/nightly');
  await refused(
    bot,
    /trusted for names that begin with rc-night-/,
    'trust',
    'sign',
    `${image}:rc-1`,
    '--role',
    'targets/qa/nightly',
  );
  await allFind(image, digests, ['v1', 'rc-1', 'rc-night-1'], ['rc-2'], 'two levels');

  const authority = readFileSync(join(server.directory, 'tls', 'ca.crt'), 'utf8');
  const reader = notaryUser(folder.path, server.url.replace('http:', 'https:'), authority);
  const listed = await reader.run(['list', image]);
  expect(listed, 0, /rc-night-1\s+[0-9a-f]{64}\s+\d+\s+targets\/qa\/nightly/);
  expect(listed, 0, /rc-1\s+[0-9a-f]{64}\s+\d+\s+targets\/qa/);

  await did(qa, 'trust', 'undelegate', image, 'targets/qa/nightly');
  await allFind(image, digests, ['v1', 'rc-1'], ['rc-night-1'], 'taken back');
  await did(qa, ...nightly, 'rc-night-');
  await did(bot, 'trust', 'sign', `${image}:rc-night-1`, '--role', 'targets/qa/nightly');
  await allFind(image, digests, ['rc-night-1'], [], 'given again');
});
