import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../test/random.ts';
import { isAssayError } from './error.ts';
import { readEscapedKeys } from './escaped-keys.ts';
import { parseStrictJson } from './strict-json.ts';

const limits = { maxBytes: 1 << 20, maxDepth: 32 };
const parse = (text: string) => parseStrictJson(Buffer.from(text), limits);

test('what two readers could understand differently is refused', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '\ufeff{}',
    `${'['.repeat(33)}${']'.repeat(33)}`,
    '{"a":1',
    '["a]',
    '{"a\\x":1}',
    '',
  ])
    assert.throws(
      () => parse(text),
      (error) => isAssayError(error, 'json-invalid'),
      text,
    );
  assert.throws(
    () => parseStrictJson(Buffer.from([0x22, 0xff, 0x22]), limits),
    (error) => isAssayError(error),
  );
});

test('the number of values is bounded where the caller says so', () => {
  const bounded = { ...limits, maxValues: 4 };
  assert.deepEqual(parseStrictJson(Buffer.from('[1,2,[3,"4,5"]]'), { ...limits, maxValues: 5 }), [1, 2, [3, '4,5']]);
  assert.throws(
    () => parseStrictJson(Buffer.from('[1,2,[3,4]]'), bounded),
    (error) => isAssayError(error, 'json-invalid'),
  );
});

test('a key with an escape is read as itself, whatever was read before', () => {
  const cases: readonly (readonly [before: string, key: string])[] = [
    ['layer\\\\', 'layer\\u0073'],
    ['B\\\\', 'B\\u0000'],
    ['d\\\\', 'd\\n'],
    ['\\\\', '\\"'],
  ];
  for (const [index, [before, key]] of cases.entries()) {
    JSON.parse(`{"first${index}":0,"${before}":1}`);
    const read = parse(`{"first${index}":0,"${key}":1}`) as object;
    assert.deepEqual(Object.keys(read), [`first${index}`, JSON.parse(`"${key}"`)]);
  }
});

test('documents with escaped keys are read as JSON has them', () => {
  const random = new Random(5);
  const texts = ['', 'a', '"', '\\', '\n', '\u0001', ' ', ',', ']', '}', ':', '{', 'é', '\u{1f600}', '__proto__', '7'];
  const text = () =>
    Array.from({ length: Math.floor(random.next() * 4) }, () => texts[Math.floor(random.next() * texts.length)]).join(
      '',
    );
  const make = (depth: number): unknown => {
    const kind = Math.floor(random.next() * (depth > 4 ? 3 : 5));
    if (kind === 0) return text();
    if (kind === 1) return (random.next() - 0.5) * 10 ** Math.floor(random.next() * 20);
    if (kind === 2) return [true, false, null][Math.floor(random.next() * 3)];
    const size = Math.floor(random.next() * 5);
    if (kind === 3) return Array.from({ length: size }, () => make(depth + 1));
    return Object.fromEntries(Array.from({ length: size }, () => [text(), make(depth + 1)]));
  };
  for (let count = 0; count < 2000; count++) {
    const value = make(0);
    const written = JSON.stringify(value, null, [0, 2, '\t'][count % 3]);
    assert.deepEqual(readEscapedKeys(written), value);
    assert.deepEqual(parse(written), value);
  }
});
