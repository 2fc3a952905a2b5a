import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredStatement } from '../../src/ports/vex-records.ts';
import { addRepository, digest, type OpenDatabase } from './records-fixture.ts';

const image = digest('image');

function statement(id: string, more: Partial<StoredStatement> = {}): StoredStatement {
  return {
    id,
    digest: image,
    ids: ['CVE-2026-0001'],
    status: 'not-affected',
    packages: ['pkg:npm/x@1'],
    author: 'ann',
    statedAt: 1,
    recordedBy: 'ann',
    recordedAt: Number(id),
    ...more,
  };
}

/** Statements about images: of one repository, withdrawn but never lost. */
export function vexContract(open: OpenDatabase): void {
  describe('statements about vulnerabilities', () => {
    test('a statement is of its repository and image; a withdrawn one stays in the list', async () => {
      const database = await open();
      const shop = await addRepository(database, 'shop/app');
      const other = await addRepository(database, 'other/app');
      await database.change(async ({ vex }) => {
        await vex.add(shop, [statement('1'), statement('2', { status: 'fixed', detail: 'words' })]);
        await vex.add(shop, [statement('3', { digest: digest('else') })]);
      });
      const { vex } = database.records;
      assert.deepEqual(await vex.statements(shop, image), [
        statement('2', { status: 'fixed', detail: 'words' }),
        statement('1'),
      ]);
      assert.deepEqual(await vex.statements(other, image), []);
      assert.deepEqual([...(await vex.spokenIn([shop.id, other.id]))], [shop.id]);
      const withdraw = (of: typeof shop, id: string) =>
        database.change((records) => records.vex.withdraw(of, image, id, 'bob', 9));
      assert.equal(await withdraw(other, '1'), false);
      assert.equal(await withdraw(shop, '3'), false);
      assert.equal(await withdraw(shop, '1'), true);
      assert.equal(await withdraw(shop, '1'), false);
      assert.deepEqual(
        (await vex.statements(shop, image)).map((each) => each.withdrawn),
        [undefined, { by: 'bob', at: 9 }],
      );
      const standing = await vex.inForce(shop, [image, digest('else')]);
      assert.deepEqual(standing.map((each) => each.id).sort(), ['2', '3']);
      assert.deepEqual(await vex.inForce(other, [image]), []);
    });

    test('where they are published, replaced and forgotten', async () => {
      const database = await open();
      const shop = await addRepository(database, 'shop/app');
      const { vex } = database.records;
      assert.equal(await vex.published(shop, image), undefined);
      for (const each of [digest('a'), digest('b'), undefined]) {
        await database.change((records) => records.vex.setPublished(shop, image, each));
        assert.equal(await vex.published(shop, image), each);
      }
    });
  });
}
