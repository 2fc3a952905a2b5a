import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { exportSPKI, importJWK } from 'jose';
import { type FakeIssuer, handMade, startFakeIssuer } from '../../../test/fake-issuer.ts';
import { oidcSettings } from '../../access/directory-settings.ts';
import { isAssayError } from '../../lib/error.ts';
import type { OidcProvider } from '../../ports/directory.ts';
import { openOidcProvider } from './oidc-provider.ts';

const SECRET = 'client-secret-of-32-bytes-or-more';
const request = {
  redirectUri: 'https://assay.example/oidc/callback',
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  verifier: 'v'.repeat(43),
};

let issuer: FakeIssuer;
const open = (): OidcProvider =>
  openOidcProvider(oidcSettings.parse({ kind: 'oidc', issuer: issuer.url, clientId: 'assay' }), SECRET, () =>
    Date.now(),
  );
const claims = (extra: object = {}) => ({
  iss: issuer.url,
  aud: 'assay',
  sub: 'user-1',
  nonce: request.nonce,
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 300,
  preferred_username: 'Ann',
  groups: ['crew', 7],
  ...extra,
});
const answer = (extra: Record<string, string> = {}) =>
  new URLSearchParams({ code: 'c1', state: request.state, iss: issuer.url, ...extra });
const refused = (error: unknown) => isAssayError(error, 'directory-refused');

before(async () => {
  issuer = await startFakeIssuer();
});
after(() => issuer[Symbol.asyncDispose]());

describe('code flow', () => {
  test('the request has PKCE, state and nonce; a good answer is a person', async () => {
    const url = await open().begin(request);
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(url.searchParams.get('state'), request.state);
    assert.equal(url.searchParams.get('nonce'), request.nonce);
    assert.notEqual(url.searchParams.get('code_challenge'), request.verifier);
    issuer.tokenAnswer = { id_token: await issuer.sign(claims()) };
    assert.deepEqual(await open().finish(request, answer()), {
      externalId: 'user-1',
      name: 'ann',
      email: undefined,
      groups: ['crew'],
    });
    assert.equal(issuer.asked?.get('code_verifier'), request.verifier);
  });

  test('an identity token that is not from there, not for us, not of now or not of this sign-in is refused', async () => {
    const spki = await exportSPKI((await importJWK(issuer.publicJwk, 'RS256')) as CryptoKey);
    const past = Math.floor(Date.now() / 1000) - 4000;
    const bad: [string, string][] = [
      ['without a signature', await handMade('none', claims())],
      ['signed with the client secret', await handMade('HS256', claims(), SECRET)],
      ['signed with the public key as a secret', await handMade('HS256', claims(), spki)],
      ['signed by somebody else', await issuer.forge(claims())],
      ['with a key in its own header', await issuer.forge(claims(), { jwk: issuer.publicJwk })],
      ['of another issuer', await issuer.sign(claims({ iss: 'https://evil.example' }))],
      ['for another client', await issuer.sign(claims({ aud: 'other' }))],
      ['for several clients, of another', await issuer.sign(claims({ aud: ['assay', 'other'], azp: 'other' }))],
      ['with another nonce', await issuer.sign(claims({ nonce: 'x'.repeat(43) }))],
      ['without a nonce', await issuer.sign({ ...claims(), nonce: undefined })],
      ['that is over', await issuer.sign(claims({ iat: past, exp: past + 60 }))],
      ['without a subject', await issuer.sign({ ...claims(), sub: undefined })],
      ['that is none', 'a.b.c'],
    ];
    for (const [what, token] of bad) {
      issuer.tokenAnswer = { id_token: token };
      await assert.rejects(open().finish(request, answer()), refused, what);
    }
    issuer.tokenAnswer = {};
    await assert.rejects(open().finish(request, answer()), refused, 'no identity token at all');
  });

  test('a provider that offers HS256 alone, or nothing, gets nowhere', async () => {
    for (const offered of [['HS256'], ['none'], []]) {
      issuer.discovery = { id_token_signing_alg_values_supported: offered };
      issuer.tokenAnswer = { id_token: await handMade('HS256', claims(), SECRET) };
      await assert.rejects(open().finish(request, answer()), refused, String(offered));
    }
    issuer.discovery = {};
  });

  test('answers of another sign-in or another provider are refused before a code is spent (mix-up)', async () => {
    issuer.tokenAnswer = { id_token: await issuer.sign(claims()) };
    for (const given of [
      answer({ state: 'other' }),
      answer({ iss: 'https://evil.example' }),
      new URLSearchParams({ code: 'c1', state: request.state }),
      new URLSearchParams({ code: 'c1', iss: issuer.url }),
      new URLSearchParams(`code=c1&state=${request.state}&state=${request.state}&iss=${issuer.url}`),
      answer({ error: 'access_denied' }),
    ]) {
      issuer.asked = undefined;
      await assert.rejects(open().finish(request, given), refused, given.toString());
      assert.equal(issuer.asked, undefined, 'the token endpoint was not asked');
    }
  });

  test('a discovery document of somebody else, endpoints of link-local networks', async () => {
    issuer.discovery = { issuer: 'https://evil.example' };
    await assert.rejects(open().begin(request), refused);
    issuer.discovery = { token_endpoint: 'http://169.254.169.254/token' };
    await assert.rejects(open().finish(request, answer()), (error) =>
      isAssayError(error, 'directory-unreachable', 'directory-refused'),
    );
    issuer.discovery = {};
  });

  test('user-info must be of the same subject', async () => {
    issuer.tokenAnswer = { id_token: await issuer.sign({ ...claims(), groups: undefined }) };
    issuer.userInfo = { sub: 'user-1', groups: ['from-userinfo'], preferred_username: 'mallory' };
    const person = await open().finish(request, answer());
    assert.deepEqual([person.name, person.groups], ['ann', ['from-userinfo']], 'the identity token comes first');
    issuer.userInfo = { sub: 'user-2', groups: ['administrators'] };
    await assert.rejects(open().finish(request, answer()), refused);
  });
});

test('the device flow waits, slows down, ends', async () => {
  issuer.tokenStatus = 400;
  for (const [error, state] of [
    ['authorization_pending', 'pending'],
    ['slow_down', 'slow-down'],
  ] as const) {
    issuer.tokenAnswer = { error };
    assert.equal(await open().pollDevice('d'), state);
  }
  issuer.tokenAnswer = { error: 'expired_token' };
  await assert.rejects(open().pollDevice('d'), refused);
  issuer.tokenStatus = 200;
  issuer.tokenAnswer = { id_token: await issuer.forge({ ...claims(), nonce: undefined }) };
  await assert.rejects(open().pollDevice('d'), refused);
});

test('a provider that does not answer is out of reach, which is another answer', async () => {
  const gone = openOidcProvider(
    oidcSettings.parse({ kind: 'oidc', issuer: 'http://127.0.0.1:1', clientId: 'assay' }),
    SECRET,
    () => Date.now(),
  );
  await assert.rejects(gone.begin(request), (error) => isAssayError(error, 'directory-unreachable'));
  assert.equal((await gone.test())[0]?.ok, false);
});
