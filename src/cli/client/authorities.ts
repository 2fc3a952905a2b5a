import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../../lib/error.ts';
import type { FindAuthorities, FindCertificate } from './http.ts';

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const MAX_BYTES = 1024 * 1024;

/** Where `assay ca install` keeps the authority of a server for this user. */
export function ownAuthorityFile(host: string, environment: NodeJS.ProcessEnv): string {
  const home = environment['XDG_CONFIG_HOME'];
  const folder = home?.startsWith('/') ? home : join(homedir(), '.config');
  return join(folder, 'assay', 'ca', `${host.replaceAll(/[^a-zA-Z0-9.-]/g, '_')}.pem`);
}

/**
 * The authorities a user has for a host: `--tls-ca` or ASSAY_TLS_CA, what `assay ca install` wrote, and the `*.crt`
 * files that docker and podman read (dockerd "certs.d", containers-certs.d(5)). A named file must be readable.
 */
export function findAuthorities(environment: NodeJS.ProcessEnv, named: string | undefined): FindAuthorities {
  const file = named ?? environment['ASSAY_TLS_CA'];
  return async (host) => {
    const found: string[] = [];
    if (file) {
      const own = await certificatesIn(file);
      if (own.length === 0) throw new AssayError('input-invalid', `${file} holds no certificate in PEM form`);
      found.push(...own);
    }
    found.push(...(await certificatesIn(ownAuthorityFile(host, environment))));
    for (const folder of foldersOf(host))
      for (const each of await readdir(folder).catch(() => []))
        if (each.endsWith('.crt')) found.push(...(await certificatesIn(join(folder, each))));
    return found;
  };
}

/** The client certificate that docker and podman show to a host: the first `*.cert` with its `*.key` in those folders. */
export const findCertificate: FindCertificate = async (host) => {
  for (const folder of foldersOf(host))
    for (const each of (await readdir(folder).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1))) {
      if (!each.endsWith('.cert')) continue;
      const path = join(folder, each);
      const keyPath = path.replace(/cert$/, 'key');
      const [cert, key] = await Promise.all([path, keyPath].map((one) => readFile(one, 'utf8').catch(() => undefined)));
      if (cert === undefined || key === undefined)
        throw new AssayError('input-invalid', `${path} is not readable with its key ${keyPath}`);
      return { cert, key };
    }
  return undefined;
};

function foldersOf(host: string): string[] {
  const name = host.replace(/^\[|\](?=:|$)/g, '');
  return [
    join(homedir(), '.docker', 'certs.d', name),
    join(homedir(), '.config', 'containers', 'certs.d', name),
    join('/etc/docker/certs.d', name),
    join('/etc/containers/certs.d', name),
  ];
}

async function certificatesIn(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.length > MAX_BYTES ? [] : (text.match(PEM) ?? []);
}
