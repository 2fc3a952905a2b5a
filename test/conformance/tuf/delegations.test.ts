import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { newSigner } from '../../tuf/keys.ts';
import { refusal, TestClient } from '../../tuf/client.ts';
import { findTarget } from '../../../src/trust/tuf/client/find-target.ts';
import { Tuf1Repository } from '../../tuf/repository.ts';
import { tuf1Key, tuf1KeyId } from '../../../src/trust/tuf/tuf1/key.ts';

type Edge = readonly [from: string, to: string, how?: { paths?: string[]; terminating?: true }];

async function graph(...edges: Edge[]) {
  const repository = await Tuf1Repository.create();
  for (const [from, to, how] of edges) repository.delegate(from, to, how);
  return { repository, client: new TestClient(repository) };
}

/** Roles asked for after the top-level files, in order. */
function visited(repository: Tuf1Repository): string[] {
  return repository.requests.slice(4).map((name) => decodeURIComponent(name).replace(/^\d+\.|\.json$/g, ''));
}

const python = { paths: ['*.py'] };
const terminating = { terminating: true } as const;
const graphs: readonly (readonly [name: string, edges: readonly Edge[], order: string])[] = [
  ['one delegation', [['targets', 'A']], 'A'],
  [
    'two beside each other',
    [
      ['targets', 'A'],
      ['targets', 'B'],
    ],
    'AB',
  ],
  [
    'two levels',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
    ],
    'ABC',
  ],
  [
    'depth before breadth',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C'],
      ['A', 'D'],
    ],
    'ACDB',
  ],
  [
    'three levels',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C'],
      ['C', 'D'],
    ],
    'ACDB',
  ],
  [
    'terminating ends everything after it',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', terminating],
      ['A', 'D'],
    ],
    'AC',
  ],
  [
    'terminating does not end what is below it',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', terminating],
      ['C', 'D'],
    ],
    'ACD',
  ],
  [
    'branches that do not cover the path',
    [
      ['targets', 'A', python],
      ['targets', 'B'],
      ['A', 'C'],
    ],
    'B',
  ],
  [
    'a deeper branch that does not cover it',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', python],
      ['C', 'D'],
    ],
    'AB',
  ],
  [
    'a cycle',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['C', 'D'],
      ['D', 'B'],
    ],
    'ABCD',
  ],
  [
    'one role below two',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['A', 'C'],
    ],
    'ACB',
  ],
  [
    'one role below two for other paths',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['A', 'C', python],
    ],
    'ABC',
  ],
];

for (const [name, edges, order] of graphs) {
  test(`search order: ${name}`, async () => {
    const { repository, client } = await graph(...edges);
    await repository.publishAll();
    assert.equal(await client.find('missing'), undefined);
    assert.equal(visited(repository).join(''), order);
  });
}

const searches: readonly (readonly [path: string, found: boolean, order: string])[] = [
  ['targetfile', true, ''],
  ['README.md', true, 'A'],
  ['releases/x/x_v1', true, 'BC'],
  ['releases/y/y_v1.zip', true, 'BD'],
  ['releases/z/z_v1.zip', false, 'B'],
  ['releases/README.md', false, ''],
  ['foo-1.tgz', true, 'A'],
  ['foo-alpha.tgz', false, ''],
  ['README.MD', false, ''],
];

for (const [path, found, order] of searches) {
  test(`search: ${path} is ${found ? 'found' : 'not found'} by ${order || 'nobody else'}`, async () => {
    const { repository, client } = await graph(
      ['targets', 'A', { paths: ['*.doc', '*.md', 'foo-?.tgz'] }],
      ['targets', 'B', { paths: ['releases/*/*'] }],
      ['B', 'C', { paths: ['releases/x/*'] }],
      ['B', 'D', { paths: ['releases/y/*.zip'] }],
    );
    repository.addTarget('targets', 'targetfile', 'x');
    for (const each of ['README.md', 'releases/README.md', 'foo-1.tgz', 'foo-alpha.tgz'])
      repository.addTarget('A', each, each);
    repository.addTarget('C', 'releases/x/x_v1', 'x');
    for (const each of ['releases/y/y_v1.zip', 'releases/z/z_v1.zip']) repository.addTarget('D', each, each);
    await repository.publishAll();
    assert.equal((await client.find(path)) !== undefined, found);
    assert.equal(visited(repository).join(''), order);
  });
}

