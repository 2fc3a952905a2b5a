import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TokenLimits } from '../../src/access/limits.ts';
import type { Action } from '../../src/access/roles.ts';
import { anonymous, type Viewer } from '../../src/access/viewer.ts';
import { account, addAccount, addRepository, digest, grantTo, manifestOf, name, pushImage } from './records-fixture.ts';
import { type OpenDatabase, system } from './records-fixture.ts';
import { finding, imageOf, packageOf } from './content-fixture.ts';

const administrator = account('root', true);
const reader = account('reader');
const member = account('member');
const stranger = account('stranger');
const teamed = account('teamed');
const limited = (who: Extract<Viewer, { kind: 'account' }>, limits: TokenLimits): Viewer => ({ ...who, limits });
const scoped = (who: Viewer, repositories: Record<string, Action[]>, catalogue = false): Viewer =>
  who.kind === 'system'
    ? who
    : {
        ...who,
        scope: {
          repositories: new Map(Object.entries(repositories).map(([key, actions]) => [name(key), new Set(actions)])),
          collections: new Map(),
          catalogue,
        },
      };

/** Who sees what: two private organisations, one public repository. */
const cases: readonly (readonly [title: string, viewer: Viewer, sees: readonly string[]])[] = [
  ['the system', system, ['acme/app', 'acme/base', 'open/tool', 'rival/app']],
  ['an administrator', administrator, ['acme/app', 'acme/base', 'open/tool', 'rival/app']],
  ['an account with a role on one repository', reader, ['acme/app', 'open/tool']],
  ['an account with a role on an organisation', member, ['acme/app', 'acme/base', 'open/tool']],
  ['a stranger', stranger, ['open/tool']],
  ['nobody in particular', anonymous, ['open/tool']],
  ['a token for one repository', scoped(member, { 'acme/base': ['pull'] }), ['acme/base']],
  ['a token that names what its holder may not see', scoped(stranger, { 'acme/base': ['pull'] }), []],
  ['an administrator’s token for one repository', scoped(administrator, { 'rival/app': ['pull'] }), ['rival/app']],
  ['a token to push only', scoped(member, { 'acme/base': ['push'] }), []],
  ['a token without any repository', scoped(administrator, {}), []],
  ['a token for the catalogue', scoped(reader, {}, true), ['acme/app', 'open/tool']],
  [
    'a token limited to one repository',
    limited(member, [{ on: { repository: name('acme/app') }, actions: ['pull'] }]),
    ['acme/app'],
  ],
  [
    'an administrator’s token limited to one organisation',
    limited(administrator, [{ on: { organisation: 'rival' }, actions: ['pull'] }]),
    ['rival/app'],
  ],
  ['a limited token that does not pull', limited(member, [{ on: { organisation: 'acme' }, actions: ['push'] }]), []],
  [
    'a limited token that names what its holder may not see',
    limited(stranger, [{ on: { organisation: 'acme' }, actions: ['pull'] }]),
    [],
  ],
  ['a member of a team with a role', teamed, ['acme/base', 'open/tool']],
  ['an anonymous token', scoped(anonymous, { 'open/tool': ['pull'], 'acme/app': ['pull'] }), ['open/tool']],
];

