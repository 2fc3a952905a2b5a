import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { eraseCredential, findCredential, storeCredential } from './docker-config.ts';

const HOST = 'registry.example:5000';
const basic = (name: string, password: string) => Buffer.from(`${name}:${password}`).toString('base64');

function folder(t: TestContext, config?: unknown): { environment: NodeJS.ProcessEnv; file: string; path: string } {
  const path = mkdtempSync(join(tmpdir(), 'assay-config-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const file = join(path, 'config.json');
  if (config !== undefined) writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  return { environment: { DOCKER_CONFIG: path, PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}` }, file, path };
}

/** A helper that keeps what it is told in a file beside it. */
function helper(path: string, name: string): void {
  const script = `#!/bin/sh
case "$1" in
  store) cat > "${path}/kept";;
  get) cat > "${path}/asked"; [ -f "${path}/kept" ] && cat "${path}/kept" || { echo "credentials not found in native keychain"; exit 1; };;
  erase) cat > /dev/null; rm -f "${path}/kept";;
esac
`;
  writeFileSync(join(path, `docker-credential-${name}`), script);
  chmodSync(join(path, `docker-credential-${name}`), 0o755);
}

test('auths: password, identity token, host with scheme and path, docker.io', async (t) => {
  const { environment } = folder(t, {
    auths: {
      [HOST]: { auth: basic('dana', 'pa:ss') },
      'token.example': { auth: basic('<token>', 'ignored'), identitytoken: 'refresh-1' },
      'https://old.example/v1/': { auth: basic('old', 'pw') },
      'https://index.docker.io/v1/': { auth: basic('hub', 'pw') },
      'parts.example': { username: 'u', password: 'p' },
      'empty.example': {},
    },
  });
  const find = findCredential(environment);
  assert.deepEqual(await find(HOST), { kind: 'password', name: 'dana', password: 'pa:ss' });
  assert.deepEqual(await find('token.example'), { kind: 'refresh', token: 'refresh-1' });
  assert.deepEqual(await find('old.example'), { kind: 'password', name: 'old', password: 'pw' });
  assert.deepEqual(await find('docker.io'), { kind: 'password', name: 'hub', password: 'pw' });
  assert.deepEqual(await find('registry-1.docker.io'), { kind: 'password', name: 'hub', password: 'pw' });
  assert.deepEqual(await find('parts.example'), { kind: 'password', name: 'u', password: 'p' });
  assert.equal(await find('empty.example'), undefined);
  assert.equal(await find('registry.example'), undefined, 'the port belongs to the host');
});

test('the environment goes before every file', async (t) => {
  const { environment } = folder(t, { auths: { [HOST]: { auth: basic('dana', 'x') } } });
  const with_ = (more: NodeJS.ProcessEnv) => findCredential({ ...environment, ...more })(HOST);
  assert.deepEqual(await with_({ ASSAY_USER: 'ci', ASSAY_PASSWORD: 'p' }), {
    kind: 'password',
    name: 'ci',
    password: 'p',
  });
  assert.deepEqual(await with_({ ASSAY_TOKEN: 'asy_pat_1' }), {
    kind: 'password',
    name: '<token>',
    password: 'asy_pat_1',
  });
  assert.deepEqual(await with_({ ASSAY_PASSWORD: 'without a name' }), {
    kind: 'password',
    name: 'dana',
    password: 'x',
  });
});

test('storing keeps what else is in the file, a link a link, and the mode private', async (t) => {
  const { environment, file, path } = folder(t);
  writeFileSync(
    join(path, 'real.json'),
    JSON.stringify({ proxies: { default: {} }, auths: { 'other.example': { auth: 'eA==' } } }),
  );
  symlinkSync('real.json', file);
  assert.equal(await storeCredential(HOST, { name: 'dana', password: 'secret' }, environment), file);
  assert.ok(lstatSync(file).isSymbolicLink());
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const written = JSON.parse(readFileSync(file, 'utf8')) as { auths: Record<string, unknown>; proxies: unknown };
  assert.deepEqual(Object.keys(written.auths), ['other.example', HOST]);
  assert.deepEqual(written.proxies, { default: {} });
  assert.deepEqual(await findCredential(environment)(HOST), { kind: 'password', name: 'dana', password: 'secret' });
  assert.equal(await eraseCredential(HOST, environment), true);
  assert.equal(await eraseCredential(HOST, environment), false);
  assert.equal(await findCredential(environment)(HOST), undefined);
});

test('a credential helper keeps the secret, and the file does not', async (t) => {
  const { environment, file, path } = folder(t, { credsStore: 'test' });
  helper(path, 'test');
  assert.equal(await findCredential(environment)(HOST), undefined);
  assert.equal(
    await storeCredential(HOST, { name: 'dana', password: 'secret' }, environment),
    'docker-credential-test',
  );
  assert.doesNotMatch(readFileSync(file, 'utf8'), /secret|ZGFuYT/);
  assert.deepEqual(await findCredential(environment)(HOST), { kind: 'password', name: 'dana', password: 'secret' });
  assert.equal(readFileSync(join(path, 'asked'), 'utf8'), HOST);
  assert.equal(await eraseCredential(HOST, environment), true);
  assert.equal(await findCredential(environment)(HOST), undefined);
});

test('credHelpers of a host go before the store of all, and a token user means a refresh token', async (t) => {
  const { environment, path } = folder(t, { credsStore: 'missing', credHelpers: { [HOST]: 'own' } });
  helper(path, 'own');
  writeFileSync(join(path, 'kept'), JSON.stringify({ Username: '<token>', Secret: 'refresh-2' }));
  assert.deepEqual(await findCredential(environment)(HOST), { kind: 'refresh', token: 'refresh-2' });
  await assert.rejects(
    findCredential(environment)('other.example'),
    /docker-credential-missing, which is not installed/,
  );
});

test('a configuration that cannot be read is told, and never overwritten', async (t) => {
  for (const broken of ['{', '[]', '{"auths": 7}']) {
    const { environment, file } = folder(t, broken);
    const refused = (error: unknown) => isAssayError(error, 'configuration-invalid');
    await assert.rejects(findCredential(environment)(HOST), refused);
    await assert.rejects(storeCredential(HOST, { name: 'a', password: 'b' }, environment), refused);
    assert.equal(readFileSync(file, 'utf8'), broken);
  }
  const { environment } = folder(t, { credHelpers: { [HOST]: '../../bin/sh' } });
  await assert.rejects(findCredential(environment)(HOST), /names the helper/);
});
