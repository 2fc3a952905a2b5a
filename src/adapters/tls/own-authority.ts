import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type CertificateName, issueCertificate } from '../../lib/certificate.ts';
import { storageError } from '../../lib/error.ts';

const DAY_MS = 24 * 3600_000;
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 180;
const RENEW_DAYS = 60;

export interface ServerCertificate {
  readonly key: string;
  /** The server's certificate, then the authority's. */
  readonly cert: string;
  readonly authority: string;
  readonly notAfter: number;
}

/**
 * The server's own authority and its certificate, in `tls/` of the data directory. The authority is made once; the
 * server's certificate is made anew when it nears its end or when the names change.
 */
export function ownCertificate(directory: string, names: readonly string[], now: number): ServerCertificate {
  const folder = join(directory, 'tls');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const authority = readAuthority(folder, now);
    const wanted = [
      ...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...names].map((name) => name.toLowerCase())),
    ];
    return readServer(folder, wanted, now, authority) ?? makeServer(folder, wanted, now, authority);
  } catch (error) {
    throw storageError(error, `preparing ${folder}`);
  }
}

interface Authority {
  readonly name: CertificateName;
  readonly key: KeyObject;
  readonly certificate: string;
}

function readAuthority(folder: string, now: number): Authority {
  const certificatePath = join(folder, 'ca.crt');
  const keyPath = join(folder, 'ca.key');
  if (existsSync(certificatePath) && existsSync(keyPath)) {
    const certificate = readFileSync(certificatePath, 'utf8');
    const subject = new X509Certificate(certificate).subject;
    const part = (name: string) =>
      subject
        .split('\n')
        .find((line) => line.startsWith(`${name}=`))
        ?.slice(name.length + 1) ?? '';
    return {
      name: { organization: part('O'), commonName: part('CN') },
      key: createPrivateKey(readFileSync(keyPath, 'utf8')),
      certificate,
    };
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = {
    organization: 'Assay',
    commonName: `Assay CA of ${hostname().slice(0, 40)} ${new Date(now).toISOString().slice(0, 10)}`,
  };
  const certificate = issueCertificate({
    subject: name,
    issuer: name,
    publicKey,
    issuerKey: privateKey,
    issuerPublicKey: publicKey,
    notBefore: now - DAY_MS,
    notAfter: now + AUTHORITY_DAYS * DAY_MS,
    purpose: { authority: true },
  });
  writeDurably(keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  writeDurably(certificatePath, certificate, 0o644);
  return { name, key: privateKey, certificate };
}

function readServer(
  folder: string,
  names: readonly string[],
  now: number,
  authority: Authority,
): ServerCertificate | undefined {
  const certificatePath = join(folder, 'server.crt');
  const keyPath = join(folder, 'server.key');
  if (!existsSync(certificatePath) || !existsSync(keyPath)) return undefined;
  const cert = readFileSync(certificatePath, 'utf8');
  const parsed = new X509Certificate(cert);
  const named = new Set(
    (parsed.subjectAltName ?? '').split(', ').map((entry) => entry.replace(/^(?:DNS|IP Address):/, '').toLowerCase()),
  );
  const spelled = (name: string) => (name === '::1' ? '0:0:0:0:0:0:0:1' : name);
  const notAfter = parsed.validToDate.getTime();
  const fits = names.every((name) => named.has(name) || named.has(spelled(name)));
  const own = parsed.verify(createPublicKey(authority.certificate));
  return fits && own && notAfter - now > RENEW_DAYS * DAY_MS
    ? { key: readFileSync(keyPath, 'utf8'), cert, authority: authority.certificate, notAfter }
    : undefined;
}

function makeServer(folder: string, names: readonly string[], now: number, authority: Authority): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notAfter = now + SERVER_DAYS * DAY_MS;
  const own = issueCertificate({
    subject: {
      organization: 'Assay',
      commonName: names.find((name) => !/^(?:localhost|127\.|::1)/.test(name)) ?? 'localhost',
    },
    issuer: authority.name,
    publicKey,
    issuerKey: authority.key,
    issuerPublicKey: createPublicKey(authority.certificate),
    notBefore: now - DAY_MS,
    notAfter,
    purpose: { serverNames: names },
  });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const cert = own + authority.certificate;
  writeDurably(join(folder, 'server.key'), key, 0o600);
  writeDurably(join(folder, 'server.crt'), cert, 0o644);
  return { key, cert, authority: authority.certificate, notAfter };
}

function writeDurably(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode, flush: true });
  renameSync(`${path}.new`, path);
}
