import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modeText } from './modes.ts';

void test('modes as ls writes them', () => {
  assert.equal(modeText('file', 0o4755), '-rwsr-xr-x');
  assert.equal(modeText('file', 0o2644), '-rw-r-Sr--');
  assert.equal(modeText('directory', 0o1777), 'drwxrwxrwt');
  assert.equal(modeText('symlink', 0o777), 'lrwxrwxrwx');
});
