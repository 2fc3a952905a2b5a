import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourcedAdvisory } from '../advisories/advisory.ts';
import type { AdvisoryKey } from './ecosystems.ts';
import { judge } from './judge.ts';

type Book = Readonly<Record<string, readonly Partial<SourcedAdvisory>[]>>;

function judged(book: Book, key: AdvisoryKey): string[] {
  const found = judge(key, (ecosystem, name) =>
    (book[`${ecosystem} ${name}`] ?? []).map((each) => ({
      id: 'CVE-2026-1',
      feed: 'f',
      status: 'fixed',
      scheme: 'deb',
      ...each,
    })),
  );
  return found.map((each) => `${each.id} ${each.status} ${each.fixedVersion ?? '-'} ${each.statusDetail ?? ''}`.trim());
}

void test('fixes for subscribers: no fix for others, a fix for who has the build', () => {
  const pro = { also: ['Ubuntu:Pro:16.04:LTS'] };
  const key = (version: string): AdvisoryKey => ({ ecosystem: 'Ubuntu:16.04:LTS', name: 'x', version, ...pro });
  const book: Book = {
    'Ubuntu:16.04:LTS x': [{ status: 'affected', ranges: [{}] }],
    'Ubuntu:Pro:16.04:LTS x': [{ ranges: [{ fixed: '1.0-1+esm2' }] }],
  };
  assert.deepEqual(judged(book, key('1.0-1')), [
    'CVE-2026-1 affected - fixed in 1.0-1+esm2 for subscribers of Ubuntu Pro',
  ]);
  assert.deepEqual(judged(book, key('1.0-1+esm1')), ['CVE-2026-1 fixed 1.0-1+esm2']);
  assert.deepEqual(judged(book, key('1.0-1+esm2')), []);
  assert.deepEqual(judged({ 'Ubuntu:Pro:16.04:LTS x': book['Ubuntu:Pro:16.04:LTS x']! }, key('1.0-1')), [
    'CVE-2026-1 affected - fixed in 1.0-1+esm2 for subscribers of Ubuntu Pro',
  ]);
});

void test('a fix in the free stream stands beside one for subscribers', () => {
  const key: AdvisoryKey = { ecosystem: 'U', name: 'x', version: '1.0-1', also: ['Ubuntu:Pro:22.04:LTS'] };
  const book: Book = {
    'U x': [{ ranges: [{ fixed: '1.0-2' }] }],
    'Ubuntu:Pro:22.04:LTS x': [{ ranges: [{ fixed: '1.0-1+esm1' }] }],
  };
  assert.deepEqual(judged(book, key), ['CVE-2026-1 fixed 1.0-2']);
});

void test('what is said of a source holds for its binaries, what is said of a binary for it alone', () => {
  const book: Book = {
    'R openssl': [
      { id: 'CVE-2026-1', of: 'binary', ranges: [{ fixed: '2' }] },
      { id: 'CVE-2026-2', of: 'source', status: 'affected', ranges: [{}] },
    ],
    'R openssl-libs': [{ id: 'CVE-2026-3', of: 'binary', ranges: [{ fixed: '2' }] }],
  };
  const key = (name: string, sourceName?: string): AdvisoryKey => ({
    ecosystem: 'R',
    name,
    version: '1',
    ...(sourceName !== undefined && { sourceName }),
  });
  assert.deepEqual(judged(book, key('openssl-libs', 'openssl')), ['CVE-2026-3 fixed 2', 'CVE-2026-2 affected -']);
  assert.deepEqual(judged(book, key('openssl', 'openssl')), ['CVE-2026-1 fixed 2', 'CVE-2026-2 affected -']);
  assert.deepEqual(judged(book, key('openssl')), ['CVE-2026-1 fixed 2', 'CVE-2026-2 affected -']);
  assert.deepEqual(judged(book, key('openssl', 'other')), ['CVE-2026-1 fixed 2']);
});