test('a role read through one parent is verified again through another', async () => {
  const { repository, client } = await graph(
    ['targets', 'parent-a', { paths: ['team-a/*'] }],
    ['targets', 'parent-b', { paths: ['team-b/*'] }],
    ['parent-a', 'release', { paths: ['team-a/*'] }],
    ['parent-b', 'release', { paths: ['team-b/*'] }],
  );
  repository.signers.get('release')!.pop();
  repository.addTarget('release', 'team-a/root.json', 'good');
  repository.addTarget('release', 'team-b/root.json', 'bad');
  await repository.publishAll();
  const chain = await client.refresh();
  assert.equal((await client.run(findTarget(chain, 'team-a/root.json')))?.role, 'release');
  await refusal(() => client.run(findTarget(chain, 'team-b/root.json')), 'trust-threshold');
  // The same from trusted files, in another update.
  await refusal(() => client.find('team-b/root.json'), 'trust-threshold');
  assert.equal((await client.find('team-a/root.json'))?.role, 'release');
});

test('a delegation that the snapshot does not list is not even asked for', async () => {
  const { repository, client } = await graph(['targets', 'delegated', { paths: ['delegated/*'] }]);
  await repository.publish('delegated', 'targets');
  delete repository.snapshot.meta['delegated.json'];
  await repository.publish('snapshot', 'timestamp');
  await client.refresh();
  const asked = repository.requests.length;
  await refusal(() => client.find('delegated/file'), 'trust-version-mismatch');
  assert.deepEqual(repository.requests.slice(asked), ['2.root.json', 'timestamp.json']);
  assert.equal(client.version('delegated'), undefined);
});

test('a delegated file that fails ends the search, even when a later role has the target', async () => {
  const { repository, client } = await graph(['targets', 'A'], ['targets', 'B']);
  repository.signers.set('A', [newSigner()]);
  repository.addTarget('B', 'file', 'x');
  await repository.publishAll();
  await refusal(() => client.find('file'), 'trust-threshold');
});

for (const name of [
  '?',
  '#',
  '/delegatedrole',
  '../delegatedrole',
  '.',
  '..',
  'a b',
  '1.root',
  'ünïcode',
  'x'.repeat(300),
]) {
  test(`a role named ${JSON.stringify(name.slice(0, 20))} is asked for under a quoted name`, async () => {
    const { repository, client } = await graph(['targets', name]);
    await repository.publishAll();
    assert.equal(await client.find('nothing'), undefined);
    const asked = repository.requests.at(-1)!;
    assert.equal(decodeURIComponent(asked), `1.${name}.json`);
    assert.doesNotMatch(asked, /[/?#\s]/);
    assert.equal(new URL(asked, 'http://host/base/').pathname, `/base/${asked}`);
  });
}

test('path hash prefixes', async () => {
  const { repository, client } = await graph();
  const path = 'some/file';
  const hash = createHash('sha256').update(path).digest('hex');
  const other = hash[0] === '0' ? '1' : '0';
  repository.delegate('targets', 'wrong', { prefixes: [other] });
  repository.delegate('targets', 'right', { prefixes: [other, hash.slice(0, 3)] });
  repository.addTarget('right', path, 'x');
  await repository.publishAll();
  assert.equal((await client.find(path))?.role, 'right');
  assert.deepEqual(visited(repository), ['right']);
});

test('succinct hash bins: one of 2^n roles covers a path, nothing is searched after it', async () => {
  for (const bits of [1, 4, 5, 10]) {
    const repository = await Tuf1Repository.create();
    const client = new TestClient(repository);
    const signer = newSigner();
    const key = tuf1Key(signer.publicKey);
    const id = tuf1KeyId(key);
    repository.targets.delegations = {
      keys: { [id]: key },
      succinct_roles: { keyids: [id], threshold: 1, bit_length: bits, name_prefix: 'bin' },
    };
    const path = 'library/app:1.0';
    const index = createHash('sha256').update(path).digest().readUInt32BE() >>> (32 - bits);
    const name = `bin-${index.toString(16).padStart(Math.ceil(bits / 4), '0')}`;
    repository.roles.set(name, repository.targetsDocument());
    repository.signers.set(name, [signer]);
    repository.addTarget(name, path, 'x');
    await repository.publish(name, 'targets', 'snapshot', 'timestamp');
    assert.equal((await client.find(path))?.role, name);
  }
});

test('more delegations than anybody needs end with a coded error', async () => {
  const { repository, client } = await graph();
  const signer = newSigner();
  for (let count = 0; count < 1100; count++) repository.delegate('targets', `role-${count}`, { signer });
  await repository.publishAll();
  const message = await refusal(() => client.find('nothing'), 'trust-endless-data');
  assert.equal(message, 'more than 1024 delegations cover "nothing"');
});

test('names that the top-level roles bear cannot be delegated', async () => {
  for (const name of ['root', 'timestamp', 'snapshot', 'targets']) {
    const { repository, client } = await graph(['targets', 'delegated']);
    repository.targets.delegations!.roles![0]!.name = name;
    await repository.publish('targets', 'snapshot', 'timestamp');
    await client.refuses('trust-metadata-invalid');
  }
});
