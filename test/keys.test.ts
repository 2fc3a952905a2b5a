import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { ownerHomes } from './key-owner.ts';
import { softToken, TOKEN_PIN, withoutToken } from './soft-token.ts';

const homes = ownerHomes();
after(() => homes[Symbol.dispose]());

const ROOT = { ASSAY_ROOT_PASSPHRASE: 'root passphrase 1' };
const SIGNER = { ASSAY_REPOSITORY_PASSPHRASE: 'signer passphrase 1' };

interface ListedKey {
  readonly id: string;
  readonly store: string;
  readonly role?: string;
  readonly location: string;
  readonly algorithm?: string;
}

test('keys are made, listed without a passphrase, and moved to another machine in one sealed file', async () => {
  const [before, later] = [homes.next(), homes.next()];
  const root = await before.assay(['key', 'generate', 'root'], ROOT);
  assert.equal(root.status, 0, root.err);
  assert.match(root.err, /Back it up now: assay key backup/);
  const alice = await before.assay(
    ['key', 'generate', 'alice', '--store', 'docker', '--public-key', 'alice.pub'],
    SIGNER,
  );
  assert.equal(alice.status, 0, alice.err);
  assert.match(readFileSync(join(before.home, 'alice.pub'), 'utf8'), /^-----BEGIN PUBLIC KEY-----\nrole: alice\n\n/);
  const listed = JSON.parse((await before.assay(['key', 'list', '--format', 'json'])).out) as { items: ListedKey[] };
  assert.deepEqual(
    listed.items.map(({ role, store, algorithm }) => [role, store, algorithm]),
    [
      ['root', 'assay', 'ecdsa-p256'],
      ['alice', 'docker', undefined],
    ],
  );
  for (const { location } of listed.items) assert.equal(statSync(location).mode & 0o777, 0o600);

  const backup = { ASSAY_BACKUP_PASSPHRASE: 'backup passphrase 1' };
  const file = join(before.home, 'keys.backup');
  const made = await before.assay(['key', 'backup', file], backup);
  assert.equal(made.out, `2 keys in ${file}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  for (const { id } of listed.items) assert.ok(!text.includes(id), 'the backup shows no ids');
  assert.equal((await before.assay(['key', 'backup', file], backup)).status, 2);

  const wrong = await later.assay(['key', 'restore', file], { ASSAY_BACKUP_PASSPHRASE: 'not this one' });
  assert.deepEqual([wrong.status, wrong.err], [2, 'assay: wrong passphrase for the backup\n']);
  const restored = await later.assay(['key', 'restore', file], backup);
  assert.equal(restored.status, 0, restored.err);
  const exported = await later.assay(['key', 'export', 'root', '--output', 'root.pem'], ROOT);
  assert.equal(exported.status, 0, exported.err);
  assert.match(
    readFileSync(join(later.home, 'root.pem'), 'utf8'),
    /^-----BEGIN ENCRYPTED PRIVATE KEY-----\npath: [0-9a-f]{64}\nrole: root\n\n/,
  );
  assert.equal(statSync(join(later.home, 'root.pem')).mode & 0o777, 0o600);
  const publicHalf = await later.assay(['key', 'export', 'alice', '--public'], SIGNER);
  assert.equal(publicHalf.out, readFileSync(join(before.home, 'alice.pub'), 'utf8'));
});

test('passphrases: too weak, wrong, missing and changed', async () => {
  const owner = homes.next();
  const weak = await owner.assay(['key', 'generate', 'root'], { ASSAY_ROOT_PASSPHRASE: 'aaaaaaaaaaaaaaaa' });
  assert.deepEqual(
    [weak.status, weak.err],
    [2, 'assay: the passphrase for the root key is too weak: it repeats a few characters\n'],
  );
  const none = await owner.assay(['key', 'generate', 'root']);
  assert.equal(none.status, 2);
  assert.match(none.err, /no terminal .* --passphrase-file or ASSAY_ROOT_PASSPHRASE/);
  assert.equal((await owner.assay(['key', 'list'])).out, '');

  writeFileSync(join(owner.home, 'p'), 'a passphrase of a file\n');
  const made = await owner.assay(['key', 'generate', 'root', '--passphrase-file', 'p']);
  assert.equal(made.status, 0, made.err);
  // docker's variable is looked at as well; the right one of two fits.
  const both = { DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE: 'a passphrase of a file', ASSAY_ROOT_PASSPHRASE: 'another' };
  assert.equal((await owner.assay(['key', 'export', 'root'], both)).status, 0);
  const wrong = await owner.assay(['key', 'export', 'root'], ROOT);
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /^assay: wrong passphrase for the root key [0-9a-f]{12}\n$/);

  const changed = await owner.assay(['key', 'password', 'root', '--passphrase-file', 'p'], {
    ASSAY_NEW_PASSPHRASE: 'a newer passphrase',
  });
  assert.equal(changed.status, 0, changed.err);
  assert.equal((await owner.assay(['key', 'export', 'root', '--passphrase-file', 'p'])).status, 2);
  assert.equal(
    (await owner.assay(['key', 'export', 'root'], { ASSAY_ROOT_PASSPHRASE: 'a newer passphrase' })).status,
    0,
  );
});

test('the last copy of a root key stays unless forced; others go after asking', async () => {
  const owner = homes.next();
  await owner.assay(['key', 'generate', 'root'], ROOT);
  await owner.assay(['key', 'generate', 'alice'], SIGNER);
  const refused = await owner.assay(['key', 'remove', 'root', '--yes']);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /last copy of a root key; back it up first/);
  assert.match((await owner.assay(['key', 'remove', 'alice'])).err, /no terminal/);
  assert.equal((await owner.assay(['key', 'remove', 'alice', '--yes'])).status, 0);

  await owner.assay(['key', 'export', 'root', '--output', 'root.pem'], ROOT);
  const copy = await owner.assay(['key', 'import', 'root.pem', '--store', 'docker'], ROOT);
  assert.equal(copy.status, 0, copy.err);
  const removed = await owner.assay(['key', 'remove', 'root', '--store', 'assay', '--yes']);
  assert.equal(removed.status, 0, removed.err);
  assert.equal((await owner.assay(['key', 'remove', 'root', '--yes'])).status, 1);
  assert.equal((await owner.assay(['key', 'remove', 'root', '--yes', '--force'])).status, 0);
  assert.match((await owner.assay(['key', 'remove', 'root'])).err, /there is no key root in /);
});

test('keys of other tools are taken in; what others can read or cannot be used is refused', async () => {
  const owner = homes.next();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(owner.home, 'ec.pem'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  assert.match((await owner.assay(['key', 'import', 'ec.pem'], SIGNER)).err, /use --role/);
  const taken = await owner.assay(['key', 'import', 'ec.pem', '--role', 'bob', '--format', 'json'], SIGNER);
  assert.equal(taken.status, 0, taken.err);
  const [bob] = (JSON.parse(taken.out) as { items: ListedKey[] }).items;
  const again = await owner.assay(['key', 'import', 'ec.pem', '--role', 'bob'], SIGNER);
  assert.match(again.err, /already/);
  chmodSync(bob!.location, 0o644);
  const exposed = await owner.assay(['key', 'export', 'bob'], SIGNER);
  assert.equal(exposed.status, 2);
  assert.match(exposed.err, /others can read .*chmod 600/);
  const listed = await owner.assay(['key', 'list']);
  assert.equal(listed.status, 1);
  assert.match(listed.err, /others can read/);
  writeFileSync(join(owner.home, 'bad.pem'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  assert.equal((await owner.assay(['key', 'import', 'bad.pem', '--role', 'x'], SIGNER)).status, 2);
});

test('no passphrase and no private key is ever printed with an error', async () => {
  const owner = homes.next();
  await owner.assay(['key', 'generate', 'root'], ROOT);
  const secrets = ['root passphrase 1', 'something wrong 7'];
  for (const args of [
    ['key', 'export', 'root'],
    ['key', 'password', 'root'],
    ['key', 'restore', 'nothing'],
  ]) {
    const { out, err } = await owner.assay(args, { ASSAY_ROOT_PASSPHRASE: secrets[1]!, ASSAY_DEBUG: '1' });
    for (const secret of secrets) assert.ok(!`${out}${err}`.includes(secret));
    assert.ok(!`${out}${err}`.includes('PRIVATE KEY'));
  }
});

test('the guide to moving keys works as it stands', async () => {
  const machines = { old: homes.next(), new: homes.next() };
  const given = {
    ...ROOT,
    ...SIGNER,
    ASSAY_BACKUP_PASSPHRASE: 'backup passphrase 1',
    ASSAY_NEW_PASSPHRASE: 'a newer passphrase',
  };
  assert.equal((await machines.old.assay(['key', 'generate', 'root'], given)).status, 0);
  const targets = ['key', 'generate', 'targets', '--gun', 'registry.example/team/app'];
  assert.equal((await machines.old.assay(targets, given)).status, 0);
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'guide', 'moving-your-keys.md'), 'utf8');
  const lines = page.split('\n').filter((line) => /^ {4}assay /.test(line));
  assert.ok(lines.length >= 8);
  for (const line of lines) {
    const [text = '', comment = ''] = line.split('#');
    const here = comment.includes('new machine') ? machines.new : machines.old;
    const args = text.trim().split(/\s+/).slice(1);
    // Nobody sits at the terminal to type the confirmation.
    const result = await here.assay(args.includes('remove') ? [...args, '--yes'] : args, given);
    assert.equal(result.status, 0, `${line}: ${result.err}`);
    for (const file of ['keys.backup', 'targets.pem'])
      for (const from of [machines.old, machines.new]) {
        const to = from === machines.old ? machines.new : machines.old;
        if (existsSync(join(from.home, file)) && !existsSync(join(to.home, file)))
          copyFileSync(join(from.home, file), join(to.home, file));
      }
  }
  assert.deepEqual((await machines.old.assay(['key', 'list'])).out.match(/docker|assay/g), ['assay', 'docker']);
});

test('keys on a token, from the command line', { skip: withoutToken }, async () => {
  using token = softToken();
  const owner = homes.next();
  const environment = { ...token.environment, ASSAY_PKCS11_MODULE: token.module };
  const pin = { ...environment, ASSAY_PKCS11_PIN: TOKEN_PIN };
  const wrong = await owner.assay(['key', 'generate', 'root', '--store', 'pkcs11'], {
    ...environment,
    ASSAY_PKCS11_PIN: '000000',
  });
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /^assay: wrong PIN for the token in /m);
  const made = await owner.assay(['key', 'generate', 'root', '--store', 'pkcs11'], pin);
  assert.equal(made.status, 0, made.err);
  assert.match(made.err, /A key on a token has no backup/);
  const listed = await owner.assay(['key', 'list', '--format', 'json'], environment);
  const [key] = (JSON.parse(listed.out) as { items: ListedKey[] }).items;
  assert.deepEqual([key?.role, key?.store, key?.algorithm], ['root', 'pkcs11', 'ecdsa-p256']);
  assert.match((await owner.assay(['key', 'export', 'root', '--public'], environment)).out, /BEGIN PUBLIC KEY/);
  assert.match((await owner.assay(['key', 'export', 'root'], pin)).err, /does not leave its token/);
  assert.match((await owner.assay(['key', 'remove', 'root', '--yes'], pin)).err, /last copy of a root key/);
  assert.equal((await owner.assay(['key', 'remove', 'root', '--yes', '--force'], pin)).status, 0);
  assert.match(
    (await owner.assay(['key', 'list'], { ...environment, ASSAY_PKCS11_MODULE: '/no/module.so' })).err,
    /cannot load/,
  );
});

test('where Node has no FFI, a token is refused in words that help', { skip: withoutToken }, async () => {
  const { status, err } = await homes.next().assay(['key', 'list'], {
    ASSAY_PKCS11_MODULE: '/usr/lib/softhsm/libsofthsm2.so',
    NODE_OPTIONS: '--no-experimental-ffi',
  });
  assert.equal(status, 2, err);
  assert.match(err, /^assay: PKCS#11 needs node:ffi, which Node [\d.]+ lacks/m);
});

/** Types at a terminal: each answer once its question stands there. Uses script(1), which makes one. */
async function typing(home: string, args: readonly string[], answers: readonly (readonly [RegExp, string])[]) {
  const line = [process.execPath, join(import.meta.dirname, '..', 'src', 'main.ts'), ...args].map(
    (each) => `'${each}'`,
  );
  const child = spawn('script', ['-qec', line.join(' '), '/dev/null'], {
    cwd: home,
    env: { HOME: home, PATH: process.env['PATH'], NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let from = 0;
  const left = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    shown += stripVTControlCharacters(chunk.toString());
    const next = left[0];
    if (!next || !next[0].test(shown.slice(from))) return;
    from = shown.length;
    left.shift();
    child.stdin.write(`${next[1]}\r`);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [status] = (await once(child, 'close')) as [number];
  clearTimeout(timer);
  return { status, shown, left: left.length };
}

const script = existsSync('/usr/bin/script') ? false : 'script(1) is not installed';

test('at a terminal a new passphrase is typed twice and a wrong one asked for again, without echo', {
  skip: script,
}, async () => {
  const { home } = homes.next();
  const made = await typing(
    home,
    ['key', 'generate', 'root'],
    [
      [/New passphrase for the root key: $/, 'short'],
      [/New passphrase for the root key: $/, 'typed passphrase 1'],
      [/Once more: $/, 'typed passphrase 2'],
      [/New passphrase for the root key: $/, 'typed passphrase 1'],
      [/Once more: $/, 'typed passphrase 1'],
    ],
  );
  assert.deepEqual([made.status, made.left], [0, 0], made.shown);
  assert.match(made.shown, /too weak: it has fewer than 10 characters/);
  assert.match(made.shown, /the two are not equal/);
  const opened = await typing(
    home,
    ['key', 'export', 'root'],
    [
      [/Passphrase of the root key [0-9a-f]{12}: $/, 'typed passphrase 3'],
      [/that was wrong; once more\s+Passphrase of the root key [0-9a-f]{12}: $/, 'typed passphrase 1'],
    ],
  );
  assert.deepEqual([opened.status, opened.left], [0, 0], opened.shown);
  assert.match(opened.shown, /BEGIN ENCRYPTED PRIVATE KEY/);
  for (const { shown } of [made, opened]) assert.ok(!shown.includes('typed passphrase'), 'nothing typed is shown');
  const given = await typing(
    home,
    ['key', 'export', 'root'],
    [
      [/Passphrase of/, 'a'],
      [/once more/, 'b'],
      [/once more/, 'c'],
    ],
  );
  assert.equal(given.status, 2);
  assert.match(given.shown, /assay: wrong passphrase for the root key/);
});
