import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random } from '../../../test/random.ts';
import { canonicalText, escapeControls } from './canonical-json.ts';
import { canonicalParts } from './canonical-scan.ts';
import { readEnvelope } from './envelope.ts';

const budget = { maxDepth: 64, maxValues: 1_000_000 };
const decode = (text: string) => Buffer.from(text, 'base64');

function read(text: string): unknown {
  try {
    const { signed, signedBytes, signatures } = readEnvelope(Buffer.from(text), decode);
    return { signed, signedBytes: Buffer.from(signedBytes).toString('latin1'), signatures };
  } catch (error) {
    return error instanceof Error ? 'refused' : error;
  }
}

/** The same file with a space at its end, which is not canonical, is read the long way. */
function readSlowly(text: string): unknown {
  return read(`${text} `);
}

function randomValue(random: Random, depth = 0): unknown {
  const texts = ['a', 'B', '"', '\\', '\n', 'é', '\ufffd', '\u{1f600}', '/', '__proto__', '10', '9', ''];
  const text = () => Array.from({ length: random.below(4) }, () => texts[random.below(texts.length)]).join('');
  const kind = random.below(depth > 3 ? 4 : 6);
  if (kind === 0) return text();
  if (kind === 1) return random.below(2_000_000) - 1_000_000;
  if (kind === 2) return [true, false, null][random.below(3)];
  if (kind === 3) return [0, -1, 999_999_999_999_999, Number.MAX_SAFE_INTEGER][random.below(4)];
  const size = random.below(5);
  if (kind === 4) return Array.from({ length: size }, () => randomValue(random, depth + 1));
  return Object.fromEntries(Array.from({ length: size }, () => [text(), randomValue(random, depth + 1)]));
}

function randomFile(random: Random): string {
  const signed = escapeControls(canonicalText({ name: 'x', value: randomValue(random) }));
  const signatures = '[{"keyid":"k","method":"ecdsa","sig":"AAAA"}]';
  return random.below(2) === 0
    ? `{"signed":${signed},"signatures":${signatures}}`
    : `{"signatures":${signatures},"signed":${signed}}`;
}

describe('files in canonical form', () => {
  test('what is signed is found in the file itself, in either order of the members', () => {
    for (const text of [
      '{"signed":{"a":1,"b":[{},[]]},"signatures":[]}',
      '{"signatures":[],"signed":{"a":1,"b":[{},[]]}}',
    ]) {
      const parts = canonicalParts(text, budget);
      assert.equal(text.slice(parts?.signed.start, parts?.signed.end), '{"a":1,"b":[{},[]]}');
      assert.equal(text.slice(parts?.signatures.start, parts?.signatures.end), '[]');
    }
  });

  test('anything that would be written otherwise is left to the long way', () => {
    for (const signed of [
      '{"b":1,"a":2}',
      '{"a":1,"a":2}',
      '{"a": 1}',
      '{"a":01}',
      '{"a":-0}',
      '{"a":1.0}',
      '{"a":1e3}',
      '{"a":9007199254740993}',
      '{"a":"\\u0041"}',
      '{"a":"\\/"}',
      '{"a\\"b":1}',
      '{"\u{1f600}":1}',
      '{"a":1,}',
      '[1,]',
      '{"a":tru}',
      '{"a":"',
      `${'['.repeat(70)}${']'.repeat(70)}`,
    ])
      assert.equal(canonicalParts(`{"signed":${signed},"signatures":[]}`, budget), undefined, signed);
    for (const text of ['{"signed":{}}', '{"signed":{},"signatures":[],"x":1}', '{"signed":{},"signed":{}}', '[]', ''])
      assert.equal(canonicalParts(text, budget), undefined, text);
    assert.equal(
      canonicalParts('{"signed":[1,2,3],"signatures":[]}', { maxDepth: 64, maxValues: 3 }),
      undefined,
      'beyond the budget of values',
    );
  });

  test('random files, whole and with a character changed: both ways read the same or refuse', () => {
    const random = new Random(11);
    let short = 0;
    for (let count = 0; count < 4000; count++) {
      const text = randomFile(random);
      if (canonicalParts(text, budget)) short++;
      assert.deepEqual(read(text), readSlowly(text), text);
      const at = random.below(text.length);
      const alphabet = '{}[]",:\\ 019-.eEtrufalsn';
      const changed = text.slice(0, at) + alphabet[random.below(alphabet.length)] + text.slice(at + random.below(2));
      assert.deepEqual(read(changed), readSlowly(changed), changed);
    }
    assert.ok(short > 1000, `only ${short} files went the short way`);
  });
});
