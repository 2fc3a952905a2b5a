import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificatePurpose, issueCertificate } from '../lib/certificate.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, storageError, systemCode } from '../lib/error.ts';

const DAY_MS = 24 * 3600_000;
const YEARS = 5;
/** Common name that the server's client certificate carries. */
export const SIGNER_CLIENT = 'assay server';

/**
 * Everything that mutual TLS between a server and its signing service takes: an authority, a certificate for each side.
 * The authority's key is not kept, so nobody can add a third. Returns the paths by their purpose.
 */
export function makeSignerCertificates(folder: string, names: readonly string[]): readonly string[] {
  const now = systemClock.now();
  const authority = pair();
  const issuer = { commonName: 'Assay signing service', organization: 'Assay' };
  const issue = (commonName: string, publicKey: KeyObject, purpose: CertificatePurpose) =>
    issueCertificate({
      subject: { commonName, organization: 'Assay' },
      issuer,
      publicKey,
      issuerKey: authority.privateKey,
      issuerPublicKey: authority.publicKey,
      notBefore: now - DAY_MS,
      notAfter: now + YEARS * 365 * DAY_MS,
      purpose,
    });
  const [signer, client] = [pair(), pair()];
  const files: readonly (readonly [name: string, text: string, mode: number])[] = [
    ['ca.crt', issue(issuer.commonName, authority.publicKey, { authority: true }), 0o644],
    ['signer.crt', issue(names[0] ?? 'localhost', signer.publicKey, { serverNames: names }), 0o644],
    ['signer.key', pem(signer.privateKey), 0o600],
    ['client.crt', issue(SIGNER_CLIENT, client.publicKey, { client: true }), 0o644],
    ['client.key', pem(client.privateKey), 0o600],
  ];
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [name, text, mode] of files) writeFileSync(join(folder, name), text, { mode, flag: 'wx', flush: true });
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new AssayError('already-exists', `${folder} holds certificates already; choose a new folder`);
    throw storageError(error, `writing to ${folder}`);
  }
  return files.map(([name]) => join(folder, name));
}

function pair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' });
}
