import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  CHAIN_START,
  ChainCheck,
  chainHash,
  makeSeal,
  PRUNED,
  type Seal,
  type SealedEntry,
  sealHolds,
  sealKeyOf,
} from './audit-chain.ts';

const pair = () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }), public: sealKeyOf(privateKey) };
};
const key = pair();

function chain(count: number, sealAt: readonly number[]): { entries: SealedEntry[]; seals: Seal[] } {
  const entries: SealedEntry[] = [];
  const seals: Seal[] = [];
  let previous = CHAIN_START;
  for (let seq = 1; seq <= count; seq++) {
    const entry = {
      seq,
      id: `id-${seq}`,
      at: seq,
      actor: 'ann',
      action: 'tag.moved',
      object: `shop/app:${seq}`,
      after: `{"n":${seq}}`,
      occurrences: 1,
    };
    previous = chainHash(previous, entry);
    entries.push({ ...entry, hash: previous });
    if (sealAt.includes(seq)) seals.push(makeSeal(key.pem, { seq, hash: previous, at: seq }));
  }
  return { entries, seals };
}

function check(
  entries: readonly SealedEntry[],
  seals: readonly Seal[],
  head?: { seq: number; hash: string },
  keys = [key.public],
) {
  const found = new ChainCheck(seals, keys, head);
  for (const entry of entries) found.add(entry);
  const report = found.end();
  return { ...report, codes: report.problems.map((each) => `${each.code} ${each.seq}`) };
}

const good = chain(9, [3, 6, 9]);
const head = { seq: 9, hash: good.entries[8]!.hash };
const at = (n: number) => good.entries[n - 1]!;

test('a whole chain has no problems, an empty one neither', () => {
  assert.deepEqual(check(good.entries, good.seals, head), {
    ...check(good.entries, good.seals, head),
    entries: 9,
    first: 1,
    last: 9,
    sealed: 9,
    codes: [],
  });
  assert.deepEqual(check([], [], undefined).codes, []);
});

test('a changed entry is found, whatever field it is', () => {
  const changes: Partial<SealedEntry>[] = [
    { actor: 'eve' },
    { at: 99 },
    { action: 'tag.deleted' },
    { object: 'shop/app:0' },
    { after: '{"n":0}' },
    { before: '{}' },
    { address: '10.0.0.1' },
    { organisation: 'shop' },
    { id: 'other' },
    { occurrences: 2 },
  ];
  for (const change of changes)
    assert.deepEqual(
      check(good.entries.with(4, { ...at(5), ...change }), good.seals, head).codes,
      ['entry-changed 5'],
      JSON.stringify(change),
    );
  const shifted = { ...at(5), actor: 'anntag.', action: 'moved' };
  assert.deepEqual(
    check(good.entries.with(4, shifted), good.seals, head).codes,
    ['entry-changed 5'],
    'fields do not run together',
  );
});

test('an entry that is changed and hashed anew with all that follow stands against its seal', () => {
  const forged = good.entries.slice();
  let previous = at(4).hash;
  for (let seq = 5; seq <= 9; seq++) {
    const { hash: _hash, ...entry } = { ...at(seq), actor: seq === 5 ? 'eve' : 'ann' };
    previous = chainHash(previous, entry);
    forged[seq - 1] = { ...entry, hash: previous };
  }
  assert.deepEqual(check(forged, good.seals, head).codes, [
    'entry-changed 6',
    'entry-changed 9',
    'entry-changed 9',
    'seal-missing 9',
  ]);
  const other = pair();
  const resealed = good.seals.map((seal) => makeSeal(other.pem, { ...seal, hash: forged[seal.seq - 1]!.hash }));
  assert.deepEqual(check(forged, resealed, undefined).codes, [
    'seal-key-unknown 3',
    'seal-key-unknown 6',
    'seal-key-unknown 9',
    'seal-missing 9',
  ]);
  const claimed = resealed.map((seal) => ({ ...seal, key: key.public }));
  assert.ok(check(forged, claimed, undefined).codes.includes('seal-broken 6'));
});

test('a removed entry, two that changed places, one that is there twice', () => {
  assert.deepEqual(check(good.entries.toSpliced(4, 1), good.seals, head).codes, ['entry-missing 5', 'entry-changed 6']);
  assert.ok(
    check(good.entries.toSpliced(4, 2, at(6), at(5)), good.seals, head).codes.some((each) => each.startsWith('entry-')),
  );
  assert.ok(check(good.entries.toSpliced(4, 0, at(4)), good.seals, head).codes.includes('entry-out-of-order 4'));
});

test('a cut end shows by the head that is kept elsewhere, and by missing seals without it', () => {
  const cut = good.entries.slice(0, 7);
  assert.deepEqual(check(cut, good.seals.slice(0, 2), head).codes, ['end-missing 8', 'seal-missing 7']);
  assert.deepEqual(check(good.entries.slice(0, 6), good.seals.slice(0, 2), head).codes, ['end-missing 7']);
  assert.deepEqual(check(cut, good.seals, undefined).codes, ['seal-missing 7']);
  assert.deepEqual(check([], [], head).codes, ['end-missing 1']);
});

test('a cut beginning needs a seal and the entry that says so', () => {
  const rest = good.entries.slice(3);
  assert.deepEqual(check(rest, good.seals, head).codes, ['beginning-missing 1']);
  assert.ok(check(good.entries.slice(4), good.seals, head).codes.includes('beginning-missing 5'));
  const { hash: _hash, ...entry } = { ...at(9), seq: 10, action: PRUNED, after: '{"upTo":3}' };
  const last = { ...entry, hash: chainHash(at(9).hash, entry) };
  const seals = [...good.seals, makeSeal(key.pem, { seq: 10, hash: last.hash, at: 10 })];
  assert.deepEqual(check([...rest, last], seals, { seq: 10, hash: last.hash }).codes, []);
});

test('a seal is only what was signed', () => {
  const seal = good.seals[0]!;
  assert.equal(sealHolds(seal), true);
  for (const change of [
    { seq: 4 },
    { hash: CHAIN_START },
    { at: 0 },
    { signature: 'AAAA' },
    { key: 'AAAA' },
    { key: pair().public },
  ])
    assert.equal(sealHolds({ ...seal, ...change }), false, JSON.stringify(change));
});
