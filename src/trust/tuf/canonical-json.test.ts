import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { Random } from '../../../test/random.ts';
import { canonicalJson, canonicalText, escapeControls } from './canonical-json.ts';

test('keys are sorted by their UTF-8 bytes, white space is gone, only quote and backslash are escaped', () => {
  assert.equal(
    canonicalText({ b: [1, -0, true, null, 'x'], a: { z: 'a"b\\c', y: '\n\t/é<>&' }, '10': 1, '9': 2 }),
    '{"10":1,"9":2,"a":{"y":"\n\t/é<>&","z":"a\\"b\\\\c"},"b":[1,0,true,null,"x"]}',
  );
  // U+FFFD sorts before U+1F600 in UTF-8 and after it in UTF-16.
  assert.equal(canonicalText({ '\u{1f600}': 1, '\ufffd': 2 }), '{"\ufffd":2,"\u{1f600}":1}');
  assert.equal(canonicalText({ a: undefined, b: 1 }), '{"b":1}');
  assert.equal(canonicalText(JSON.parse('{"__proto__":1,"constructor":{}}')), '{"__proto__":1,"constructor":{}}');
});

test('what has no canonical form is refused: fractions, large numbers, lone surrogates, depth, other values', () => {
  const deep = JSON.parse(`${'['.repeat(70)}${']'.repeat(70)}`) as unknown;
  for (const value of [1.5, 2 ** 53, Number.NaN, '\ud800', { '\udc00': 1 }, deep, () => 1, 1n])
    assert.throws(
      () => canonicalJson(value),
      (error) => isAssayError(error, 'trust-metadata-invalid'),
    );
});

/** The same by the letter of the rules, slowly. */
function reference(value: unknown): string {
  if (typeof value === 'string')
    return `"${value
      .split('')
      .map((char) => ('"\\'.includes(char) ? `\\${char}` : char))
      .join('')}"`;
  if (Array.isArray(value)) return `[${value.map(reference).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([key, each]) => `${reference(key)}:${reference(each)}`)
      .join(',')}}`;
  return String(value);
}

test('random documents: equal to the rules by the letter, and their file form reads back as the same', () => {
  const random = new Random(7);
  const alphabet = ['a', 'B', '"', '\\', '\n', '\u0000', 'é', '\ufffd', '\u{1f600}', '/', '~'];
  const text = () =>
    Array.from(
      { length: Math.floor(random.next() * 5) },
      () => alphabet[Math.floor(random.next() * alphabet.length)],
    ).join('');
  const make = (depth: number): unknown => {
    const kind = random.next() * (depth > 4 ? 3 : 5);
    if (kind < 1) return text();
    if (kind < 2) return Math.floor((random.next() - 0.5) * 1e9);
    if (kind < 3) return [true, false, null][Math.floor(random.next() * 3)];
    const size = Math.floor(random.next() * 6);
    if (kind < 4) return Array.from({ length: size }, () => make(depth + 1));
    return Object.fromEntries(Array.from({ length: size }, () => [text(), make(depth + 1)]));
  };
  for (let count = 0; count < 2000; count++) {
    const value = make(0);
    const canonical = canonicalText(value);
    assert.equal(canonical, reference(value));
    const read = parseStrictJson(Buffer.from(escapeControls(canonical)), { maxBytes: 1 << 20, maxDepth: 64 });
    assert.deepEqual(read, value);
  }
});
