import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { meet } from './tuf/attack-table.ts';
import { attacks } from './tuf/attacks.ts';
import { assayClients, pythonClients, tufJsClients } from './tuf/followers.ts';
import { newSigner } from './tuf/keys.ts';
import { Tuf1Repository } from './tuf/repository.ts';
import { serveRepository } from './tuf/serve.ts';

const interpreter = process.env['TUF_PYTHON'];
const kinds = [assayClients, tufJsClients, ...(interpreter ? [pythonClients(interpreter)] : [])];
after(() => {
  for (const kind of kinds) kind[Symbol.dispose]();
});

/** Rows of the published table by what was done: the cells of each client. */
function published(): Map<string, Record<string, string>> {
  const rows = readFileSync('docs/reference/tuf-attacks.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  const head = rows.shift()!;
  return new Map(
    rows.map((cells) => [`${cells[1]}: ${cells[2]}`, Object.fromEntries(head.map((name, at) => [name, cells[at]!]))]),
  );
}

const table = published();

test('the table of attacks lists every attack and no other', () => {
  assert.deepEqual(
    [...table.keys()],
    attacks.map(({ kind, done }) => `${kind}: ${done}`),
  );
  assert.ok(attacks.length >= 30);
});

for (const attack of attacks) {
  const { kind, done, expected } = attack;
  test(`${kind}: ${done}`, async () => {
    const row = table.get(`${kind}: ${done}`);
    assert.deepEqual(await meet(assayClients, attack), { refused: true, how: expected });
    for (const client of kinds) {
      const { refused, how } = await meet(client, attack);
      assert.equal(refused ? how : `**${how}**`, row?.[client.name], client.name);
    }
  });
}

test('clients that follow a repository accept 20 changes, 5 new roots, delegations, and refuse an expired timestamp', async () => {
  const repository = await Tuf1Repository.create(Date.now());
  repository.delegate('targets', 'team', { paths: ['team/*'] });
  repository.delegate('team', 'team-release', { paths: ['team/*'] });
  await repository.publishAll();
  await using server = await serveRepository(repository);
  const followers = kinds.map((kind) => ({
    name: kind.name,
    follower: kind.follow(server, repository.history.get('root')![0]!),
  }));
  /** A client that comes for the first time must arrive at the same state. */
  const newcomers = () =>
    kinds.map((kind) => ({
      name: `${kind.name}, first visit`,
      follower: kind.follow(server, repository.history.get('root')![0]!),
    }));
  const rotations: Readonly<Record<number, () => void>> = {
    3: () => repository.rotate('timestamp'),
    7: () => repository.rotate('snapshot'),
    11: () => {
      const old = repository.signers.get('root')!;
      repository.rotate('root');
      repository.signers.set('root', [...repository.signers.get('root')!, ...old]);
    },
    14: () => {
      repository.signers.get('root')!.splice(1);
      repository.rotate('targets');
    },
    17: () => {
      repository.addKey('root', newSigner('ed25519'));
      repository.root.roles['root']!.threshold = 2;
    },
  };
  let roots = 0;
  for (let change = 1; change <= 20; change++) {
    const role = ['targets', 'team', 'team-release'][change % 3]!;
    const path = role === 'targets' ? 'app' : 'team/tool';
    for (const each of ['team', 'team-release']) if (each !== role) delete repository.roles.get(each)!.targets[path];
    repository.addTarget(role, path, `change ${change}`);
    const rotate = rotations[change];
    if (rotate) {
      rotate();
      await repository.publish('root');
      roots++;
    }
    await repository.publishAll();
    const visitors = change % 5 === 0 ? [...followers, ...newcomers()] : followers;
    for (const { name, follower } of visitors)
      assert.deepEqual(await follower.visit([path]), { contents: [`change ${change}`] }, `${name}, change ${change}`);
    if (change === 10) {
      const { expires } = repository.timestamp;
      repository.timestamp.expires = repository.inDays(-1);
      await repository.publish('timestamp');
      for (const { name, follower } of followers) assert.ok('refusal' in (await follower.visit([path])), name);
      repository.timestamp.expires = expires;
      await repository.publish('timestamp');
      for (const { name, follower } of followers)
        assert.deepEqual(await follower.visit([path]), { contents: ['change 10'] }, name);
    }
  }
  assert.equal(roots, 5);
  for (const { follower } of followers) follower[Symbol.dispose]();
});
