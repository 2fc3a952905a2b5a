import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../lib/error.ts';
import { digestOf } from './digest.ts';
import { collectBytes, verified } from './verified.ts';

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
const collect = (bytes: AsyncIterable<Uint8Array>) => collectBytes(bytes, 1000, 'it');

test('bytes that are what was announced pass unchanged', async () => {
  const digest = digestOf(Buffer.from('hello world'));
  assert.equal(
    Buffer.from(await collect(verified(pieces('hello', ' world'), { digest, size: 11 }))).toString(),
    'hello world',
  );
  const long = digestOf(Buffer.from('x'), 'sha512');
  assert.equal((await collect(verified(pieces('x'), { digest: long }))).length, 1);
});

test('other bytes, fewer and more are refused', async () => {
  const digest = digestOf(Buffer.from('hello'));
  await assert.rejects(collect(verified(pieces('hellO'), { digest, size: 5 })), (error) =>
    isAssayError(error, 'digest-mismatch'),
  );
  await assert.rejects(collect(verified(pieces('hell'), { digest, size: 5 })), (error) =>
    isAssayError(error, 'size-invalid'),
  );
  await assert.rejects(collect(verified(pieces('hello', '!'), { digest, size: 5 })), (error) =>
    isAssayError(error, 'size-invalid'),
  );
});

test('more than announced stops at once, before the rest is read', async () => {
  let asked = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      asked++;
      yield new Uint8Array(10);
    }
  }
  await assert.rejects(collect(verified(endless(), { digest: digestOf(new Uint8Array()), size: 25 })));
  assert.equal(asked, 3);
});

test('a small blob has a limit', async () => {
  await assert.rejects(collectBytes(pieces('123456'), 5, 'it'), (error) =>
    isAssayError(error, 'content-budget-exceeded'),
  );
});
