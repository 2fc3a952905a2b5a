import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryDatabase } from '../../adapters/memory/database.ts';
import { systemViewer } from '../../access/viewer.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { StorageKey } from '../../ports/blob-store.ts';
import type { RepositoryId, UploadSession } from '../../ports/registry-records.ts';
import { UploadSessions } from './upload-sessions.ts';

const viewer = systemViewer('test');

async function house() {
  const database = await memoryDatabase();
  const name = 'shop/app' as RepositoryName;
  await database.change(async ({ registry }) => {
    await registry.createOrganisation('shop', 0);
    await registry.createRepository({
      id: 'r' as RepositoryId,
      name,
      visibility: 'private',
      description: '',
      createdAt: 0,
    });
  });
  const repository = await database.records.registry.repository(viewer, name);
  assert.ok(repository);
  return { database, repository };
}

function session(id: string, principal = 'p'): UploadSession {
  return {
    id,
    principal,
    repositoryId: 'r' as RepositoryId,
    storageKey: `key-${id}` as StorageKey,
    algorithm: 'sha256',
    startedAt: 1,
  };
}

test('a fresh session is found by its owner alone, and becomes a row when it is kept', async () => {
  const { database, repository } = await house();
  const sessions = new UploadSessions(database, true);
  await sessions.start(session('a'), 10);
  assert.equal((await sessions.find(repository, 'p', 'a'))?.id, 'a');
  assert.equal(await sessions.find(repository, 'other', 'a'), undefined);
  assert.equal(await sessions.find({ ...repository, id: 'elsewhere' as RepositoryId }, 'p', 'a'), undefined);
  assert.equal(await database.records.registry.upload(repository, 'p', 'a'), undefined);
  await sessions.keep();
  assert.equal(sessions.isFresh('a'), false);
  assert.equal((await sessions.find(repository, 'p', 'a'))?.id, 'a');
  assert.equal((await database.records.registry.upload(repository, 'p', 'a'))?.id, 'a');
  await database.close();
});

test('one that is over before leaves no row, in whatever order keeping and ending meet', async () => {
  const { database, repository } = await house();
  const sessions = new UploadSessions(database, true);
  await sessions.start(session('a'), 10);
  const keeping = sessions.keep();
  sessions.forget('a');
  await database.change(({ registry }) => registry.endUpload('a'));
  await keeping;
  assert.equal(await sessions.find(repository, 'p', 'a'), undefined);
  assert.equal(await database.records.registry.countUploads('p'), 0);
  await database.close();
});

test('several requests may keep the same sessions at once', async () => {
  const { database } = await house();
  const sessions = new UploadSessions(database, true);
  for (const id of ['a', 'b', 'c']) await sessions.start(session(id), 10);
  await Promise.all([sessions.keep(), sessions.keep(), sessions.keep()]);
  assert.equal(await database.records.registry.countUploads('p'), 3);
  await database.close();
});

test('the limit counts fresh sessions and rows of the principal', async () => {
  const { database } = await house();
  const sessions = new UploadSessions(database, true);
  await sessions.start(session('a'), 2);
  await sessions.keep();
  await sessions.start(session('b'), 2);
  await assert.rejects(sessions.start(session('c'), 2), /2 uploads are open/);
  await sessions.start(session('d', 'other'), 2);
  await database.close();
});

test('beside other processes a session is a row at once', async () => {
  const { database, repository } = await house();
  await new UploadSessions(database, false).start(session('a'), 10);
  assert.equal((await new UploadSessions(database, false).find(repository, 'p', 'a'))?.id, 'a');
  await database.close();
});
