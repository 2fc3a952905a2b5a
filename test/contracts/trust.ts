import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TrustFile } from '../../src/ports/trust-records.ts';
import { addRepository, type OpenDatabase } from './records-fixture.ts';

function file(role: string, version: number, more: Partial<TrustFile> = {}): TrustFile {
  const raw = Buffer.from(`${role} ${version}`);
  return {
    dialect: 'notary',
    role,
    version,
    raw,
    length: raw.length,
    sha256: `${role}-${version}`,
    expires: 1000,
    storedAt: version,
    storedBy: 'admin',
    ...more,
  };
}

/** Collections of trust metadata, their files, server keys and the changefeed. */
export function trustContract(open: OpenDatabase): void {
  describe('trust', () => {
    test('the newest version of each role is current; every version and hash stays', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      const gun = 'host:5000/lib/app';
      await database.change(async ({ trust }) => {
        await trust.createCollection(repository, gun, 5);
        for (const each of [file('root', 1), file('root', 2), file('targets', 9), file('targets', 10)])
          await trust.addFile(repository, gun, each);
        await trust.addFile(repository, gun, file('root', 7, { dialect: 'tuf-1.0' }));
      });
      const { trust } = database.records;
      assert.equal((await trust.currentFile(repository, gun, 'notary', 'targets'))?.version, 10);
      assert.equal(Buffer.from((await trust.currentFile(repository, gun, 'notary', 'root'))!.raw).toString(), 'root 2');
      assert.equal((await trust.currentFile(repository, gun, 'tuf-1.0', 'root'))?.version, 7);
      assert.equal((await trust.fileByVersion(repository, gun, 'notary', 'root', 1))?.sha256, 'root-1');
      assert.equal(await trust.fileByVersion(repository, gun, 'tuf-1.0', 'root', 1), undefined);
      assert.equal((await trust.fileByHash(repository, gun, 'targets', 'targets-9'))?.version, 9);
      assert.equal(await trust.fileByHash(repository, gun, 'root', 'targets-9'), undefined);
      const newest = await trust.currentFile(repository, gun, 'notary', 'targets');
      const { raw: _raw, ...described } = newest!;
      assert.deepEqual(await trust.currentSummary(repository, gun, 'notary', 'targets'), described);
      assert.equal(described.version, 10);
      assert.deepEqual(
        (await trust.versions(repository, gun, 'notary', 'root')).map(({ version }) => version),
        [1, 2],
      );
      await assert.rejects(database.change(({ trust: inside }) => inside.addFile(repository, gun, file('root', 2))));
    });

    test('a collection belongs to one repository; another’s reads nothing of it', async () => {
      const database = await open();
      const [mine, other] = [await addRepository(database, 'lib/app'), await addRepository(database, 'lib/other')];
      await database.change(async ({ trust }) => {
        await trust.createCollection(mine, 'lib/app', 5);
        await trust.addFile(mine, 'lib/app', file('root', 1));
      });
      const { trust } = database.records;
      assert.equal(await trust.collection(other, 'lib/app'), undefined);
      assert.equal(await trust.currentFile(other, 'lib/app', 'notary', 'root'), undefined);
      assert.equal(await trust.fileByHash(other, 'lib/app', 'root', 'root-1'), undefined);
      assert.equal(await trust.currentSummary(other, 'lib/app', 'notary', 'root'), undefined);
      assert.deepEqual(
        (await trust.collections(mine)).map(({ gun }) => gun),
        ['lib/app'],
      );
      assert.equal(await database.change(({ trust: inside }) => inside.deleteCollection(other, 'lib/app')), false);
      assert.equal(await database.change(({ trust: inside }) => inside.deleteCollection(mine, 'lib/app')), true);
      assert.equal(await trust.currentFile(mine, 'lib/app', 'notary', 'root'), undefined);
      assert.equal(await trust.collection(mine, 'lib/app'), undefined);
    });

    test('the changefeed counts up; pages go forward and back', async () => {
      const database = await open();
      for (const [gun, version] of [
        ['a', 1],
        ['b', 1],
        ['a', 2],
        ['a', 3],
      ] as const)
        await database.change(({ trust }) =>
          trust.addChange({ at: version, gun, version, sha256: 'x', category: 'update' }),
        );
      const { trust } = database.records;
      const ids = async (page: Parameters<typeof trust.changes>[0]) => (await trust.changes(page)).map(({ id }) => id);
      assert.deepEqual(await ids({ limit: 10 }), [1, 2, 3, 4]);
      assert.deepEqual(await ids({ gun: 'a', limit: 10 }), [1, 3, 4]);
      assert.deepEqual(await ids({ after: 1, limit: 2 }), [2, 3]);
      assert.deepEqual(await ids({ gun: 'a', before: 4, limit: 1 }), [3]);
    });

    test('only the newest timestamp and snapshot are due for renewal', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await database.change(async ({ trust }) => {
        await trust.createCollection(repository, 'old', 1);
        await trust.createCollection(repository, 'fresh', 1);
        await trust.addFile(repository, 'old', file('timestamp', 1, { expires: 50 }));
        await trust.addFile(repository, 'fresh', file('timestamp', 1, { expires: 50 }));
        await trust.addFile(repository, 'fresh', file('timestamp', 2, { expires: 500 }));
        await trust.addFile(repository, 'fresh', file('root', 1, { expires: 10 }));
      });
      const { trust } = database.records;
      assert.deepEqual(await trust.dueForRenewal({ timestamp: 100, snapshot: 100 }, 10), [
        { gun: 'old', repositoryName: 'lib/app', dialect: 'notary' },
      ]);
      assert.equal((await trust.dueForRenewal({ timestamp: 1000, snapshot: 100 }, 10)).length, 2);
    });

    test('public keys of the server are kept by collection', async () => {
      const database = await open();
      const key = { gun: 'a', role: 'timestamp', fingerprint: 'f', spki: Buffer.from('s'), createdAt: 1 } as const;
      await database.change(({ trust }) => trust.addServerKey(key));
      await database.change(({ trust }) => trust.addServerKey(key));
      const [kept] = await database.records.trust.serverKeys('a');
      assert.deepEqual({ ...kept, spki: Buffer.from(kept!.spki).toString() }, { ...key, spki: 's' });
      assert.deepEqual(await database.records.trust.serverKeys('b'), []);
    });
  });
}
