import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { Random } from '../../test/random.ts';
import { isAssayError } from './error.ts';
import { unpackXz } from './xz.ts';

const unpack = (packed: string | Uint8Array, max = 1 << 24) =>
  Buffer.concat([...unpackXz(typeof packed === 'string' ? Buffer.from(packed, 'base64') : packed, max)]);

/** What xz 5.4 wrote of short texts, with the check of its default. */
const SAMPLES: readonly (readonly [text: string, packed: string])[] = [
  ['', '/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo='],
  ['a', '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAAYQAAAAAFK2Uud4QCMwABGQGlLIHMH7bzfQEAAAAABFla'],
  [
    'hello, hello, hello',
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AASAAxdADQZSe6N74yHMe+QAABluyEx33pfWQABKBNfWmX5H7bzfQEAAAAABFla',
  ],
];
/** `abracadabra\0\xff` 5,000 times, checked by SHA-256. */
const LONG =
  '/Td6WFoAAArh+wyhAgAhARwAAAAQz1jM4P3nAFhdADCYiqqaWfUR2DjdMF+qwL1RtExsOBgwE/Cjbdwr1tmBQ5c5QoZtMF1UszAn+WVfQP5Mj1+HsniQss/Ez+ODjvG1IaFMUqZpAOCP3++1DqZlRW+DDII+cAAADcml2ale3rN7XfMHlTEbHJy4EOJobn/pJt07IAeIP/0AAYwB6PsDAOuPMBa26d8cAgAAAAAKWVo=';
/** 1,200 bytes in two blocks, with other properties (lc=0, lp=2, pb=4) and CRC-32. */
const BLOCKS =
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AK7AR/GADGYgAYhlhsl36H6PM8Bqz8Hyun153/mdVCtfYTEoGjOCSnYJLIBXOjwEhvTG0o3A5pmbh+PYGBeHO54ZkI405qlm5CGfhIHvm4cmDWZKp6U/wdm1xIzjAgOepzNwCfhsFDlWvvTJ/v2zCWOqrICwfQ4IEyXq0t+6VlDbfpFI27onAZOyy4AcaUBRfJJHz/ZaffhE01D1vDUdyz62u73AntOsbNYvneZuxEuRBLoF19Omy13U/O0IeyYptbYTeCSJA3P2Ok40N9ydOXTIHtsK2yEEW3B1m3amphukOtrCvf4reT9QrJ6GDEByjULiSbV0SrN/4oKa66m6f093VVTtb1dPBbYx99GlIOPffEl3Q88cuJxEIlZoKWegINoNwAAAADzcFPtAgAhARYAAAB0L+Wj4AHzARrGADGICGYhjalA3fozS2bCWlh7Plaf5oAu14pkkSpwXV8e8BaeVMLCOdEgTjK5pa34J2RKa6DzmHhs3SIIY7cgmPElVCMzmP0K///RmIiBHr0HjQ223XlJ1ETk+DUcJwQyedV/MKTUGJjkqs2gnTzSOHX04xBdk90U+Jo3LJuMmiU4y53UrPd5mpPovM2GIDXOxTdLzC3wixpUDSTuFQu78KO4F5fdcb/KMwxffdPAO40jrV208B8p346eRPGA4Um9tRnu93ggj+dHtOcfgFIx25/NEfgEOQAQh1rur8VnprWje/FiA3Q/Y6vJQ6DtFM9W8NBPSWbFA+VHfPE++UTfzaBRgS225AoJFsyb1o8p0qmiD/8O19Cplg4ZvgAAAITF2SQAArcCvAWyAvQDAACQ9YSUm+NRQAMAAAAAAVla';

void test('what xz packed is what it was: every check, several blocks, several streams after each other', () => {
  for (const [text, packed] of SAMPLES) assert.equal(unpack(packed).toString(), text);
  assert.deepEqual(unpack(LONG), Buffer.from('abracadabra\u0000\u00ff'.repeat(5000), 'latin1'));
  assert.equal(
    hash('sha256', unpack(BLOCKS), 'hex'),
    '7b9ddd28a0918aa2e2b380b9c5f69990972626fb326e0047b8350e210b07b5d2',
  );
  const streams = Buffer.concat([SAMPLES[1]![1], SAMPLES[2]![1]].map((each) => Buffer.from(each, 'base64')));
  assert.equal(unpack(Buffer.concat([streams, Buffer.alloc(8)])).toString(), 'ahello, hello, hello');
});

void test('damaged and cut streams end with a code, never with other bytes; a small one that unpacks to much at its limit', () => {
  const random = new Random(20261128);
  for (const packed of [LONG, BLOCKS, SAMPLES[2]![1]]) {
    const good = Buffer.from(packed, 'base64');
    const whole = unpack(good);
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(good);
      for (let hits = 1 + random.below(3); hits > 0; hits--) bytes[random.below(bytes.length)] = random.below(256);
      const cut = random.below(3) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      try {
        assert.deepEqual(unpack(cut), whole);
      } catch (error) {
        assert.ok(isAssayError(error), String(error));
      }
    }
  }
  assert.throws(
    () => unpack(LONG, 50_000),
    (error) => isAssayError(error, 'content-budget-exceeded'),
  );
});
