import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { succeed } from './command.ts';
import type { PostgresCluster } from './postgres-cluster.ts';

/** A notary-server with its notary-signer over PostgreSQL, as organisations run them. */
export interface NotaryEstate extends AsyncDisposable {
  readonly url: string;
  readonly authority: string;
  /** The signer's passphrase, as its environment has it. */
  readonly passphrase: Readonly<Record<string, string>>;
  /** Paths of dumps of both databases. */
  dump(extra?: readonly string[]): Promise<{ server: string; signer: string }>;
}

const FILES = `create table tuf_files (id serial primary key, created_at timestamp, updated_at timestamp, deleted_at timestamp,
  gun varchar(255) not null, role varchar(255) not null, version integer not null, data bytea not null, sha256 char(64),
  unique (gun, role, version));
create table change_category (category varchar(20) primary key);
insert into change_category values ('update'), ('deletion');
create table changefeed (id serial primary key, created_at timestamp default current_timestamp, gun varchar(255) not null,
  version integer not null, sha256 char(64), category varchar(20) not null default 'update' references change_category);`;
const KEYS = `create table private_keys (id serial primary key, created_at timestamp, updated_at timestamp, deleted_at timestamp,
  key_id varchar(255) not null unique, encryption_alg varchar(255) not null, keywrap_alg varchar(255) not null,
  algorithm varchar(50) not null, passphrase_alias varchar(50) not null, public bytea not null, private bytea not null,
  gun varchar(255) not null, role varchar(255) not null, last_used timestamp);`;

export async function notaryEstate(folder: string, cluster: PostgresCluster): Promise<NotaryEstate> {
  const own = join(folder, 'notary-estate');
  mkdirSync(own);
  const path = (name: string) => join(own, name);
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await succeed('openssl', [
    'req',
    '-x509',
    ...curve,
    '-days',
    '2',
    ...subject,
    '-keyout',
    path('key'),
    '-out',
    path('crt'),
  ]);
  const [files, keys] = [await cluster.database('notaryserver'), await cluster.database('notarysigner')];
  await run('psql', files, ['-qc', FILES]);
  await run('psql', keys, ['-qc', KEYS]);
  const [serverPort, signerPort] = [await freePort(), await freePort()];
  const tls = { tls_cert_file: path('crt'), tls_key_file: path('key') };
  const storage = (url: string) => ({ backend: 'postgres', db_url: `${url}&sslmode=disable` });
  writeFileSync(
    path('signer.json'),
    JSON.stringify({
      server: { grpc_addr: `127.0.0.1:${signerPort}`, ...tls, client_ca_file: path('crt') },
      storage: storage(keys),
      logging: { level: 'error' },
    }),
  );
  writeFileSync(
    path('server.json'),
    JSON.stringify({
      server: { http_addr: `127.0.0.1:${serverPort}`, ...tls },
      trust_service: {
        type: 'remote',
        hostname: '127.0.0.1',
        port: String(signerPort),
        tls_ca_file: path('crt'),
        tls_client_cert: path('crt'),
        tls_client_key: path('key'),
        key_algorithm: 'ecdsa',
      },
      storage: storage(files),
      logging: { level: 'error' },
    }),
  );
  const passphrase = { NOTARY_SIGNER_SHELF_1: 'passphrase of the signer' };
  const start = (program: string, config: string, environment: Record<string, string>) =>
    spawn(program, ['-config', path(config)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const running = [start('notary-signer', 'signer.json', { NOTARY_SIGNER_DEFAULT_ALIAS: 'shelf_1', ...passphrase })];
  // notary-server thinks itself well until its first look at a signer that is not there yet.
  await listening(signerPort);
  running.push(start('notary-server', 'server.json', {}));
  const estate: NotaryEstate = {
    url: `https://127.0.0.1:${serverPort}`,
    authority: path('crt'),
    passphrase,
    async dump(extra = []) {
      const [server, signer] = [path('server.sql'), path('signer.sql')];
      writeFileSync(server, await run('pg_dump', files, extra));
      writeFileSync(signer, await run('pg_dump', keys, extra));
      return { server, signer };
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'close');
        child.kill();
        await ended;
      }
    },
  };
  for (let tries = 0; ; tries++) {
    const health = await succeed('curl', ['-sk', `${estate.url}/_notary_server/health`]).catch(() => '');
    if (health.trim() === '{}') return estate;
    if (tries > 150) throw new Error(`notary-server is not well: ${health}`);
    await pause(100);
  }
}

function run(program: string, url: string, args: readonly string[]): Promise<string> {
  const debian = `/usr/lib/postgresql/15/bin/${program}`;
  return succeed(existsSync(debian) ? debian : program, [...args, url]);
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = connect(port, '127.0.0.1');
    const up = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (up) return;
    if (tries > 100) throw new Error(`nobody listens on port ${port}`);
    await pause(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
