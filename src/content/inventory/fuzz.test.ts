import { test } from 'node:test';
import { fuzz } from '../../../test/fuzz.ts';

void test('damaged files and layers give coded errors only: a slice of 40 kB a parser of the long campaign', () => {
  fuzz(20261121, 40_000);
});
