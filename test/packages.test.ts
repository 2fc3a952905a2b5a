import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockEntry> };
const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
const production = entries.filter(([, entry]) => !entry.dev && !entry.optional);

test('at most 60 production packages without optional ones', () => {
  assert.ok(production.length <= 60, `${production.length} packages`);
});

test('no production package has an install script', () => {
  assert.deepEqual(
    entries.filter(([, entry]) => !entry.dev && entry.hasInstallScript).map(([path]) => path),
    [],
  );
});

test('the lock file records no download addresses', () => {
  assert.deepEqual(
    entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path),
    [],
  );
});
