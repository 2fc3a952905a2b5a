import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { loadConfig } from '../src/app/config.ts';
import { serve } from '../src/app/serve.ts';
import { basic } from './server.ts';

const ADMIN = 'admin-passphrase-4711';
const PERSON = 'persons-passphrase-0815';
const WRONG = 'mistyped-passphrase-9';

test('no password, token, cookie or secret of a webhook is in the log, whatever level it has', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-test-'));
  let log = '';
  const logTo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  const { config } = loadConfig(
    {},
    { listen: '127.0.0.1:0', dataDirectory: directory, adminPassword: ADMIN, logLevel: 'trace', advisoryUpdates: 0 },
  );
  const running = await serve(config, { terminal: false, logTo });
  const secrets = [ADMIN, PERSON, WRONG];
  try {
    const call = async (method: string, path: string, body?: unknown, as = basic('admin', ADMIN)) => {
      const answer = await fetch(running.url + path, {
        method,
        headers: { authorization: as, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { answer, value: (text === '' ? {} : JSON.parse(text)) as Record<string, string> };
    };
    await call('POST', '/api/v1/accounts', { name: 'dana', password: PERSON });
    await call('POST', '/api/v1/accounts', { name: 'dana', password: PERSON });
    await call('GET', '/api/v1/me', undefined, basic('dana', WRONG));
    await call('PUT', '/api/v1/me/password', { current: WRONG, password: PERSON }, basic('dana', PERSON));
    const personal = (await call('POST', '/api/v1/me/tokens', { name: 'ci' }, basic('dana', PERSON))).value['secret']!;
    await call('POST', '/api/v1/organisations', { name: 'shop' });
    await call('POST', '/api/v1/organisations/shop/robots', { name: 'ci' });
    const robot = (await call('POST', '/api/v1/organisations/shop/robots/ci/tokens', { name: 'x' })).value['secret']!;
    const hook = await call('POST', '/api/v1/webhooks', {
      organisation: 'shop',
      name: 'x',
      url: 'https://hooks.example/',
      events: ['*'],
    });
    const bearer = (
      await call('GET', '/token?service=x&scope=repository:shop/app:pull', undefined, basic('dana', personal))
    ).value['token']!;
    await call('GET', '/v2/shop/app/tags/list', undefined, `Bearer ${bearer}`);
    await call('GET', '/v2/shop/app/tags/list', undefined, `Bearer ${robot}`);
    await call('GET', `/v2/shop/app/tags/list?access_token=${robot}`, undefined, `Bearer ${bearer.slice(0, -3)}`);
    const session = await fetch(`${running.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: running.url },
      body: JSON.stringify({ name: 'dana', password: PERSON }),
    });
    const cookie = /=([^;]+)/.exec(session.headers.get('set-cookie') ?? '')?.[1];
    assert.ok(cookie, 'a session was begun');
    assert.ok(personal && robot && bearer && hook.value['secret'], 'every kind of secret was made');
    secrets.push(personal, robot, bearer, hook.value['secret'], cookie);
  } finally {
    await running.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  assert.match(log, /"msg":/, 'there is a log to look at');
  assert.match(log, /tags\/list/);
  for (const secret of secrets) {
    assert.ok(!log.includes(secret), `${secret.slice(0, 12)}… is in the log`);
    assert.ok(!log.includes(Buffer.from(secret).toString('base64').replace(/=+$/, '')), 'nor in base64');
  }
});
