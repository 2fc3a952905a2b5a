import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { account, addAccount, addRepository, grantTo, name } from './records-fixture.ts';
import type { OpenDatabase } from './records-fixture.ts';

/** Accounts, tokens, roles and secrets. */
export function accessContract(open: OpenDatabase): void {
  describe('access', () => {
    test('passkeys: counted on the account, used with a rising counter alone, gone with it', async () => {
      const database = await open();
      await addAccount(database, account('ann'));
      const passkey = {
        id: 'p1',
        accountId: 'id-ann',
        credentialId: 'cred',
        name: 'laptop',
        site: 'registry.example',
        algorithm: -7,
        publicKey: new Uint8Array([1, 2, 3]),
        counter: 0,
        backedUp: true,
        suspected: false,
        createdAt: 1,
        lastUsedAt: undefined,
      };
      await database.change(({ access }) => access.addPasskey(passkey));
      const { access } = database.records;
      const found = await access.passkeyByCredential('cred');
      assert.deepEqual(found && { ...found, publicKey: new Uint8Array(found.publicKey) }, passkey);
      assert.equal((await access.accountById('id-ann'))?.passkeys, 1);
      const use = (counter: number) => database.change((records) => records.access.usePasskey('p1', counter, 5));
      const uses: boolean[] = [];
      for (const counter of [0, 0, 4_000_000_000, 4_000_000_000, 3, 0]) uses.push(await use(counter));
      assert.deepEqual(uses, [true, true, true, false, false, false]);
      await database.change((records) => records.access.suspectPasskey('p1'));
      await database.change((records) => records.access.renamePasskey('p1', 'phone'));
      const [after] = await access.passkeys('id-ann');
      assert.deepEqual([after?.name, after?.suspected, after?.counter, after?.lastUsedAt], ['phone', true, 4e9, 5]);
      assert.equal(await database.change((records) => records.access.removePasskey('id-bob', 'p1')), false);
      assert.equal(await database.change((records) => records.access.removePasskey('id-ann', 'p1')), true);
      assert.equal((await access.accountById('id-ann'))?.passkeys, 0);
      await database.change((records) => records.access.addPasskey(passkey));
      await database.change((records) => records.access.deleteAccount('id-ann'));
      assert.equal(await access.passkeyByCredential('cred'), undefined);
    });
    test('an account goes with its tokens and roles', async () => {
      const database = await open();
      await addAccount(database, account('ann'));
      await addRepository(database, 'lib/a');
      await grantTo(database, 'ann', 'publisher', { repository: name('lib/a') });
      await grantTo(database, 'nobody', 'publisher', { repository: name('lib/a') });
      const token = {
        id: 't1',
        accountId: 'id-ann',
        kind: 'personal' as const,
        name: 'ci',
        readOnly: true,
        limits: [{ on: { organisation: 'lib' }, actions: ['pull' as const] }],
        createdAt: 1,
        expiresAt: 100,
        lastUsedAt: undefined,
      };
      await database.change(({ access }) => access.addToken(token, 'hash'));
      const { access } = database.records;
      const found = await access.tokenBySecret('hash', 50);
      assert.deepEqual(found?.token, token);
      assert.equal(found.account.name, 'ann');
      assert.equal(await access.tokenBySecret('hash', 100), undefined, 'it has expired');
      await database.change((records) => records.access.setDisabled('id-ann', true));
      assert.equal(await access.tokenBySecret('hash', 50), undefined, 'its account is disabled');
      assert.deepEqual(await access.grants({ repository: name('lib/a') }), [
        {
          principal: 'ann',
          role: 'publisher',
          actions: ['pull', 'push', 'sign', 'inspect'],
          subject: { repository: 'lib/a' },
        },
      ]);
      await database.change((records) => records.access.deleteAccount('id-ann'));
      assert.deepEqual(await access.grants({}), []);
      assert.deepEqual(await access.tokens('id-ann', 'personal'), []);
      assert.equal(await access.account('ann'), undefined);
    });

    test('tokens are touched, revoked and forgotten', async () => {
      const database = await open();
      await addAccount(database, account('bob'));
      await database.change(async ({ access }) => {
        for (const [id, kind, expiresAt] of [
          ['p', 'personal', 100],
          ['s', 'session', 10],
          ['r', 'refresh', 100],
        ] as const)
          await access.addToken(
            {
              id,
              accountId: 'id-bob',
              kind,
              name: id,
              readOnly: false,
              limits: undefined,
              createdAt: 1,
              expiresAt,
              lastUsedAt: undefined,
            },
            id,
          );
        await access.touchToken('p', 42);
      });
      assert.equal((await database.records.access.tokens('id-bob', 'personal'))[0]?.lastUsedAt, 42);
      assert.equal(await database.change(({ access }) => access.forgetExpiredTokens(50)), 1);
      assert.equal(await database.change(({ access }) => access.revokeToken('id-eve', 'p')), false);
      assert.equal(await database.change(({ access }) => access.revokeToken('id-bob', 'p')), true);
      await database.change(({ access }) => access.revokeTokens('id-bob', ['refresh', 'session']));
      assert.deepEqual(await database.records.access.tokens('id-bob', 'refresh'), []);
    });

    test('secrets are bytes, whatever bytes', async () => {
      const database = await open();
      const value = new Uint8Array([0, 1, 255, 0, 39]);
      await database.change(({ access }) => access.setSecret('key', new Uint8Array([9])));
      await database.change(({ access }) => access.setSecret('key', value));
      assert.deepEqual(new Uint8Array((await database.records.access.secret('key')) ?? []), value);
      assert.equal(await database.records.access.secret('none'), undefined);
    });
  });
}
