import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { ownCertificate } from '../adapters/tls/own-authority.ts';
import type { TlsMaterial } from '../http/listener.ts';
import { AssayError } from '../lib/error.ts';
import type { Config } from './config.ts';

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
  if (config.tlsCertificate !== undefined || config.tlsKey !== undefined) {
    if (config.tlsCertificate === undefined || config.tlsKey === undefined)
      throw new AssayError('configuration-invalid', 'tlsCertificate and tlsKey belong together');
    return { cert: readPem(config.tlsCertificate), key: readPem(config.tlsKey) };
  }
  const unspecified = host === '0.0.0.0' || host === '::';
  const names = [...config.publicNames, ...(unspecified ? [] : [host])].map((name) =>
    isIP(name) ? name : name.replace(/:\d+$/, ''),
  );
  return ownCertificate(directory, names, now);
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('configuration-invalid', `cannot read ${path}`, { cause });
  }
}
