import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { Random } from '../../test/random.ts';
import { unpackBzip2 } from './bzip2.ts';
import { isAssayError } from './error.ts';

const unpack = (bytes: Uint8Array, max = 1 << 24) => Buffer.concat([...unpackBzip2(bytes, max)]);

/** What bzip2 1.0.8 wrote of short texts. */
const SAMPLES: readonly (readonly [text: string, packed: string])[] = [
  ['', 'QlpoORdyRThQkAAAAAA='],
  ['a', 'QlpoOTFBWSZTWRmTm2sAAAABACAAIAAhGEaC7kinChIDMnNtYA=='],
  ['hello, hello, hello', 'QlpoOTFBWSZTWZxFPtMAAAORAEAEAkSgACEiMDAGUifkVFhdyRThQkJxFPtM'],
  ['a*4', 'QlpoOTFBWSZTWYgSM6YAAAJBAEAAIAAgACEAggsXckU4UJCIEjOm'],
  ['a*5', 'QlpoOTFBWSZTWUSkMD0AAAJBACAAIAAgACEAggsXckU4UJBEpDA9'],
  ['a*258', 'QlpoOTFBWSZTWVAqqaQAAAGBAKAAAAggACEAgpcXckU4UJBQKqmk'],
  ['a*259', 'QlpoOTFBWSZTWUutlGwAAALBAMAAIAAACCAAIKptQZjFR4u5IpwoSCXWyjYA'],
  ['a*260', 'QlpoOTFBWSZTWavKTH0AAALBAKAAIAAACCAAIKptQZjFR4u5IpwoSFXlJj6A'],
  ['a*700000', 'QlpoMTFBWSZTWS1No1EABV6hAIIAIAAACCAAMMwFKacaKkmxFSTxdyRThQkC1No1EA=='],
  ['aaaabaaaaab*99', 'QlpoOTFBWSZTWUsiNmoAAZxBAGAAMAAgACClR6DNNPihZQtQtQuF3JFOFCQSyI2agA=='],
  [
    'abracadabra\u0000\u00ff*5000',
    'QlpoOTFBWSZTWUoITOgAJw/BgMAAPAAQAAAAoABwQwAUqBpoQqPCFR4QqMEKjYhUYIVHQQqMCFRghUfF3JFOFCQSghM6AA==',
  ],
];

void test('what bzip2 packed is what it was, several streams after each other too', () => {
  for (const [text, packed] of SAMPLES)
    assert.equal(unpack(Buffer.from(packed, 'base64')).toString('latin1'), textOf(text));
  const all = Buffer.concat(SAMPLES.map(([, packed]) => Buffer.from(packed, 'base64')));
  assert.equal(unpack(all).toString('latin1'), SAMPLES.map(([text]) => textOf(text)).join(''));
});

/** `x*1000` is a thousand of it. */
function textOf(text: string): string {
  const [, piece, count] = /^(.*)\*(\d+)$/s.exec(text) ?? [];
  return piece === undefined ? text : piece.repeat(Number(count));
}

void test('damaged and cut streams end with a code, a small one that unpacks to much at its limit', () => {
  const random = new Random(20261127);
  const good = Buffer.from(SAMPLES.at(-1)![1], 'base64');
  assert.equal(
    hash('sha256', unpack(good), 'hex'),
    hash('sha256', Buffer.from('abracadabra\u0000\u00ff'.repeat(5000), 'latin1'), 'hex'),
  );
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(good);
    for (let hits = 1 + random.below(3); hits > 0; hits--) bytes[random.below(bytes.length)] = random.below(256);
    try {
      unpack(random.below(3) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
    } catch (error) {
      assert.ok(isAssayError(error), String(error));
    }
  }
  assert.throws(
    () => unpack(Buffer.from(SAMPLES.find(([text]) => text === 'a*700000')![1], 'base64'), 100_000),
    (error) => isAssayError(error, 'content-budget-exceeded'),
  );
});