/** Lists, counts and search never show what their viewer may not see. */
export function visibilityContract(open: OpenDatabase): void {
  describe('visibility', () => {
    test('every list, count and search shows each viewer exactly its repositories', async () => {
      const database = await open();
      for (const each of [administrator, reader, member, stranger, teamed]) await addAccount(database, each);
      for (const each of ['acme/app', 'acme/base', 'rival/app']) await addRepository(database, each);
      await addRepository(database, 'open/tool', 'public');
      await grantTo(database, 'reader', 'reader', { repository: name('acme/app') });
      await grantTo(database, 'member', 'publisher', { organisation: 'acme' });
      const team = { id: 'team-1', organisation: 'acme', name: 'qa', description: '', createdAt: 1 };
      await database.change(async ({ access }) => {
        await access.createTeam(team);
        await access.addTeamMember(team, teamed.accountId);
      });
      await grantTo(database, 'team:qa', 'signer', { repository: name('acme/base') });
      const { registry, content, events } = database.records;
      for (const each of ['acme/app', 'acme/base', 'rival/app', 'open/tool']) {
        const repository = (await registry.repository(system, name(each)))!;
        await pushImage(database, repository, manifestOf(`image of ${each}`, ['shared']), ['latest']);
        await database.change(async (records) => {
          await records.content.putImage(
            imageOf(digest(`image of ${each}`)),
            [{ package: packageOf('openssl', '1.0'), findings: [finding('CVE-2026-0001', 'high')] }],
            'set',
          );
          await records.events.append({
            id: `e-${each}`,
            type: 'dev.assay.tag.moved.v1',
            actor: 'ann',
            repositoryId: repository.id,
            subject: each,
            data: {},
            at: 5,
          });
        });
      }
      for (const each of ['acme/app', 'acme/base', 'rival/app', 'open/tool']) {
        const repository = (await registry.repository(system, name(each)))!;
        const former = manifestOf(`former image of ${each}`, ['shared']);
        await pushImage(database, repository, former, []);
        await database.change(async (records) => {
          const packages = [{ package: packageOf('former', '1'), findings: [finding('CVE-2026-0002', 'high')] }];
          await records.content.putImage(imageOf(former.digest), packages, 'set');
          await records.registry.deleteManifest(repository, former.digest, 'ann', 9);
        });
      }
      for (const [title, viewer, sees] of cases) {
        const former = await content.imagesThatHad(viewer, 'CVE-2026-0002', { since: 0, limit: 100 });
        assert.deepEqual(former.map((each) => each.repository).toSorted(), sees, `${title}: deleted images`);
        const listed = await registry.repositories(viewer, { limit: 100 });
        assert.deepEqual(
          listed.map((each) => each.name),
          sees,
          `${title}: list`,
        );
        assert.deepEqual(await registry.repositoryNames(viewer, { limit: 100 }), sees, `${title}: names`);
        assert.equal(await registry.countRepositories(viewer), sees.length, `${title}: count`);
        const apps = sees.filter((each) => each.includes('app'));
        assert.equal(await registry.countRepositories(viewer, 'app'), apps.length, `${title}: counted search`);
        const vulnerable = await content.imagesWith(viewer, 'CVE-2026-0001', { limit: 100 });
        assert.deepEqual(
          vulnerable.map((each) => each.repository),
          sees,
          `${title}: vulnerable images`,
        );
        const holding = await content.imagesHolding(viewer, 'openssl', { limit: 100 });
        assert.deepEqual(
          holding.map((each) => each.repository),
          sees,
          `${title}: images with a package`,
        );
        const shown = await events.list(viewer, { limit: 100 });
        assert.deepEqual(shown.map((each) => each.subject).toSorted(), sees, `${title}: events`);
        const linked = await registry.linkedIn(viewer, digest('shared'), 10);
        assert.equal(linked.length > 0, sees.length > 0, `${title}: anonymous mount`);
        for (const each of ['acme/app', 'acme/base', 'rival/app', 'open/tool']) {
          // A token for the catalogue lists names and opens none of them.
          if ('scope' in viewer && viewer.scope?.catalogue) continue;
          const repository = await registry.repository(viewer, name(each));
          assert.equal(repository?.rights.has('pull') ?? false, sees.includes(each), `${title}: ${each}`);
        }
      }
    });

    test('rights follow the role, the visibility and the token, and end with the grant', async () => {
      const database = await open();
      await addAccount(database, member);
      await addRepository(database, 'acme/app');
      await grantTo(database, 'member', 'publisher', { organisation: 'acme' });
      const { registry } = database.records;
      const rights = async (viewer: Viewer) => [
        ...((await registry.repository(viewer, name('acme/app')))?.rights ?? []),
      ];
      assert.deepEqual(await rights(member), ['pull', 'push', 'sign', 'inspect']);
      assert.deepEqual(await rights(scoped(member, { 'acme/app': ['pull', 'delete'] })), ['pull']);
      assert.deepEqual(await rights(anonymous), []);
      assert.equal(await registry.mayCreate(member, name('acme/new')), true);
      assert.equal(await registry.mayCreate(member, name('rival/new')), false);
      await grantTo(database, 'member', 'reader', { organisation: 'acme' });
      assert.deepEqual(await rights(member), ['pull'], 'a second grant replaces the first');
      assert.equal(await registry.mayCreate(member, name('acme/new')), false);
      const revoked = await database.change(({ access }) =>
        access.revokeGrant({ principal: 'member', subject: { organisation: 'acme' } }),
      );
      assert.equal(revoked, true);
      assert.deepEqual(await rights(member), []);
    });
  });
}
