import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The signing service in a process of its own. */
export interface RemoteSigner {
  readonly child: ChildProcess;
  readonly address: string;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `assay signer` with the certificates of a folder, and waits until it says where it listens. */
export async function startSigner(
  folder: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<RemoteSigner> {
  const certificates = (name: string) => join(folder, name);
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '..', 'src', 'main.ts'),
      'signer',
      '--certificate',
      certificates('signer.crt'),
      '--key',
      certificates('signer.key'),
      '--client-ca',
      certificates('ca.crt'),
      '--directory',
      join(folder, 'keys'),
      ...args,
    ],
    { env: { PATH: process.env['PATH'], HOME: folder, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const address = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const found = /signs on (\S+)\n[\s\S]*\n/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (status) => reject(new Error(`the signer ended with ${status}: ${err}`)));
  });
  const gone = once(child, 'exit');
  return {
    child,
    address,
    end: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}
