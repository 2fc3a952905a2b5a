import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../ports/http-client.ts';
import { fetchToken, parseChallenges } from './registry-auth.ts';
import { pauseMs } from './registry-client.ts';

const registry = new URL('https://registry.example/');

function answering(status: number, body: unknown): { http: HttpClient; seen: HttpRequest[] } {
  const seen: HttpRequest[] = [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify(body));
  }
  const http: HttpClient = async (request): Promise<HttpAnswer> => {
    seen.push(request);
    return { status, headers: {}, body: bytes(), discard: () => undefined };
  };
  return { http, seen };
}

const bearer = (text: string) => parseChallenges(text)[0]!;

test('challenges: schemes, quoted and bare parameters, several in one header', () => {
  const [first, second] = parseChallenges(
    'Bearer realm="https://auth.example/token",service="a, \\"b\\"",scope="repository:x/y:pull,push", Basic realm=plain',
  );
  assert.equal(first?.scheme, 'bearer');
  assert.equal(first?.parameters.get('service'), 'a, "b"');
  assert.equal(first?.parameters.get('scope'), 'repository:x/y:pull,push');
  assert.deepEqual([second?.scheme, second?.parameters.get('realm')], ['basic', 'plain']);
  for (const hostile of ['', '"', 'Bearer realm="', 'Bearer realm', ',,,', '\u0000', `Bearer ${'a='.repeat(9000)}`])
    assert.ok(parseChallenges(hostile).length < 9001);
});

test('a password goes as Basic to the token server, with every scope', async () => {
  const { http, seen } = answering(200, { token: 'abc', expires_in: 300 });
  const challenge = bearer('Bearer realm="https://auth.example/token",service="reg"');
  const token = await fetchToken(
    http,
    challenge,
    ['repository:a:pull', 'repository:b:pull'],
    { kind: 'password', name: 'dana', password: 'p:w' },
    registry,
  );
  assert.equal(token.value, 'abc');
  const [request] = seen;
  assert.equal(request?.method, 'GET');
  assert.deepEqual(request?.url.searchParams.getAll('scope'), ['repository:a:pull', 'repository:b:pull']);
  assert.equal(request?.headers?.['Authorization'], `Basic ${Buffer.from('dana:p:w').toString('base64')}`);
});

test('a refresh token goes as a form and never into the address', async () => {
  const { http, seen } = answering(200, { access_token: 'xyz' });
  await fetchToken(
    http,
    bearer('Bearer realm="/token",service="reg"'),
    ['repository:a:pull'],
    { kind: 'refresh', token: 'secret' },
    registry,
  );
  const [request] = seen;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url.href, 'https://registry.example/token');
  assert.match(Buffer.from(request?.body as Uint8Array).toString(), /grant_type=refresh_token.*refresh_token=secret/);
});

test('credentials go to no plain or unreadable token server, and a token is checked', async () => {
  const credential = { kind: 'password', name: 'a', password: 'b' } as const;
  for (const realm of ['http://auth.example/token', 'ftp://registry.example/', 'https://'])
    await assert.rejects(
      fetchToken(answering(200, { token: 'x' }).http, bearer(`Bearer realm="${realm}"`), [], credential, registry),
      (error) => isAssayError(error, 'remote-refused'),
    );
  for (const body of [{}, [], { token: 7 }, { token: 'line\r\nbreak' }])
    await assert.rejects(
      fetchToken(answering(200, body).http, bearer('Bearer realm="/token"'), [], credential, registry),
    );
  await assert.rejects(
    fetchToken(answering(401, {}).http, bearer('Bearer realm="/token"'), [], credential, registry),
    (error) => isAssayError(error, 'credentials-invalid'),
  );
});

test('pauses double with jitter; Retry-After goes first, within a minute', () => {
  for (let attempt = 1; attempt <= 4; attempt++) {
    const ms = pauseMs(attempt, undefined);
    assert.ok(ms >= 187 * 2 ** (attempt - 1) && ms <= 313 * 2 ** (attempt - 1), String(ms));
  }
  assert.equal(pauseMs(1, '3'), 3000);
  assert.equal(pauseMs(1, '999999'), 60_000);
  const now = Date.parse('2026-11-21T00:00:00Z');
  assert.equal(pauseMs(1, 'Sat, 21 Nov 2026 00:00:05 GMT', now), 5000);
  assert.ok(pauseMs(1, 'soon') < 400);
});
