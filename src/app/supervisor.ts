import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** One that ends as soon as it has its turn is given it again no faster than this. */
const SOON_MS = 1000;
const PAUSE_MS = 500;
const STOP_MS = 5000;

/** A child that is kept running: what it is asked meanwhile waits for its socket, and nothing passes. */
export interface Supervised extends AsyncDisposable {
  readonly pid: () => number | undefined;
}

/**
 * Runs this program again with these arguments, twice: one has its turn, the other is started and waits for it. When the
 * first ends, the second takes over at once, however long a start takes on a busy machine.
 */
export function superviseSelf(args: readonly string[], told: (line: string) => void): Supervised {
  let active: ChildProcess | undefined;
  let waiting: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let startedAt = 0;
  const start = (): ChildProcess => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('error', (error) => ended(child, error.message));
    child.once('exit', (code, signal) => ended(child, signal ?? `status ${code}`));
    return child;
  };
  const promote = (): void => {
    active = waiting ?? start();
    startedAt = performance.now();
    // A child that is still starting reads this when it is ready.
    active.send('turn', () => undefined);
    waiting = start();
  };
  const ended = (child: ChildProcess, how: string): void => {
    if (stopping) return;
    if (child === waiting) waiting = undefined;
    if (child !== active) {
      timer ??= setTimeout(() => {
        timer = undefined;
        waiting ??= start();
      }, PAUSE_MS);
      return;
    }
    active = undefined;
    told(`the gate ended (${how}); another takes over`);
    if (performance.now() - startedAt > SOON_MS) promote();
    else setTimeout(promote, PAUSE_MS);
  };
  promote();
  return {
    pid: () => active?.pid,
    async [Symbol.asyncDispose]() {
      stopping = true;
      clearTimeout(timer);
      await Promise.all([stop(active), stop(waiting)]);
    },
  };
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(kill);
}

/** Resolves when the supervisor gives this process its turn; at once where there is none. */
export async function ownTurn(): Promise<void> {
  if (process.send === undefined) return;
  await new Promise<void>((resolve) => {
    process.once('message', () => resolve());
    // Without a supervisor nobody would ever give it.
    process.once('disconnect', () => process.exit(0));
  });
  process.removeAllListeners('disconnect');
}
