import { rmSync } from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const paths = new Set<string>();

function onSignal(signal: NodeJS.Signals): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
  stopListening();
  process.kill(process.pid, signal);
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

/** Removes an unfinished file or folder when a signal ends the program; dispose it when the path is finished or gone. */
export function removedOnSignal(path: string): Disposable {
  if (paths.size === 0) for (const signal of SIGNALS) process.on(signal, onSignal);
  paths.add(path);
  return {
    [Symbol.dispose]() {
      paths.delete(path);
      if (paths.size === 0) stopListening();
    },
  };
}
