import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** What each floor may import besides itself. The pillars do not know each other. */
const floors: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  oci: ['lib'],
  content: ['lib', 'oci'],
  origin: ['lib', 'oci', 'content/image'],
  trust: ['lib', 'oci'],
  access: ['lib', 'oci'],
  runtime: ['lib', 'oci'],
  policy: ['lib', 'oci', 'content', 'origin', 'trust', 'access', 'runtime'],
};
const core = ['lib', 'oci', 'content', 'origin', 'trust', 'access', 'runtime', 'policy'];
const upTo = (...more: string[]) => [...core, ...more];
const upper: Readonly<Record<string, readonly string[]>> = {
  ports: core,
  work: upTo('ports'),
  contract: upTo('ports', 'work'),
  http: upTo('ports', 'work', 'contract'),
  cli: upTo('ports', 'work', 'contract'),
  analysis: ['lib', 'oci', 'content'],
  adapters: ['lib', 'oci', 'ports'],
  app: upTo('ports', 'work', 'contract', 'http', 'cli', 'analysis', 'adapters'),
};
/** The pillar whose format an adapter stores or speaks; types may come from any floor up to ports. */
const adapterPillars: Readonly<Record<string, readonly string[]>> = {
  sql: ['access', 'content'],
  signer: ['trust'],
  keys: ['trust'],
  pkcs11: ['trust', 'adapters/signer'],
  advisories: ['content'],
  fs: ['access', 'trust'],
  analysis: ['content'],
  images: ['content'],
  ldap: ['access'],
  oidc: ['access', 'adapters/net'],
  sqlite: ['adapters/sql'],
  postgres: ['adapters/sql'],
  memory: ['adapters/sqlite', 'adapters/sql'],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gms))
    found.push({ file, target: normalize(join(dirname(file), match[2] ?? '')), typeOnly: match[1] !== undefined });
  for (const match of text.matchAll(/import\(\s*'(\.[^']+)'\s*\)/g))
    found.push({ file, target: normalize(join(dirname(file), match[1] ?? '')), typeOnly: false });
  return found;
}

function room(path: string, parts: number): string {
  return path
    .split('/')
    .slice(1, 1 + parts)
    .join('/');
}

function allowed({ file, target, typeOnly }: Import): boolean {
  if (!target.startsWith('src/')) return false;
  const from = room(file, 1);
  const to = room(target, 1);
  if (file === 'src/main.ts') return to === 'cli' || to === 'app' || to === 'lib';
  if (from === 'adapters') {
    if (room(file, 2) === room(target, 2)) return true;
    if (typeOnly && [...core, 'ports'].includes(to)) return true;
    const extra = adapterPillars[file.split('/')[2] ?? ''] ?? [];
    return [...(upper['adapters'] ?? []), ...extra].some((each) => target.startsWith(`src/${each}/`));
  }
  if (from === to) return true;
  const may = floors[from] ?? upper[from];
  return may?.some((each) => target.startsWith(`src/${each}/`)) ?? false;
}

const sources = globSync('src/**/*.ts');

test('imports point downward only', () => {
  const upward = sources
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap(importsOf)
    .filter((each) => !allowed(each));
  assert.deepEqual(
    upward.map((each) => `${each.file} → ${each.target}`),
    [],
  );
});

test('tests import their own floor, what it may import, the memory adapters and test/', () => {
  const upward = sources
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap(importsOf)
    .filter((each) => !allowed(each) && !/^(?:src\/adapters\/memory\/|test\/)/.test(each.target));
  assert.deepEqual(
    upward.map((each) => `${each.file} → ${each.target}`),
    [],
  );
});

test('every source file stands on a floor', () => {
  const known = new Set([...Object.keys(floors), ...Object.keys(upper)]);
  assert.deepEqual(
    sources.filter((file) => file !== 'src/main.ts' && !known.has(room(file, 1))),
    [],
  );
});

test('core floors touch nothing outside: no files, network, clock or process', () => {
  const effects =
    /from 'node:(?:fs|fs\/promises|net|http|https|tls|child_process|worker_threads|sqlite|dns|os)'|\bDate\.now\(|\bprocess\.|\bfetch\(|Math\.random\(/;
  const pure = sources.filter(
    (file) => core.includes(room(file, 1)) && !file.endsWith('.test.ts') && file !== 'src/lib/clock.ts',
  );
  assert.deepEqual(
    pure.filter((file) => effects.test(readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''))),
    [],
  );
});

test('files have one job: at most 300 lines, and no drawer of leftovers', () => {
  const drawers = /(?:^|\/)(?:utils?|helpers?|common|misc|manager|index)(?:\.ts$|\/)/;
  assert.deepEqual(
    sources.filter((file) => drawers.test(file)),
    [],
  );
  const long = sources
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 320);
  assert.deepEqual(long, []);
});
