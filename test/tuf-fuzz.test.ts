import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../src/lib/error.ts';
import { readNotary } from '../src/trust/tuf/notary/read.ts';
import { writeNotary } from '../src/trust/tuf/notary/write.ts';
import { readTuf1 } from '../src/trust/tuf/tuf1/read.ts';
import { writeTuf1 } from '../src/trust/tuf/tuf1/write.ts';
import { damage } from './fuzz.ts';
import { Random } from './random.ts';
import { TestClient } from './tuf/client.ts';
import { NotaryTestClient } from './tuf/notary-client.ts';
import { NotaryCollection } from './tuf/notary-collection.ts';
import { Tuf1Repository } from './tuf/repository.ts';

const ROUNDS = Number(process.env['ASSAY_FUZZ_ROUNDS'] ?? 1500);
const random = new Random(Number(process.env['ASSAY_FUZZ_SEED'] ?? 20261121));
const chance = () => random.next();
const pick = <T>(items: readonly T[]): T => items[Math.floor(chance() * items.length)]!;

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  'x',
  '\u0000',
  '__proto__',
  'constructor',
  '../x',
  [],
  {},
  [[]],
  { a: 1 },
  ['x', 'x'],
  '9'.repeat(400),
  'A'.repeat(64),
  '2030-01-01T00:00:00Z',
  '9999-99-99T99:99:99Z',
  '0000-00-00T00:00:00Z',
];

/** Puts something strange into one place of a document, or takes or doubles a member. */
function strange(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || chance() < 0.05) return structuredClone(pick(STRANGE));
  const copy = structuredClone(value) as Record<string, unknown>;
  const keys = Object.keys(copy);
  if (keys.length === 0) return pick(STRANGE);
  const key = pick(keys);
  const act = chance();
  if (act < 0.7) copy[key] = strange(copy[key]);
  else if (act < 0.8) delete copy[key];
  else if (act < 0.9) {
    const name = pick(['__proto__', 'constructor', 'x', 'root', 'targets.json', 'snapshot.json']);
    Object.defineProperty(copy, name, { value: copy[key], enumerable: true, writable: true, configurable: true });
  } else copy[key] = structuredClone(pick(STRANGE));
  return copy;
}

/** Runs something that may only succeed or fail with a code; answers whether it succeeded. */
async function coded(act: () => unknown): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (isAssayError(error)) return false;
    throw error;
  }
}

async function tuf1() {
  const repository = await Tuf1Repository.create();
  repository.delegate('targets', 'team', { paths: ['team/*', '*'] });
  repository.delegate('team', 'deep', { prefixes: ['', 'a', '0'] });
  repository.addTarget('targets', 'app', 'good');
  repository.addTarget('deep', 'deep-file', 'good');
  await repository.publishAll();
  return repository;
}

async function notary() {
  const collection = await NotaryCollection.create();
  collection.delegate('targets', 'targets/releases');
  collection.addTag('targets/releases', 'v1', 'ab'.repeat(32), { note: 'custom' });
  await collection.publish('targets', 'targets/releases');
  return collection;
}

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;

test('damaged files: readers answer with a code or with what the file says', async () => {
  const repository = await tuf1();
  const collection = await notary();
  let read = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const role of ROLES) {
      const first = Buffer.from(repository.history.get(role)!.at(-1)!);
      if (await coded(() => readTuf1(role, damage(first, chance)))) read++;
      if (await coded(() => readNotary(role, damage(Buffer.from(collection.current.get(role)!), chance)))) read++;
    }
  }
  assert.ok(read > 0, 'some damage leaves a readable file');
});

test('strange documents: readers answer with a code or with what the file says', async () => {
  const repository = await tuf1();
  const collection = await notary();
  let read = 0;
  for (let round = 0; round < ROUNDS; round++)
    for (const role of ROLES) {
      const one = strange(JSON.parse(Buffer.from(repository.history.get(role)!.at(-1)!).toString()));
      if (await coded(() => readTuf1(role, Buffer.from(JSON.stringify(one))))) read++;
      const other = strange(JSON.parse(Buffer.from(collection.current.get(role)!).toString()));
      if (await coded(() => readNotary(role, Buffer.from(JSON.stringify(other))))) read++;
    }
  assert.ok(read > 0, 'some documents are readable');
});

test('damaged answers of a server: the client believes what was signed, or refuses with a code', async () => {
  const repository = await tuf1();
  const good = new Map([...repository.history].map(([role, versions]) => [role, [...versions]]));
  const signed = new Map(
    [...good].flatMap(([role, versions]) =>
      versions.map((bytes) => [JSON.stringify(JSON.parse(Buffer.from(bytes).toString()).signed), role] as const),
    ),
  );
  let refused = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const role = pick([...good.keys()]);
    for (const [each, versions] of good)
      repository.history.set(
        each,
        versions.map((bytes) => (each === role ? damage(Buffer.from(bytes), chance) : bytes)),
      );
    const client = new TestClient(repository, good.get('root')![0]);
    let digest: string | undefined;
    if (!(await coded(async () => (digest = (await client.find('deep-file'))?.file.hashes['sha256'])))) refused++;
    else assert.equal(digest, repository.roles.get('deep')!.targets['deep-file']!.hashes['sha256']);
    for (const [kept, raw] of client.files.all)
      assert.equal(signed.get(JSON.stringify(JSON.parse(Buffer.from(raw).toString()).signed)), kept);
  }
  assert.ok(refused > ROUNDS / 4, `${refused} of ${ROUNDS} refused`);
});

test('strange documents under valid signatures: a holder of keys cannot crash a client', async () => {
  const repository = await tuf1();
  const good = new Map(repository.history);
  for (let round = 0; round < ROUNDS / 3; round++) {
    const role = pick([...good.keys()]);
    repository.history.clear();
    for (const [each, versions] of good) repository.history.set(each, [...versions]);
    const bytes = await signStrange(() => writeTuf1(strange(repository.document(role)), repository.signers.get(role)!));
    if (!bytes) continue;
    if (role === 'root') repository.history.get('root')!.push(bytes);
    else repository.history.get(role)!.splice(-1, 1, bytes);
    const client = new TestClient(repository, good.get('root')![0]);
    await coded(() => client.find('deep-file'));
    await coded(() => client.find('deep-file'));
  }
});

test('the same for Notary: root, lists, targets and delegations', async () => {
  const collection = await notary();
  const back = collection.save();
  const seen = new NotaryTestClient(collection);
  await seen.collection();
  const documents = new Map<string, unknown>([
    ['root', collection.root],
    ['snapshot', collection.snapshot],
    ['timestamp', collection.timestamp],
    ...collection.roles,
  ]);
  for (let round = 0; round < ROUNDS / 3; round++) {
    const role = pick([...documents.keys()]);
    const bytes = await signStrange(() => writeNotary(strange(documents.get(role)), collection.signers.get(role)!));
    if (!bytes) continue;
    collection.put(role, bytes);
    // The lists above it follow, so that the file is reached.
    if (role !== 'timestamp')
      await coded(() => (role === 'snapshot' ? collection.publishTimestamp() : collection.publishOnline()));
    const fresh = new NotaryTestClient(collection);
    await coded(() => fresh.collection());
    const known = new NotaryTestClient(collection);
    for (const [name, raw] of seen.files.all) known.files.all.set(name, raw);
    await coded(() => known.tag('v1'));
    back();
  }
});

/** Some documents have no canonical form and cannot be signed. */
async function signStrange(sign: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await sign();
  } catch (error) {
    if (isAssayError(error, 'trust-metadata-invalid')) return undefined;
    throw error;
  }
}
