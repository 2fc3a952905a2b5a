import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyCommandResult {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Somebody at a machine of their own, with nothing in its environment but a home. */
export interface KeyOwner {
  readonly home: string;
  assay(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<KeyCommandResult>;
}

export function keyOwner(home: string): KeyOwner {
  return {
    home,
    assay: (args, environment = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'src', 'main.ts'), ...args], {
          cwd: home,
          env: { HOME: home, PATH: process.env['PATH'], ...environment },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let [out, err] = ['', ''];
        child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
        child.once('error', reject);
        child.once('close', (status) => resolve({ status, out, err }));
      }),
  };
}

/** Homes of several owners, which go with the test. */
export function ownerHomes(): Disposable & { next(): KeyOwner } {
  const root = mkdtempSync(join(tmpdir(), 'assay-owner-'));
  return {
    next: () => keyOwner(mkdtempSync(join(root, 'home-'))),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
