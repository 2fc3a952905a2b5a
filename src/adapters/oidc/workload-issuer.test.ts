import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exportSPKI, importJWK } from 'jose';
import { type FakeIssuer, handMade, startFakeIssuer } from '../../../test/fake-issuer.ts';
import { workloadSettings } from '../../access/directory-settings.ts';
import { isAssayError } from '../../lib/error.ts';
import { openWorkloadIssuer } from './workload-issuer.ts';

let issuer: FakeIssuer;
before(async () => {
  issuer = await startFakeIssuer();
});
after(() => issuer[Symbol.asyncDispose]());

const now = Math.floor(Date.now() / 1000);
const claims = (extra: object = {}) => ({
  iss: issuer.url,
  aud: 'assay.example',
  sub: 'repo:acme/app:ref:refs/heads/main',
  iat: now,
  exp: now + 300,
  ...extra,
});
const open = () =>
  openWorkloadIssuer(
    workloadSettings.parse({
      kind: 'workload',
      issuer: issuer.url,
      audience: 'assay.example',
      rules: [{ robot: 'shop+ci', claims: { sub: 'repo:acme/*' } }],
    }),
    () => Date.now(),
  );

test('a job’s token is believed when issuer, audience, times and signature hold', async () => {
  const payload = await open().verify(await issuer.sign(claims()));
  assert.equal(payload['sub'], 'repo:acme/app:ref:refs/heads/main');
});

test('forged, confused, replayed elsewhere, too old: refused', async () => {
  const spki = await exportSPKI((await importJWK(issuer.publicJwk, 'RS256')) as CryptoKey);
  const bad: [string, string][] = [
    ['none', await handMade('none', claims())],
    ['HS256 over the public key', await handMade('HS256', claims(), spki)],
    ['another key', await issuer.forge(claims())],
    ['a key in the header', await issuer.forge(claims(), { jwk: issuer.publicJwk })],
    ['a key address in the header', await issuer.forge(claims(), { jku: `${issuer.url}/jwks`, kid: 'k2' })],
    ['for another audience', await issuer.sign(claims({ aud: 'other.example' }))],
    ['without an audience', await issuer.sign({ ...claims(), aud: undefined })],
    ['of another issuer', await issuer.sign(claims({ iss: 'https://evil.example' }))],
    ['over', await issuer.sign(claims({ iat: now - 900, exp: now - 600 }))],
    ['issued long ago', await issuer.sign(claims({ iat: now - 7200 }))],
    ['not yet', await issuer.sign(claims({ nbf: now + 600 }))],
    ['without an end', await issuer.sign({ ...claims(), exp: undefined })],
    ['with a critical extension', await issuer.sign(claims(), { crit: ['x'], x: 1 }).catch(() => 'a.b.c')],
    ['too long', `${'a'.repeat(20_000)}.b.c`],
  ];
  for (const [what, token] of bad)
    await assert.rejects(open().verify(token), (error) => isAssayError(error, 'credentials-invalid'), what);
});

test('an issuer out of reach, or one that calls itself something else, is told apart', async () => {
  issuer.discovery = { issuer: 'https://evil.example' };
  await assert.rejects(open().verify(await issuer.sign(claims())), (error) => isAssayError(error, 'directory-refused'));
  issuer.discovery = { jwks_uri: 'http://169.254.169.254/keys' };
  await assert.rejects(open().verify(await issuer.sign(claims())), (error) =>
    isAssayError(error, 'directory-unreachable'),
  );
  issuer.discovery = {};
});
