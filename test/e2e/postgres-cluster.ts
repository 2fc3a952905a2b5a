import { chownSync, chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeed } from './command.ts';

export interface PostgresCluster extends AsyncDisposable {
  /** Makes an empty database; its locale is not C, so that ordering is ours and not the server's. */
  database(name: string): Promise<string>;
  /** Runs SQL as the superuser of the cluster. */
  sql(text: string): Promise<string>;
  /** Ends the server as a crash would; its data stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A PostgreSQL server of its own in a temporary folder, on a Unix socket there and on no port. */
export async function startPostgres(): Promise<PostgresCluster> {
  const programs = postgresPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  const root = process.getuid?.() === 0;
  if (root) {
    const owner = (await succeed('id', ['-u', 'postgres'])).trim();
    chownSync(folder, Number(owner), -1);
  }
  chmodSync(folder, 0o711);
  // PostgreSQL refuses to run as root; Debian's package brings the user postgres.
  const run = (program: string, args: readonly string[]) =>
    root
      ? succeed(
          'setpriv',
          ['--reuid=postgres', '--regid=postgres', '--clear-groups', join(programs, program), ...args],
          {
            cwd: folder,
          },
        )
      : succeed(join(programs, program), args, { cwd: folder });
  const data = join(folder, 'data');
  await run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--locale=C.UTF-8', '-E', 'UTF8']);
  const options = `-c listen_addresses='' -c unix_socket_directories=${folder} -c max_connections=500`;
  const start = async () => {
    await run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']);
  };
  const stop = async () => {
    await run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
  };
  await start();
  const sql = (text: string) =>
    succeed(join(programs, 'psql'), ['-h', folder, '-U', 'postgres', '-qAt', '-v', 'ON_ERROR_STOP=1', '-c', text]);
  return {
    sql,
    start,
    stop,
    async database(name) {
      await sql(`create database ${name} template template0 locale_provider icu icu_locale 'en-US' locale 'C.UTF-8'`);
      return `postgres://postgres@/${name}?host=${encodeURIComponent(folder)}`;
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function postgresPrograms(): string {
  const root = '/usr/lib/postgresql';
  const [newest] = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  if (!newest) throw new Error(`PostgreSQL is not installed: there is no ${root} (Debian: apt-get install postgresql)`);
  return join(root, newest, 'bin');
}
