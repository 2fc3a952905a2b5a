import { generateKeyPairSync } from 'node:crypto';
import type { ServingCertificate } from '../cli/command.ts';
import { issueCertificate } from '../lib/certificate.ts';

const DAY_MS = 24 * 3600_000;
const YEARS = 5;

/** A certificate for these names from an authority of its own, whose key is thrown away: only this one is believed. */
export function makeServingCertificate(names: readonly string[], now: number): ServingCertificate {
  const [authority, server] = [pair(), pair()];
  const issuer = { commonName: 'Assay admission', organization: 'Assay' };
  const same = {
    issuer,
    issuerKey: authority.privateKey,
    issuerPublicKey: authority.publicKey,
    notBefore: now - DAY_MS,
    notAfter: now + YEARS * 365 * DAY_MS,
  };
  const ca = issueCertificate({
    ...same,
    subject: issuer,
    publicKey: authority.publicKey,
    purpose: { authority: true },
  });
  const certificate = issueCertificate({
    ...same,
    subject: { commonName: names[0] ?? 'localhost', organization: 'Assay' },
    publicKey: server.publicKey,
    purpose: { serverNames: names },
  });
  return { authority: ca, certificate, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

function pair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}
