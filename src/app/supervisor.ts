import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process that ended is started again after this; one that cannot start is tried again no faster. */
const RESTART_MS = 100;
const MAX_RESTART_MS = 800;
const STOP_MS = 5000;

/** A child that is kept running: what it is asked meanwhile waits for its socket, and nothing passes. */
export interface Supervised extends AsyncDisposable {
  readonly pid: () => number | undefined;
}

/** Runs this program again with these arguments, and again whenever it ends. */
export function superviseSelf(args: readonly string[], told: (line: string) => void): Supervised {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let wait = RESTART_MS;
  const start = (): void => {
    const startedAt = performance.now();
    const started = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child = started;
    const ended = (how: string): void => {
      if (stopping || child !== started) return;
      child = undefined;
      wait = performance.now() - startedAt > 10_000 ? RESTART_MS : Math.min(wait * 2, MAX_RESTART_MS);
      told(`the gate ended (${how}); it starts again in ${wait} ms`);
      timer = setTimeout(start, wait);
    };
    started.once('error', (error) => ended(error.message));
    started.once('exit', (code, signal) => ended(signal ?? `status ${code}`));
  };
  start();
  return {
    pid: () => child?.pid,
    async [Symbol.asyncDispose]() {
      stopping = true;
      clearTimeout(timer);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      const kill = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(kill);
    },
  };
}
