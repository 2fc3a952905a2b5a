import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ownCertificate } from '../adapters/tls/own-authority.ts';
import type { ClientTrust, TlsMaterial } from '../http/listener.ts';
import { AssayError } from '../lib/error.ts';
import { acmeCertificate } from './acme.ts';
import type { Config } from './settings.ts';

/** Loopback may be reached without TLS; any other address never is. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

export interface ServerTls extends TlsMaterial {
  /** PEM of the own authority, when the certificate is its. */
  readonly authority?: string;
}

/** The configured certificate, or one of the server's own authority for every name that it answers to. */
export function tlsMaterial(config: Config, directory: string, host: string, now: number): ServerTls {
  const clients = clientTrust(config);
  if (config.tlsCertificate !== undefined || config.tlsKey !== undefined) {
    if (config.tlsCertificate === undefined || config.tlsKey === undefined)
      throw new AssayError('configuration-invalid', 'tlsCertificate and tlsKey belong together');
    return usable({ cert: readPem(config.tlsCertificate), key: readPem(config.tlsKey), clients });
  }
  const given = config.acmeDirectory === undefined ? undefined : acmeCertificate(directory, now);
  if (given) return usable({ ...given, clients });
  const unspecified = host === '0.0.0.0' || host === '::';
  const names = [...config.publicNames, ...(unspecified ? [] : [host])].map((name) =>
    isIP(name) ? name : name.replace(/:\d+$/, ''),
  );
  return usable({ ...ownCertificate(directory, names, now), clients });
}

/** Who vouches for clients, when they are asked for certificates. */
function clientTrust(config: Config): ClientTrust | undefined {
  if (config.clientAuthorities === undefined) {
    const [left] = (['clientRevocations', 'clientCertificateAccounts'] as const).filter((each) => config[each]?.length);
    if (left !== undefined || config.clientCertificates === 'required')
      throw new AssayError(
        'configuration-invalid',
        `${left ?? 'clientCertificates: required'} needs clientAuthorities, the authorities whose certificates are believed`,
      );
    return undefined;
  }
  const authorities = readPem(config.clientAuthorities);
  if (!authorities.includes('-----BEGIN CERTIFICATE-----'))
    throw new AssayError('configuration-invalid', `${config.clientAuthorities} holds no certificate in PEM form`);
  const revocations = config.clientRevocations === undefined ? undefined : readPem(config.clientRevocations);
  if (revocations !== undefined && !revocations.includes('-----BEGIN X509 CRL-----'))
    throw new AssayError(
      'configuration-invalid',
      `${config.clientRevocations} holds no list of revoked certificates in PEM form (X509 CRL)`,
    );
  return { authorities, revocations };
}

/** Throws for what TLS cannot use: a key of another certificate (one file is written, the other not yet), other contents. */
function usable<Material extends TlsMaterial>(material: Material): Material {
  const { cert, key, clients } = material;
  try {
    createSecureContext({ cert, key, ca: clients?.authorities, crl: clients?.revocations });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'failed';
    throw new AssayError('configuration-invalid', `TLS cannot use the configured files: ${reason}`, { cause });
  }
  return material;
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('configuration-invalid', `cannot read ${path}`, { cause });
  }
}
