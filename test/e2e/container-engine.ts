import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface DockerEngine extends AsyncDisposable {
  /** Environment for the docker command line: its socket and a configuration of its own. */
  readonly env: { readonly DOCKER_HOST: string; readonly DOCKER_CONFIG: string };
}

/** A real Docker Engine of its own, without network set-up, on a private socket; `options` are further ones of dockerd. */
export async function dockerEngine(options: readonly string[] = []): Promise<DockerEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-docker-'));
  const socket = join(folder, 'docker.sock');
  const host = `unix://${socket}`;
  const engine = spawn(
    'dockerd',
    [
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
      '-H',
      host,
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
      '--storage-driver=vfs',
      ...options,
    ],
    { stdio: 'ignore' },
  );
  for (let waited = 0; !existsSync(socket); waited += 100) {
    if (engine.exitCode !== null || waited > 30_000) throw new Error('the Docker Engine did not start');
    await pause(100);
  }
  return {
    env: { DOCKER_HOST: host, DOCKER_CONFIG: join(folder, 'config') },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => engine.once('close', resolve));
      engine.kill('SIGTERM');
      await Promise.race([ended, pause(15_000)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
