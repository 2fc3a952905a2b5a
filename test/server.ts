import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/app/config.ts';
import type { SettingName } from '../src/app/settings.ts';
import { type RunningServer, serve } from '../src/app/serve.ts';

export const ADMIN_PASSWORD = 'correct-horse-9';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** host:port, as clients name the registry. */
  readonly host: string;
  readonly directory: string;
  readonly running: RunningServer;
  /** Calls /api or /v2 as the administrator unless another authorisation is given. */
  fetch(path: string, init?: RequestInit & { as?: string | null }): Promise<Response>;
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** A whole server on a free loopback port with a data directory of its own, in this process. */
export async function startServer(flags: Partial<Record<SettingName, unknown>> = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-test-'));
  const { config } = loadConfig(
    {},
    {
      listen: '127.0.0.1:0',
      dataDirectory: directory,
      adminPassword: ADMIN_PASSWORD,
      logLevel: 'silent',
      advisoryUpdates: 0,
      ...flags,
    },
  );
  const running = await serve(config, { terminal: false });
  return {
    url: running.url,
    host: new URL(running.url).host,
    directory,
    running,
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      const as = init.as === undefined ? basic('admin', ADMIN_PASSWORD) : init.as;
      if (as !== null && !headers.has('authorization')) headers.set('authorization', as);
      return fetch(running.url + path, { ...init, headers });
    },
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
