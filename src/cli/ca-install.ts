import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { AssayError, storageError } from '../lib/error.ts';
import { ownAuthorityFile } from './client/authorities.ts';
import { loadAuthority } from './client/authority.ts';
import type { Command } from './command.ts';

interface Place {
  readonly path: string;
  /** Run after the file is written. */
  readonly afterwards?: readonly string[];
}

/** Where each client looks for the authority of one registry; `host` has its port. */
function places(host: string, environment: NodeJS.ProcessEnv): Readonly<Record<string, Place>> {
  const configuration = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
  const root = process.getuid?.() === 0;
  return {
    docker: { path: join('/etc/docker/certs.d', host, 'ca.crt') },
    podman: { path: join(root ? '/etc/containers' : join(configuration, 'containers'), 'certs.d', host, 'ca.crt') },
    system: {
      path: `/usr/local/share/ca-certificates/assay-${host.replace(/[^\w.-]/g, '-')}.crt`,
      afterwards: ['update-ca-certificates'],
    },
    assay: { path: ownAuthorityFile(host, environment) },
  };
}

export const command: Command = {
  description:
    'Puts the certificate of a server’s authority where clients look for it. The connection that fetches it cannot be checked yet: compare the fingerprint.',
  args: [{ name: 'server', summary: 'host:port or URL (default 127.0.0.1:5000)', optional: true }],
  options: [
    { flags: '--docker', summary: 'for the Docker Engine (/etc/docker/certs.d)' },
    { flags: '--podman', summary: 'for podman, buildah and skopeo' },
    { flags: '--system', summary: 'for everything on this machine' },
    { flags: '--assay', summary: 'for this command line alone; always done' },
    { flags: '--expect <fingerprint>', summary: 'SHA-256 fingerprint that it must have' },
    { flags: '--print', summary: 'only say what would be done' },
  ],
  examples: [
    ['assay ca install --docker --podman registry.example:5443', 'let docker, podman and skopeo trust the server'],
    ['assay ca install --docker --print', 'show the commands instead'],
  ],
  async run({ args, options, terminal, environment }) {
    const { host, pem, fingerprint } = await loadAuthority(args[0]);
    const expected = typeof options['expect'] === 'string' ? options['expect'] : undefined;
    if (expected !== undefined && plain(expected) !== plain(fingerprint))
      throw new AssayError(
        'denied',
        `the authority of ${host} has the fingerprint ${fingerprint}, not the expected one; nothing was installed`,
      );
    const all = places(host, environment);
    const wanted = Object.entries(all).filter(([name]) => name === 'assay' || options[name] === true);
    terminal.err(`SHA-256 fingerprint ${fingerprint}`);
    for (const [name, place] of wanted) {
      if (options['print']) {
        terminal.out(
          `mkdir -p ${dirname(place.path)} && assay ca ${host} > ${place.path}${place.afterwards ? ` && ${place.afterwards.join(' ')}` : ''}`,
        );
        continue;
      }
      install(place, pem);
      terminal.out(`${name}: ${place.path}`);
    }
    return 0;
  },
};

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
}

function install({ path, afterwards }: Place, pem: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, pem, { mode: 0o644 });
    if (afterwards) execFileSync(afterwards[0]!, afterwards.slice(1), { stdio: 'ignore' });
  } catch (error) {
    throw storageError(error, `writing ${path}`);
  }
}
