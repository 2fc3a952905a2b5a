import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { issueCertificate } from './certificate.ts';

const DAY = 24 * 3600_000;

test('an authority and a server certificate that node verifies', () => {
  const now = Date.UTC(2030, 0, 1);
  const ca = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = { organization: 'Assay', commonName: 'Test CA' };
  const common = {
    issuer: name,
    issuerKey: ca.privateKey,
    issuerPublicKey: ca.publicKey,
    notBefore: now,
    notAfter: now + 30 * 365 * DAY,
  };
  const authority = new X509Certificate(
    issueCertificate({ ...common, subject: name, publicKey: ca.publicKey, purpose: { authority: true } }),
  );
  const leaf = new X509Certificate(
    issueCertificate({
      ...common,
      subject: { organization: 'Assay', commonName: 'registry.test' },
      publicKey: server.publicKey,
      purpose: { serverNames: ['registry.test', '127.0.0.1', '::1', 'fe80::1:2'] },
    }),
  );
  assert.equal(authority.ca, true);
  assert.equal(leaf.ca, false);
  assert.ok(leaf.verify(ca.publicKey));
  assert.ok(leaf.checkIssued(authority));
  assert.equal(leaf.checkHost('registry.test'), 'registry.test');
  assert.equal(leaf.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(leaf.checkIP('::1'), '::1');
  assert.equal(leaf.checkHost('other.test'), undefined);
  // Past 2049 the date takes the longer form (RFC 5280 section 4.1.2.5).
  assert.equal(leaf.validToDate.getTime(), now + 30 * 365 * DAY);
  assert.match(leaf.serialNumber, /^[4-7][0-9A-F]{31}$/);
});
