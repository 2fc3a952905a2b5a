import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN_PASSWORD } from '../server.ts';
import { command, type CommandResult, succeed } from './command.ts';
import type { DockerEngine } from './container-engine.ts';

export interface DockerClient {
  readonly program: string;
  readonly version: string;
}

/** The docker command lines of this machine, by version; Debian's 20.10 and a newer one where it is installed. */
export async function dockerClients(): Promise<DockerClient[]> {
  const found = new Map<string, DockerClient>();
  for (const program of ['/usr/bin/docker', '/usr/local/bin/docker']) {
    if (!existsSync(program)) continue;
    const version = /version (\d+\.\d+)/.exec(await succeed(program, ['--version']))?.[1] ?? '';
    found.set(version, { program, version });
  }
  return [...found.values()];
}

export const ROOT_PASSPHRASE = 'root passphrase 1';
export const REPOSITORY_PASSPHRASE = 'repository passphrase 1';

/** Somebody with a docker configuration, keys and cached trust data of their own. */
export interface DockerUser {
  readonly home: string;
  readonly config: string;
  /** Runs docker with content trust on; `trust: false` turns it off. */
  run(args: readonly string[], options?: { trust?: boolean; env?: Record<string, string> }): Promise<CommandResult>;
}

export async function dockerUser(
  folder: string,
  client: DockerClient,
  engine: DockerEngine,
  registry: string,
  signIn: { name: string; password: string } | undefined = { name: 'admin', password: ADMIN_PASSWORD },
): Promise<DockerUser> {
  const home = mkdtempSync(join(folder, 'user-'));
  const config = join(home, '.docker');
  const env = {
    DOCKER_HOST: engine.env.DOCKER_HOST,
    DOCKER_CONFIG: config,
    HOME: home,
    DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE: ROOT_PASSPHRASE,
    DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: REPOSITORY_PASSPHRASE,
    DOCKER_BUILDKIT: '0',
  };
  if (signIn)
    await succeed(client.program, ['login', '-u', signIn.name, '--password-stdin', registry], {
      env,
      input: signIn.password,
    });
  return {
    home,
    config,
    run: (args, options = {}) =>
      command(client.program, args, {
        env: { ...env, ...(options.trust !== false && { DOCKER_CONTENT_TRUST: '1' }), ...options.env },
      }),
  };
}

/** A build context whose image runs; `text` makes it a different image. */
export function buildContext(folder: string, text: string, from = 'scratch'): string {
  const context = mkdtempSync(join(folder, 'context-'));
  copyFileSync('/bin/busybox', join(context, 'busybox'));
  writeFileSync(join(context, 'text'), text);
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${from}\nCOPY busybox /bin/busybox\nCOPY text /text\nENTRYPOINT ["/bin/busybox"]\n`,
  );
  return context;
}

export interface NotaryUser {
  readonly folder: string;
  run(args: readonly string[], options?: { input?: string; env?: Record<string, string> }): Promise<CommandResult>;
}

/** Somebody with the notary command line and a key store of their own; the server's authority is trusted. */
export function notaryUser(
  folder: string,
  server: string,
  authority: string,
  signIn: { name: string; password: string } | undefined = { name: 'admin', password: ADMIN_PASSWORD },
): NotaryUser {
  const own = mkdtempSync(join(folder, 'notary-'));
  mkdirSync(join(own, 'trust'));
  const ca = join(own, 'ca.crt');
  writeFileSync(ca, authority);
  return {
    folder: own,
    run: (args, options = {}) =>
      command('notary', ['-s', server, '-d', join(own, 'trust'), '--tlscacert', ca, ...args], {
        cwd: own,
        env: {
          HOME: own,
          NOTARY_ROOT_PASSPHRASE: ROOT_PASSPHRASE,
          NOTARY_TARGETS_PASSPHRASE: REPOSITORY_PASSPHRASE,
          NOTARY_SNAPSHOT_PASSPHRASE: REPOSITORY_PASSPHRASE,
          NOTARY_DELEGATION_PASSPHRASE: REPOSITORY_PASSPHRASE,
          ...(signIn && { NOTARY_AUTH: Buffer.from(`${signIn.name}:${signIn.password}`).toString('base64') }),
          ...options.env,
        },
        ...(options.input !== undefined && { input: options.input }),
      }),
  };
}

/** A folder that goes with the test. */
export function testFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'assay-trust-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Everything that a program wrote. */
export function said({ stdout, stderr }: CommandResult): string {
  return `${stdout}${stderr}`;
}

/** The program ended so, and wrote this. */
export function expect(result: CommandResult, status: number, text: RegExp | string): void {
  assert.equal(result.status, status, said(result));
  if (typeof text === 'string') assert.ok(said(result).includes(text), `${text} in: ${said(result)}`);
  else assert.match(said(result), text);
}
