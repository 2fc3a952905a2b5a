import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_PASSWORD } from './server.ts';

export interface ChildServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything that it wrote to standard error. */
  log(): string;
  /** Ends it without a warning and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop and waits; returns its exit status. */
  stop(): Promise<number | null>;
}

/** Starts a whole server in a process of its own; `prefix` is a program that runs it, such as a tracer, `program` its entry. */
export async function startChildServer(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  prefix: readonly string[] = [],
  program = 'src/main.ts',
): Promise<ChildServer> {
  const listen = environment['ASSAY_LISTEN'] ?? '127.0.0.1:0';
  const server = [program, 'serve', '--listen', listen, '--data-directory', directory];
  const [file = '', ...args] = [...prefix, process.execPath, ...server];
  const child = spawn(file, args, {
    env: {
      ...process.env,
      ASSAY_ADMIN_PASSWORD: ADMIN_PASSWORD,
      ASSAY_ADVISORY_UPDATES: '0',
      ASSAY_LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const found = /listens on (http\S+)/.exec(out)?.[1];
      if (found) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the server ended with ${status}: ${err || out}`)));
  });
  const gone = once(child, 'exit');
  return {
    url,
    process: child,
    log: () => err,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    stop: async () => {
      // With a tracer in front the server is the process that holds the lock.
      process.kill(Number(readFileSync(join(directory, 'lock'), 'utf8').split(' ')[0]), 'SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}
