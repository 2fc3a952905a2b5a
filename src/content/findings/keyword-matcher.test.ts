import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../../test/archives.ts';
import { KeywordMatcher } from './keyword-matcher.ts';

function found(keywords: readonly string[], text: string): string[] {
  const hits: string[] = [];
  new KeywordMatcher(keywords).scan(Buffer.from(text, 'latin1'), (id, at) => hits.push(`${keywords[id]}@${at}`));
  return hits.sort();
}

void test('keywords within keywords, side by side and in any case', () => {
  assert.deepEqual(found(['he', 'she', 'hers', 'his'], 'usHERS'), ['he@2', 'hers@2', 'she@1']);
  assert.deepEqual(found(['aa'], 'aaaa'), ['aa@0', 'aa@1', 'aa@2']);
  assert.deepEqual(found(['key-', 'KEY'], 'xKey-'), ['KEY@1', 'key-@1']);
  assert.deepEqual(found(['a'], ''), []);
  assert.throws(() => new KeywordMatcher(['€']), RangeError);
});

void test('the same hits as a search for each keyword alone, on random texts', () => {
  const random = seeded(5);
  const word = (most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => 'abcAB-'[Math.floor(random() * 6)]).join('');
  for (let round = 0; round < 330; round++) {
    const keywords = [...new Set(Array.from({ length: 6 }, () => word(5).toLowerCase()))];
    // Long texts are walked in lanes.
    const text = round < 300 ? word(200) : `${'x'.repeat(2000)}${word(9000)}`;
    const wanted = keywords.flatMap((keyword) => {
      const places: string[] = [];
      for (let at = text.toLowerCase().indexOf(keyword); at >= 0; at = text.toLowerCase().indexOf(keyword, at + 1))
        places.push(`${keyword}@${at}`);
      return places;
    });
    assert.deepEqual(found(keywords, text), wanted.sort());
  }
});

void test('hits come in the order of their ends, in a long text too', () => {
  const keywords = ['key', 'monkey', 'donkeys'];
  const ends: number[] = [];
  const text = Buffer.from('a monkey, some donkeys and a key; '.repeat(300));
  new KeywordMatcher(keywords).scan(text, (id, at) => ends.push(at + keywords[id]!.length));
  assert.equal(ends.length, 300 * 5);
  assert.deepEqual(
    ends,
    ends.toSorted((a, b) => a - b),
  );
});
