import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface TestClamd extends AsyncDisposable {
  readonly address: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Debian's clamd in the foreground with these signature files, on a socket in a folder of its own; not yet started. */
export function testClamd(
  signatures: Readonly<Record<string, string>>,
  settings: readonly string[] = ['AlertExceedsMax yes'],
): TestClamd {
  const folder = mkdtempSync(join(tmpdir(), 'assay-clamd-'));
  const socket = join(folder, 'socket');
  mkdirSync(join(folder, 'db'));
  for (const [name, text] of Object.entries(signatures)) writeFileSync(join(folder, 'db', name), text);
  const configuration = join(folder, 'clamd.conf');
  writeFileSync(
    configuration,
    [
      `LocalSocket ${socket}`,
      `DatabaseDirectory ${join(folder, 'db')}`,
      'Foreground yes',
      'StreamMaxLength 1M',
      ...settings,
      '',
    ].join('\n'),
  );
  let child: ChildProcess | undefined;
  const stop = async () => {
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child = undefined;
    rmSync(socket, { force: true });
  };
  return {
    address: `unix:${socket}`,
    start: async () => {
      child = spawn('clamd', ['-F', '-c', configuration], { stdio: 'ignore' });
      for (let waited = 0; waited < 30_000; waited += 50) {
        const probe = connect(socket);
        const open = await once(probe, 'connect').then(
          () => true,
          () => false,
        );
        probe.destroy();
        if (open) return;
        await pause(50);
      }
      throw new Error('clamd does not listen');
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
