import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import type { Analyser } from './analyser.ts';
import { npmLock } from './npm-lock.ts';
import { pnpmLock } from './pnpm-lock.ts';
import { pythonLock } from './python-lock.ts';
import { pythonVendored } from './python-vendored.ts';
import { yarnLock } from './yarn-lock.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/inventory');

function list(analyser: Analyser, path: string, content: string | Uint8Array): string[] | undefined {
  const bytes = Buffer.from(content);
  assert.ok(analyser.wants(path, bytes.length, 0o644), path);
  const packages = analyser.read({ path, size: bytes.length, mode: 0o644, bytes })?.evidence?.packages;
  assert.ok(packages === undefined || packages.every((each) => analyser === pythonVendored || each.declared === true));
  return packages?.map((each) => `${each.name} ${each.version}`).sort();
}

const fixture = (name: string) => readFileSync(join(FIXTURES, name));

const PRODUCTION = ['@types/ms 0.7.34', 'debug 4.3.4', 'left-pad 1.3.0', 'ms 2.1.2', 'ms 2.1.3'];
const ALL = [...PRODUCTION, 'is-number 6.0.0', 'is-odd 3.0.1'].sort();

void test('npm: one project locked by npm 11 in every version of its format; aliases by their true name, no dev', () => {
  for (const version of [1, 2, 3])
    assert.deepEqual(list(npmLock, 'app/package-lock.json', fixture(`package-lock-v${version}.json`)), PRODUCTION);
  assert.equal(npmLock.wants('app/node_modules/x/package-lock.json', 1, 0o644), false);
  assert.throws(
    () => list(npmLock, 'npm-shrinkwrap.json', '{'),
    (error) => isAssayError(error, 'content-malformed'),
  );
  let deep = '{"version":"1"}';
  for (let level = 0; level < 3000; level++) deep = `{"version":"1","dependencies":{"a${level}":${deep}}}`;
  assert.ok((list(npmLock, 'package-lock.json', deep)?.length ?? 0) < 100);
});

void test('the same project locked by yarn 1, yarn 4, pnpm 7, 8 and 9, and bun', () => {
  assert.deepEqual(list(yarnLock, 'app/yarn.lock', fixture('yarn-1.lock')), ALL);
  assert.deepEqual(list(yarnLock, 'yarn.lock', fixture('yarn-berry.lock')), ALL);
  for (const version of [7, 8])
    assert.deepEqual(list(pnpmLock, 'pnpm-lock.yaml', fixture(`pnpm-${version}.yaml`)), PRODUCTION);
  assert.deepEqual(list(pnpmLock, 'a/pnpm-lock.yaml', fixture('pnpm-9.yaml')), ALL);
  assert.deepEqual(list(npmLock, 'bun.lock', fixture('bun.lock')), ALL);
});

void test('pnpm: peers in both notations, scopes, local and git sources', () => {
  const five = `lockfileVersion: 5.3\npackages:\n\n  /@a/b/1.0.0_@babel+core@7.0.0:\n    resolution: {}\n\n  /c/2.0.0_react@17.0.2:\n    dev: true\n\n  /d/3.0.0:\n    resolution: {}\n\n  file:../e:\n    name: e\n    version: 4.0.0\n\n  github.com/x/y/abc:\n    resolution: {}\n`;
  assert.deepEqual(list(pnpmLock, 'pnpm-lock.yaml', five), ['@a/b 1.0.0', 'd 3.0.0']);
  const six = `packages:\n\n  /@a/b@1.0.0(react@17.0.2)(x@1.0.0):\n    resolution: {}\n\n  '@c/d@1.2.3-rc.1':\n    resolution: {}\n\nother:\n\n  /e@1.0.0:\n    x: y\n`;
  assert.deepEqual(list(pnpmLock, 'pnpm-lock.yaml', six), ['@a/b 1.0.0', '@c/d 1.2.3-rc.1']);
});

void test('bun.lock: comments and last commas, workspaces left out', () => {
  const text =
    '{ // note, with "quotes"\n "packages": { "a": ["a@1.0.0", "", { "x": "},]", }, "sha",], /* w */ "w": ["w@workspace:w"], }, }';
  assert.deepEqual(list(npmLock, 'bun.lock', text), ['a 1.0.0']);
});

void test('Python: what uv, pipenv and pip wrote, poetry and pdm as their formats say', () => {
  const production = ['certifi 2023.7.22', 'idna 3.4'];
  assert.deepEqual(list(pythonLock, 'app/uv.lock', fixture('uv.lock')), [...production, 'iniconfig 2.0.0']);
  assert.deepEqual(list(pythonLock, 'pylock.toml', fixture('pylock.toml')), [...production, 'iniconfig 2.0.0']);
  assert.deepEqual(list(pythonLock, 'requirements.txt', fixture('requirements.txt')), production);
  assert.deepEqual(list(pythonLock, 'Pipfile.lock', fixture('Pipfile.lock')), ['idna 3.4']);
  const poetry =
    '[[package]]\nname = "Idna"\nversion = "3.4"\ndescription = "x = y"\n\n[package.extras]\nname = "no"\n\n[[package]]\nname = "tool"\nversion = "1"\ncategory = "dev"\n\n[metadata]\nname = "meta"\nversion = "9"\n';
  assert.deepEqual(list(pythonLock, 'poetry.lock', poetry), ['Idna 3.4']);
  assert.deepEqual(
    list(pythonLock, 'pdm.lock', '[[package]]\nname = "a"\nversion = "1.0+local"\ngroups = ["default"]\n'),
    ['a 1.0+local'],
  );
});

void test('requirements: pins only, with extras, markers, hashes and comments', () => {
  const text =
    'a==1.0\nb[x,y] == 2.0 ; python_version < "3"\nc>=3\nd===4.0 --hash=sha256:0\ne==5.* \n-e .\ngit+https://x/y@1\nf==6.0 # why\n';
  assert.deepEqual(list(pythonLock, 'requirements-prod.txt', text), ['a 1.0', 'b 2.0', 'd 4.0', 'f 6.0']);
  assert.deepEqual(
    list(pythonVendored, 'usr/lib/python3/dist-packages/pip/_vendor/vendor.txt', 'urllib3==1.26.17\n  idna==3.4\n'),
    ['idna 3.4', 'urllib3 1.26.17'],
  );
});
