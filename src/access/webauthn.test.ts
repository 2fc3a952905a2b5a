import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../test/soft-authenticator.ts';
import { isAssayError } from '../lib/error.ts';
import { verifyAssertion, verifyRegistration } from './webauthn.ts';

const site = { rpId: 'registry.example', origin: 'https://registry.example', challenge: 'given' };
const ceremony = { ...site, isChallenge: (text: string) => text === 'given' };

function refuses(words: RegExp, work: () => unknown, what: string): void {
  assert.throws(work, (error) => isAssayError(error, 'credentials-invalid') && words.test(error.message), what);
}

for (const kind of ['ed25519', 'ec', 'rsa'] as const)
  test(`${kind}: registered, asserted; every changed byte is refused`, () => {
    const device = new SoftAuthenticator(kind);
    const passkey = verifyRegistration(ceremony, device.register(site));
    assert.equal(passkey.credentialId, device.credentialId.toString('base64url'));
    assert.equal(passkey.algorithm, device.algorithm);
    const answer = device.assert(site);
    assert.deepEqual(verifyAssertion(ceremony, passkey, answer), { counter: 2, cloned: false, backedUp: false });
    for (const part of ['clientData', 'authenticatorData', 'signature'] as const)
      for (let at = 0; at < answer[part].length; at++) {
        const changed = Buffer.from(answer[part]);
        changed[at]! ^= 0x01;
        refuses(
          /not accepted/,
          () => verifyAssertion(ceremony, passkey, { ...answer, [part]: changed }),
          `${part} ${at}`,
        );
      }
    const other = verifyRegistration(ceremony, new SoftAuthenticator(kind).register(site));
    refuses(/signature/, () => verifyAssertion(ceremony, other, answer), 'the key of another');
    for (const signature of [Buffer.alloc(0), Buffer.alloc(64), Buffer.alloc(2000)])
      refuses(/signature/, () => verifyAssertion(ceremony, passkey, { ...answer, signature }), 'an empty signature');
  });

test('another ceremony, site, page or challenge, nobody there or not verified', () => {
  const device = new SoftAuthenticator('ec');
  const passkey = verifyRegistration(ceremony, device.register(site));
  const cases: [string, Parameters<SoftAuthenticator['assert']>[0], RegExp][] = [
    ['type', { ...site, type: 'webauthn.create' }, /another ceremony/],
    ['challenge', { ...site, challenge: 'other' }, /challenge/],
    ['origin', { ...site, origin: 'https://evil.example' }, /another site/],
    ['origin with port', { ...site, origin: 'https://registry.example:444' }, /another site/],
    ['plain origin', { ...site, origin: 'http://registry.example' }, /another site/],
    ['subdomain', { ...site, origin: 'https://registry.example.evil.example' }, /another site/],
    ['rpId', { ...site, rpId: 'example' }, /another site/],
    ['not there', { ...site, flags: 0x04 }, /nobody was there/],
    ['not verified', { ...site, flags: 0x01 }, /did not verify/],
    ['backed up but not eligible', { ...site, flags: 0x15 }, /contradict/],
    ['in a frame', { ...site, extra: { crossOrigin: true } }, /another site’s page/],
    ['under another page', { ...site, extra: { topOrigin: 'https://evil.example' } }, /another site’s page/],
  ];
  for (const [name, parts, words] of cases)
    refuses(words, () => verifyAssertion(ceremony, passkey, device.assert(parts)), name);
  const clientData = Buffer.from('{"type":"webauthn.get"');
  refuses(/cannot be read/, () => verifyAssertion(ceremony, passkey, { ...device.assert(site), clientData }), 'cut');
  const long = Buffer.alloc(5000, 0x20);
  refuses(/too long/, () => verifyAssertion(ceremony, passkey, { ...device.assert(site), clientData: long }), 'long');
  refuses(
    /cannot be read/,
    () => verifyAssertion(ceremony, passkey, { ...device.assert(site), clientData: Buffer.from([0xff]) }),
    'no UTF-8',
  );
});

test('keys that are not of the algorithm they claim, or of none that was offered', () => {
  const [ed, ec, rsa] = (['ed25519', 'ec', 'rsa'] as const).map((kind) => new SoftAuthenticator(kind));
  for (const device of [ed!, ec!, rsa!])
    for (const algorithm of [-7, -8, -257, -65535, -47, 0, 5]) {
      if (algorithm === device.algorithm) continue;
      const given = { ...device.register(site), algorithm };
      refuses(/not one of its algorithm|not offered/, () => verifyRegistration(ceremony, given), String(algorithm));
    }
  const given = { ...ec!.register(site), publicKey: Buffer.from('00', 'hex') };
  refuses(/cannot be read/, () => verifyRegistration(ceremony, given), 'no key');
  const answer = ed!.assert(site);
  const confused = { publicKey: ed!.publicKey, algorithm: -7, counter: 0 };
  refuses(/not one of its algorithm/, () => verifyAssertion(ceremony, confused, answer), 'confused');
});

test('registrations that are cut, without a credential, or whose id runs over the end', () => {
  const full = new SoftAuthenticator('ec').register(site);
  for (let length = 0; length < 37 + 18 + 16; length++) {
    const authenticatorData = full.authenticatorData.subarray(0, length);
    refuses(/not accepted/, () => verifyRegistration(ceremony, { ...full, authenticatorData }), String(length));
  }
  const without = new SoftAuthenticator('ec').register({ ...site, flags: 0x05 });
  refuses(/no credential/, () => verifyRegistration(ceremony, without), 'flag');
});

test('the counter: going on, standing still, going back, absent', () => {
  const device = new SoftAuthenticator('ec');
  const { publicKey, algorithm } = verifyRegistration(ceremony, device.register(site));
  const cloned = (stored: number, shown: number) =>
    verifyAssertion(ceremony, { publicKey, algorithm, counter: stored }, device.assert({ ...site, counter: shown }))
      .cloned;
  assert.deepEqual(
    [cloned(0, 0), cloned(0, 1), cloned(5, 6), cloned(5, 5), cloned(5, 4), cloned(5, 0)],
    [false, false, false, true, true, true],
  );
});
