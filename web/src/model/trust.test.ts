import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Collection,
  collectionInWords,
  coverageInWords,
  differingRuns,
  expiryOf,
  inDays,
  markInWords,
  type Role,
} from './trust.ts';

const NOW = Date.UTC(2030, 0, 1);
const at = (days: number) => new Date(NOW + days * 24 * 3600_000).toISOString();
const role = (more: Partial<Role>): Role => ({ name: 'targets', heldBy: 'owner', threshold: 1, keys: [], ...more });
const collection = (more: Partial<Collection>): Collection => ({
  gun: 'r/a',
  createdAt: at(0),
  state: 'verified',
  roles: [],
  delegations: [],
  signedTags: 2,
  differing: { total: 0, items: [] },
  dialects: ['notary', 'tuf-1.0'],
  tuf1: 'complete',
  roots: [],
  warnings: [],
  ...more,
});

test('each mark has a shape and a word of its own', () => {
  const marks = [undefined, 'signed', 'differs', 'expired'] as const;
  const said = marks.map((state) => markInWords(state && { state, digest: 'sha256:1' }));
  assert.equal(new Set(said.map(({ tone }) => tone)).size, 4);
  assert.equal(new Set(said.map(({ word }) => word)).size, 4);
});

test('a collection is told by its worst reason: unverifiable, other than signed, expired, signed', () => {
  const differing = { total: 1, items: [{ tag: '1', signed: 'a', registry: 'b' }] };
  const tones = [
    collection({ state: 'failed', differing, failure: { code: 'trust-threshold', detail: 'too few' } }),
    collection({ state: 'expired', differing }),
    collection({ state: 'expired' }),
    collection({}),
  ].map((each) => collectionInWords(each).answer);
  assert.deepEqual(tones, [
    'The trust data does not verify',
    'Tag 1 is not what was signed',
    'The trust data is out of date',
    '2 tags are signed',
  ]);
});

test('expiry: who renews, and when it is time', () => {
  const of = (more: Partial<Role>) => expiryOf(role(more), NOW);
  assert.deepEqual(of({ expiresAt: at(400), renewFrom: at(220) }), { tone: 'none', word: 'renew before', days: 400 });
  assert.equal(of({ expiresAt: at(100), renewFrom: at(-80) }).tone, 'warn');
  assert.deepEqual(of({ expiresAt: at(-1), renewFrom: at(-181) }), { tone: 'expired', word: 'expired', days: -1 });
  assert.equal(of({ expiresAt: at(10), heldBy: 'server' }).word, 'renews itself before');
  assert.equal(of({}).word, 'not read');
  assert.deepEqual([1, 27, 90, 3650, -3].map(inDays), [
    'in 1 day',
    'in 27 days',
    'in 3 months',
    'in 10 years',
    '3 days ago',
  ]);
});

test('coverage and digests are compared in words and runs, not by eye', () => {
  assert.match(coverageInWords({ dialects: ['notary'], tuf1: 'missing' }), /TUF 1\.x clients see nothing/);
  assert.match(coverageInWords({ dialects: ['tuf-1.0'], tuf1: 'complete' }), /docker and notary see nothing/);
  assert.deepEqual(differingRuns('sha256:abcd', 'sha256:abxd'), [
    { text: 'sha256:ab', same: true },
    { text: 'c', same: false },
    { text: 'd', same: true },
  ]);
});
