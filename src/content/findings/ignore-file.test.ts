import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { endOfLifeOf, supportOf } from './end-of-life.ts';
import { readIgnoreFile } from './ignore-file.ts';

void test('rules need a reason and a last day; a member that is not known is an error', () => {
  const good =
    'ignore:\n  - id: CVE-2026-0001\n    reason: only reachable by administrators\n    expires: 2026-12-31\n    packages: [openssl]\n';
  assert.deepEqual(readIgnoreFile(good, 'f'), [
    { id: 'CVE-2026-0001', reason: 'only reachable by administrators', expires: '2026-12-31', packages: ['openssl'] },
  ]);
  const head = 'ignore:\n  - id: CVE-2026-0001\n';
  for (const [bad, said] of [
    [`${head}    expires: 2026-12-31\n`, 'line 2, column 5: reason: is missing'],
    [`${head}    reason: because\n`, 'line 2, column 5: expires: is missing'],
    [`${head}    reason: because\n    expires: never\n`, 'line 4, column 14: expires: wants the last day'],
    [
      `${head}    reason: because\n    expires: 2026-12-31\n    package: x\n`,
      'line 5, column 5: the key package is not',
    ],
    [`${head}    id: CVE-2026-0002\n`, 'line 3, column 5: Map keys must be unique'],
    ['ignore:\n  - id: 5\n    reason: because\n    expires: 2026-12-31\n', 'line 2, column 9: id: '],
    ['- CVE-2026-0001', 'line 1, column 1: the file has one key, ignore'],
    ['{', 'line 1, column 2: '],
  ] as const)
    assert.throws(
      () => readIgnoreFile(bad, 'f'),
      (error) => isAssayError(error, 'input-invalid') && error.message.startsWith(`f: ${said}`),
      bad,
    );
});

void test('releases: supported, extended, ended, unknown', () => {
  const at = (id: string, version: string, day: string) =>
    supportOf(endOfLifeOf({ id, version, name: id }), Date.parse(day));
  assert.deepEqual(
    [
      at('debian', '12', '2026-07-11'),
      at('debian', '12', '2026-07-12'),
      at('debian', '12', '2028-07-01'),
      at('alpine', '3.18.4', '2025-05-11'),
      at('ubuntu', '16.04', '2022-01-01'),
      at('centos', '7', '2025-01-01'),
      at('nosuch', '1', '2025-01-01'),
    ],
    ['supported', 'extended', 'ended', 'ended', 'extended', 'ended', 'unknown'],
  );
});
