import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { AssayError, systemCode } from '../../lib/error.ts';

/** Runs an engine's command line on this terminal and returns its exit status; a signal is passed on, as a shell does. */
export function runEngine(engine: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    // The image was verified already, and docker knows nothing of a digest being signed.
    const child = spawn(engine, args, { stdio: 'inherit', env: { ...environment, DOCKER_CONTENT_TRUST: '0' } });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.once('error', (cause) =>
      reject(
        new AssayError(
          'usage-invalid',
          systemCode(cause) === 'ENOENT' ? `${engine} is not installed here` : `${engine} could not be started`,
          { cause },
        ),
      ),
    );
    child.once('close', (status, signal) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(status ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}
