import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import type { ConnectSigner } from '../adapters/signer/client.ts';
import { AssayError } from '../lib/error.ts';

const STOP_MS = 5000;
/** A service that ended this soon after its start is not started again at once. */
const CRASH_MS = 1000;

export interface EmbeddedSigner extends AsyncDisposable {
  readonly connect: ConnectSigner;
  /** The process id while it runs. */
  readonly pid: () => number | undefined;
}

/** The signing service as a child process, started when first needed and again when it died. */
export function embeddedSigner(options: {
  root: string;
  directory: string;
  version: string;
  storeKeyFile?: string | undefined;
  told: (line: string) => void;
}): EmbeddedSigner {
  const entry = signerProgram(options.root);
  let child: ChildProcess | undefined;
  let startedAt = 0;
  let notBefore = 0;
  const start = (): ChildProcess => {
    const started = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        entry,
        options.directory,
        options.version,
        ...(options.storeKeyFile === undefined ? [] : [options.storeKeyFile]),
      ],
      { env: {}, cwd: '/', stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    started.once('error', () => undefined);
    startedAt = performance.now();
    // One that was killed may start again at once; one that gave up by itself would only do so again.
    started.once('exit', (_code, signal) => {
      if (signal === null && performance.now() - startedAt < CRASH_MS) notBefore = performance.now() + CRASH_MS;
    });
    if (started.stderr) createInterface({ input: started.stderr }).on('line', options.told);
    return started;
  };
  return {
    pid: () => child?.pid,
    async connect() {
      if (performance.now() < notBefore)
        throw new AssayError('signer-unavailable', 'the signing service ended as soon as it had started; see the log', {
          retryAfter: 1,
        });
      child = start();
      return child.stdio[3] as Duplex;
    },
    async [Symbol.asyncDispose]() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
      (child.stdio[3] as Duplex).end();
      await ended;
      clearTimeout(timer);
    },
  };
}

function signerProgram(root: string): string {
  const source = join(root, 'src', 'app', 'signer-process.ts');
  return existsSync(source) ? source : join(root, 'dist', 'signer.js');
}
