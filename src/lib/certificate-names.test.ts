import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { issueCertificate } from './certificate.ts';
import { namesOfCertificate } from './certificate-names.ts';
import { isAssayError } from './error.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function certificate(commonName: string, serverNames?: readonly string[]): Buffer {
  const pem = issueCertificate({
    subject: { commonName, organization: 'admin' },
    issuer: { commonName: 'root' },
    publicKey,
    issuerPublicKey: publicKey,
    issuerKey: privateKey,
    notBefore: 0,
    notAfter: 1e12,
    purpose: serverNames ? { serverNames } : { client: true },
  });
  return new X509Certificate(pem).raw;
}

test('the names of the holder, not those of the issuer or other parts of the subject', () => {
  assert.deepEqual(namesOfCertificate(certificate('alice')), [{ kind: 'cn', text: 'alice' }]);
  assert.deepEqual(namesOfCertificate(certificate('web', ['web.example.org', '127.0.0.1'])), [
    { kind: 'cn', text: 'web' },
    { kind: 'dns', text: 'web.example.org' },
  ]);
});

test('a name is what its bytes are: separators and text forms of others stay inside it, control characters end it', () => {
  for (const name of ['a, CN=admin', 'a/CN=admin', 'x, email:admin@example.org'])
    assert.deepEqual(namesOfCertificate(certificate(name)), [{ kind: 'cn', text: name }]);
  for (const name of ['admin\0.evil.example', 'admin\nCN=x'])
    assert.deepEqual(namesOfCertificate(certificate(name)), []);
});

test('what is cut or changed is read or refused, never anything else', () => {
  const raw = certificate('alice', ['web.example.org']);
  for (let length = 0; length < raw.length; length++)
    assert.throws(
      () => namesOfCertificate(raw.subarray(0, length)),
      (error) => isAssayError(error, 'input-invalid'),
    );
  for (let at = 0; at < raw.length; at++)
    for (const flip of [0x01, 0x80, 0xff]) {
      const changed = Buffer.from(raw);
      changed[at]! ^= flip;
      try {
        namesOfCertificate(changed);
      } catch (error) {
        assert.ok(isAssayError(error, 'input-invalid'), String(error));
      }
    }
});
