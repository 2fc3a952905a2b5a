import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { notaryCertificateKey, readNotaryKey } from '../tuf/notary/key.ts';
import { commonNameOf, rootCertificates } from '../tuf/notary/root-certificates.ts';
import { generateKey } from './algorithm.ts';
import { readPublicKeyFile, writePublicKeyFile } from './public-key-file.ts';
import { issueRootCertificate } from './root-certificate.ts';
import { softwareSigner } from './software-signer.ts';

const NOW = Date.UTC(2026, 10, 21, 8, 0, 0, 123);
const GUN = 'registry.example:5000/team/app';

test('a root certificate is what Notary clients make and servers accept', async () => {
  const signer = softwareSigner(await generateKey('ecdsa-p256'));
  const pem = await issueRootCertificate(signer, GUN, NOW);
  const certificate = new X509Certificate(pem);
  assert.equal(commonNameOf(certificate), GUN);
  assert.equal(certificate.subject, certificate.issuer);
  assert.ok(certificate.verify(signer.publicKey));
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.3']);
  assert.equal(certificate.validToDate.getTime() - certificate.validFromDate.getTime(), 10 * 365 * 24 * 3600_000);
  const key = readNotaryKey(notaryCertificateKey(pem));
  assert.ok(rootCertificates(key, GUN, NOW));
  assert.equal(rootCertificates(key, 'registry.example:5000/team/other', NOW), undefined);
});

test('RSA root keys sign their certificates too; Ed25519 ones are refused', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signer = softwareSigner(privateKey);
  const certificate = new X509Certificate(await issueRootCertificate(signer, GUN, NOW));
  assert.ok(certificate.verify(signer.publicKey));
  const ed25519 = softwareSigner(await generateKey('ed25519'));
  await assert.rejects(issueRootCertificate(ed25519, GUN, NOW), { code: 'key-invalid' });
  await assert.rejects(issueRootCertificate(signer, 'a\u0000b', NOW), { code: 'gun-invalid' });
});

test('public halves travel as SPKI or certificate; a private key is never taken for one', async () => {
  const key = await generateKey('ecdsa-p256');
  const signer = softwareSigner(key);
  const text = writePublicKeyFile(signer.publicKey, 'alice');
  assert.match(text, /^-----BEGIN PUBLIC KEY-----\nrole: alice\n\n/);
  const read = readPublicKeyFile(text);
  assert.ok(read.key.equals(signer.publicKey));
  assert.deepEqual([read.role, read.certificate], ['alice', undefined]);
  const pem = await issueRootCertificate(signer, GUN, NOW);
  const certified = readPublicKeyFile(`subject=x\n${pem}`);
  assert.ok(certified.key.equals(signer.publicKey));
  assert.equal(certified.certificate, pem);
  const both = text + key.export({ type: 'pkcs8', format: 'pem' });
  assert.throws(() => readPublicKeyFile(both), { code: 'key-invalid', message: /private key/ });
  assert.throws(() => readPublicKeyFile(''), { code: 'key-invalid' });
});
