import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../test/random.ts';
import { isAssayError } from '../../lib/error.ts';
import { digestOf } from '../../oci/digest.ts';
import type { Advisory, AdvisoryEntry } from './advisory.ts';
import { applyEdit, editsBetween, parseEdit } from './feed-delta.ts';
import { MAX_DELTAS, parseSetIndex, routeTo, SET_DELTA, SET_FEED, type SetFeed } from './set-index.ts';

const advisory = (id: string, fixed: string): Advisory => ({
  id,
  status: 'fixed',
  scheme: 'semver',
  ranges: [{ fixed }],
});

/** A feed of some packages, in the order of their keys. */
function feed(random: Random): AdvisoryEntry[] {
  return ['a', 'b', 'ß', '𝔸', '﹪']
    .toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
    .flatMap((name) =>
      random.below(4) === 0
        ? []
        : [
            {
              ecosystem: 'npm',
              package: name,
              advisories: Array.from({ length: 1 + random.below(6) }, () =>
                advisory(`CVE-${random.below(6)}`, `${random.below(3)}.0.0`),
              ),
            },
          ],
    );
}

void test('edits lead from any content of a feed to any other, byte for byte, and say nothing of what stays', () => {
  const random = new Random(20261127);
  for (let round = 0; round < 500; round++) {
    const before = feed(random);
    const after = random.below(10) === 0 ? before : feed(random);
    const made = new Map(before.map((each) => [each.package, each]));
    const edits = [...editsBetween(before, after)];
    if (after === before) assert.deepEqual(edits, []);
    for (const each of edits) {
      const edit = parseEdit(JSON.stringify(each));
      const advisories = applyEdit(made.get(edit.package)?.advisories ?? [], edit);
      if (advisories.length === 0) made.delete(edit.package);
      else made.set(edit.package, { ecosystem: edit.ecosystem, package: edit.package, advisories });
    }
    const sorted = [...made.values()].sort((a, b) => Buffer.compare(Buffer.from(a.package), Buffer.from(b.package)));
    assert.equal(JSON.stringify(sorted), JSON.stringify(after));
  }
});

void test('one new advisory of a long entry is all that an edit carries', () => {
  const many = Array.from({ length: 1000 }, (_, at) => advisory(`CVE-${at}`, '1.0.0'));
  const [edit] = editsBetween(
    [{ ecosystem: 'Debian:12', package: 'linux', advisories: many }],
    [
      {
        ecosystem: 'Debian:12',
        package: 'linux',
        advisories: [...many.slice(0, 500), advisory('N', '2'), ...many.slice(500)],
      },
    ],
  );
  assert.deepEqual(edit?.edit, [[0, 500], advisory('N', '2'), [500, 500]]);
});

void test('lines that are no edits, and edits of something else, are refused', () => {
  const refused = (line: string) =>
    assert.throws(
      () => applyEdit([advisory('CVE-1', '1')], parseEdit(line)),
      (error) => isAssayError(error, 'advisory-set-invalid'),
    );
  for (const edit of [[[0, 2]], [[-1, 1]], [[0, 0]], [{ id: 'x' }], 'x', [[0.5, 1]]])
    refused(JSON.stringify({ ecosystem: 'npm', package: 'x', edit }));
  for (const line of ['', '{', 'null', '{"ecosystem":"npm"}']) refused(line);
  const random = new Random(7);
  const good = JSON.stringify({ ecosystem: 'npm', package: 'x', edit: [[0, 1], advisory('CVE-2', '2')] });
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(good);
    bytes[random.below(bytes.length)] = random.below(256);
    try {
      applyEdit([advisory('CVE-1', '1')], parseEdit(bytes.toString('utf8')));
    } catch (error) {
      if (!isAssayError(error, 'advisory-set-invalid')) throw error;
    }
  }
});

const hex = (text: string) => `sha256:${text.repeat(64)}`;
const descriptor = (mediaType: string, size: number) => ({ mediaType, digest: digestOf(Buffer.from(mediaType)), size });
const published = (deltas: readonly (readonly [string, string])[], size = 10): SetFeed => ({
  feed: 'osv-npm',
  digest: hex('c'),
  licence: 'x',
  records: 1,
  whole: descriptor(SET_FEED, 100),
  deltas: deltas.map(([from, to]) => ({ from: hex(from), to: hex(to), descriptor: descriptor(SET_DELTA, size) })),
});

void test('the way to a feed: nothing, the deltas from what is held on, or all of it', () => {
  const feed = published([
    ['a', 'b'],
    ['b', 'c'],
  ]);
  assert.equal(routeTo(feed, hex('c')).kind, 'held');
  const route = routeTo(feed, hex('a'));
  assert.deepEqual(route.kind === 'deltas' && route.deltas.map((each) => each.from), [hex('a'), hex('b')]);
  assert.equal(routeTo(feed, hex('d')).kind, 'whole');
  assert.equal(routeTo(feed, undefined).kind, 'whole');
  assert.equal(routeTo(published([['a', 'b']]), hex('a')).kind, 'whole');
  assert.equal(routeTo(published([['a', 'c']], 100), hex('a')).kind, 'whole');
});

void test('an index is read strictly', () => {
  const index = { schemaVersion: 1, createdAt: '2026-11-27T00:00:00Z', feeds: [published([])] };
  assert.equal(parseSetIndex(Buffer.from(JSON.stringify(index))).feeds.length, 1);
  const many = published(Array.from({ length: MAX_DELTAS + 1 }, () => ['a', 'c'] as const));
  for (const wrong of [
    { ...index, schemaVersion: 2 },
    { ...index, createdAt: 'yesterday' },
    { ...index, feeds: [{ ...published([]), feed: '../x' }] },
    { ...index, feeds: [many] },
  ])
    assert.throws(
      () => parseSetIndex(Buffer.from(JSON.stringify(wrong))),
      (error) => isAssayError(error, 'advisory-set-invalid'),
    );
  assert.throws(
    () => parseSetIndex(Buffer.from('{"schemaVersion":1,"schemaVersion":1}')),
    (error) => isAssayError(error, 'advisory-set-invalid'),
  );
});
