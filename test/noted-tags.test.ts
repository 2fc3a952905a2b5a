import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemViewer } from '../src/access/viewer.ts';
import { openSqlite } from '../src/adapters/sqlite/database.ts';
import type { RepositoryName } from '../src/oci/names.ts';
import { effectiveTags } from '../src/work/trust/signed-names.ts';
import {
  type CraftKey,
  craft,
  craftKey,
  delegations,
  newRoles,
  publish,
  rootOf,
  target,
  targetsOf,
} from './notary-craft.ts';
import { Random } from './random.ts';
import { startServer, type TestServer } from './server.ts';

/** What is noted of a collection, and what its clients find who know nothing of how it was published. */
async function notedAndFound(server: TestServer, gun: string) {
  const database = await openSqlite(join(server.directory, 'assay.sqlite'), Date.now());
  try {
    const { registry, trust } = database.records;
    const viewer = systemViewer('a test looks at what is noted');
    const repository = await registry.repository(viewer, 'shop/app' as RepositoryName);
    assert.ok(repository);
    const noted = await trust.signedTags(repository, gun);
    const found = await effectiveTags({ trust, repository, gun }, Date.now());
    return { noted: new Map(noted.map(({ tag, digest }) => [tag, digest as string])), found: found.tags };
  } finally {
    await database.close();
  }
}

test('tags noted by what a publish was checked with are those that a client finds, whatever is published', async () => {
  await using server = await startServer();
  const gun = `${server.host}/shop/app`;
  const random = new Random(5);
  const roles = await newRoles(server, gun);
  const signers = [craftKey(), craftKey()];
  const tags = () =>
    Object.fromEntries(
      Array.from({ length: random.below(5) }, () => {
        const hash = Buffer.alloc(random.below(20) === 0 ? 20 : 32, random.below(4));
        return [`v${random.below(6)}`, target(10, hash)];
      }),
    );
  const versions = { root: 1, targets: 1, releases: 0 };
  let delegated: CraftKey[] = [];
  const targetsFile = () =>
    craft(
      targetsOf(versions.targets, {
        targets: tags(),
        ...(delegated.length > 0 && {
          delegations: delegations({
            name: 'targets/releases',
            keys: delegated,
            paths: random.below(4) === 0 ? ['v1', 'v2'] : [''],
          }),
        }),
      }),
      roles.targets[0]!,
    );
  const acts: readonly (() => [string, Uint8Array][])[] = [
    () => {
      versions.targets++;
      return [['targets', targetsFile()]];
    },
    () => {
      // Signers come and go; a releases file of one who left counts no more.
      delegated = random.below(3) === 0 ? [] : [random.pick(signers)];
      versions.targets++;
      return [['targets', targetsFile()]];
    },
    () => {
      const signer = delegated[0];
      if (!signer) return [];
      versions.releases++;
      return [['targets/releases', craft(targetsOf(versions.releases, { targets: tags() }), signer)]];
    },
    () => {
      versions.root++;
      return [['root', craft(rootOf(roles, versions.root), roles.root[0]!)]];
    },
    () => [],
  ];
  const first: [string, Uint8Array][] = [
    ['root', craft(rootOf(roles), roles.root[0]!)],
    ['targets', targetsFile()],
  ];
  assert.equal((await publish(server, gun, first)).status, 200);
  let some = 0;
  for (let step = 0; step < 80; step++) {
    const parts = random.pick(acts)();
    const { status, text } = await publish(server, gun, parts);
    assert.equal(status, 200, text);
    const { noted, found } = await notedAndFound(server, gun);
    assert.deepEqual(noted, new Map([...found].toSorted()), `step ${step}: ${parts.map(([role]) => role).join()}`);
    some += found.size;
  }
  assert.ok(some > 50, `only ${some} tags were seen`);
});
