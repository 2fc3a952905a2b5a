import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Peer extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Value of the Authorization header of a pusher; none where the peer runs open. */
  readonly authorization: string | undefined;
  /** Of somebody who may only pull, and whose pulls a policy judges. */
  readonly reader: string | undefined;
  readonly pid: number;
}

const PASSWORD = 'correct-horse-9';

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 50) {
    if (child.exitCode !== null) throw new Error(`${url} did not start`);
    const up = await fetch(url).then(
      (response) => response.status < 500,
      () => false,
    );
    if (up) return;
    await pause(50);
  }
  throw new Error(`${url} does not answer`);
}

function stopped(child: ChildProcess, folder: string): () => Promise<void> {
  return async () => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}

function basic(name: string): string {
  return `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}`;
}

/** This server as a user runs it, durable, with bearer tokens for one repository and a policy enforced on its pulls. */
export async function assay(port: number, repository: string): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      'src/main.ts',
      'serve',
      '--listen',
      `127.0.0.1:${port}`,
      '--data-directory',
      folder,
      '--log-level',
      'warn',
    ],
    {
      env: { ...process.env, ASSAY_ADMIN_PASSWORD: PASSWORD, ASSAY_ADVISORY_UPDATES: '0', UV_THREADPOOL_SIZE: '16' },
      stdio: 'ignore',
    },
  );
  await answers(`${url}/readyz`, child);
  const token = async (name: string, actions: string): Promise<string> => {
    const scope = encodeURIComponent(`repository:${repository}:${actions}`);
    const answer = await fetch(`${url}/token?service=127.0.0.1:${port}&scope=${scope}`, {
      headers: { authorization: basic(name) },
    });
    return `Bearer ${((await answer.json()) as { token: string }).token}`;
  };
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { authorization: basic('admin'), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  await call('POST', 'repositories', { name: repository });
  await call('POST', 'accounts', { name: 'reader', password: PASSWORD });
  await call('PUT', `repositories/${encodeURIComponent(repository)}/grants/reader`, { role: 'reader' });
  await call('PUT', 'policies', {
    text: 'policy: bench\nmode: enforce\nrules:\n  - user: not-root\n  - age: { max: 9999w }\n  - secrets: none\n    unscanned: allow\n',
  });
  return {
    name: 'Assay',
    url,
    authorization: await token('admin', 'pull,push'),
    reader: await token('reader', 'pull'),
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: stopped(child, folder),
  };
}

/** Debian's docker-registry on the file system, without authorisation, as its package runs it. */
export async function dockerRegistry(port: number): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-peer-'));
  mkdirSync(join(folder, 'data'));
  const config = `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${join(folder, 'data')}}, delete: {enabled: true}}\nhttp: {addr: "127.0.0.1:${port}"}\n`;
  writeFileSync(join(folder, 'config.yml'), config);
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/v2/`, child);
  return {
    name: 'docker-registry',
    url,
    authorization: undefined,
    reader: undefined,
    pid: child.pid ?? 0,
    [Symbol.asyncDispose]: stopped(child, folder),
  };
}
