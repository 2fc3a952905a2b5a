import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPostgres } from '../../src/adapters/postgres/database.ts';
import { isAssayError } from '../../src/lib/error.ts';
import type { Database } from '../../src/ports/database.ts';
import { databaseContract } from '../contracts/database.ts';
import { RegistryClient } from '../registry-client.ts';
import { layeredImage } from '../registry-house.ts';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { addRepository, keep, system } from '../contracts/records-fixture.ts';
import { type PostgresCluster, startPostgres } from './postgres-cluster.ts';

let cluster: PostgresCluster;
let made = 0;
const opened: Database[] = [];

before(async () => {
  cluster = await startPostgres();
});
after(async () => {
  for (const database of opened) await database.close();
  await cluster[Symbol.asyncDispose]();
});

async function openNew(): Promise<Database> {
  const database = await openPostgres(await cluster.database(`contract_${made++}`), 1, keep);
  opened.push(database);
  return database;
}

databaseContract('PostgreSQL', openNew);

test('two servers that start at once on an empty database migrate it once', async () => {
  const url = await cluster.database('twins');
  const both = await Promise.all([openPostgres(url, 1, keep), openPostgres(url, 1, keep)]);
  opened.push(...both);
  await addRepository(both[0], 'lib/seen');
  assert.equal(await both[1].records.registry.countRepositories(system), 1);
});

test('two servers count tag moves together without losing one', async () => {
  const url = await cluster.database('replicas');
  const both = await Promise.all([openPostgres(url, 1, keep), openPostgres(url, 1, keep)]);
  opened.push(...both);
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      both[index % 2]!.change(async ({ access }) => {
        const now = (await access.secret('counter'))?.[0] ?? 0;
        await access.setSecret('counter', new Uint8Array([now + 1]));
      }),
    ),
  );
  assert.equal((await both[0].records.access.secret('counter'))?.[0], 30);
});

test('a server that cannot be reached or does not know the database is one clear line', async () => {
  const url = await cluster.database('known');
  await assert.rejects(openPostgres(url.replace('known', 'unknown_database'), 1), (error) =>
    isAssayError(error, 'configuration-invalid'),
  );
  await assert.rejects(openPostgres('postgres://127.0.0.1:1/none', 1), (error) =>
    isAssayError(error, 'storage-failed'),
  );
});

test('a connection that the server ends fails its change with a code, and the next one works', async () => {
  const database = await openNew();
  await addRepository(database, 'lib/a');
  await cluster.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assay'`);
  const outcomes: unknown[] = [];
  for (let attempt = 0; attempt < 3; attempt++)
    outcomes.push(await database.records.registry.countRepositories(system).catch((error: unknown) => error));
  assert.equal(outcomes.at(-1), 1);
});

test('a server with the setting database keeps its rows there, over a restart too', async () => {
  const url = await cluster.database('served');
  await using first = await startServer({ database: url });
  const image = layeredImage('app', ['layer', 'more']);
  await new RegistryClient(first.url, 'admin', ADMIN_PASSWORD).pushImage('library/app', 'latest', image, 'chunked');
  await first.running.stop();
  await using second = await startServer({ database: url, dataDirectory: first.directory });
  const client = new RegistryClient(second.url, 'admin', ADMIN_PASSWORD);
  assert.equal(await client.checkImage('library/app', 'latest'), image.digest);
  await client.request('DELETE', '/v2/library/app/manifests/latest', [202]);
  const checked = await second.fetch('/api/v1/fsck?full=true', { method: 'POST' });
  const summary = JSON.parse((await checked.text()).trim().split('\n').at(-1) ?? '') as { damaged: number };
  assert.equal(summary.damaged, 0);
  const backup = await second.fetch('/api/v1/backups', { method: 'POST' });
  assert.equal(backup.status, 400);
  assert.match(await backup.text(), /pg_dump/);
});
