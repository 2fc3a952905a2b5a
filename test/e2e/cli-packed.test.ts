import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN_PASSWORD } from '../server.ts';
import { succeed } from './command.ts';
import { debianRoot, layoutOf } from './debian-image.ts';

/** What a published package holds. */
const FILES = ['bin', 'dist', 'web/dist', 'package.json'] as const;

test('the build serves and scans from a folder with nothing but what is published', async (t) => {
  await succeed(process.execPath, ['build/build.ts']);
  const folder = mkdtempSync(join(tmpdir(), 'assay-packed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'node_modules', 'assay-registry');
  mkdirSync(join(root, 'web'), { recursive: true });
  for (const each of FILES) if (existsSync(each)) cpSync(each, join(root, each), { recursive: true });
  const assay = join(root, 'bin', 'assay.mjs');
  const env = {
    ...process.env,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    ASSAY_ADMIN_PASSWORD: ADMIN_PASSWORD,
    ASSAY_ADVISORY_UPDATES: '0',
    ASSAY_USER: 'admin',
    ASSAY_PASSWORD: ADMIN_PASSWORD,
  };
  assert.match(await succeed(process.execPath, [assay, '--version'], { env }), /^\d+\.\d+\.\d+\n$/);
  const layout = await layoutOf(await debianRoot());
  t.after(() => rmSync(layout, { recursive: true, force: true }));
  const local = await succeed(process.execPath, [assay, 'scan', '--allow-incomplete', `oci:${layout}`], { env });
  assert.match(local, /Debian GNU\/Linux 12/);

  const server = spawn(
    process.execPath,
    [assay, 'serve', '--listen', '127.0.0.1:0', '--data-directory', join(folder, 'data')],
    {
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const ended = new Promise<number | null>((resolve) => server.on('close', resolve));
  try {
    const host = await new Promise<string>((resolve, reject) => {
      let text = '';
      server.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /listens on https?:\/\/(\S+)/.exec(text)?.[1];
        if (found) resolve(found);
      });
      void ended.then((code) => reject(new Error(`the server ended with ${code}: ${text}`)));
    });
    await succeed(process.execPath, [assay, 'push', `oci:${layout}:test`, `${host}/library/debian:12`], { env });
    const scanned = await succeed(
      process.execPath,
      [assay, 'scan', '--allow-incomplete', `${host}/library/debian:12`],
      { env },
    );
    assert.equal(scanned.split('\n')[1], local.split('\n')[1], 'the server says what the local scan says');
  } finally {
    server.kill('SIGTERM');
  }
  assert.equal(await ended, 0);
});
