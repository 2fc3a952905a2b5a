import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a real program to its end; `input` goes to its standard input. */
export function command(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...process.env, ...options.env }, cwd: options.cwd, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (status) =>
      resolve({ status, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }),
    );
    child.stdin.end(options.input);
  });
}

/** As `command`, and throws with what the program said when it fails. */
export async function succeed(
  file: string,
  args: readonly string[],
  options: Parameters<typeof command>[2] = {},
): Promise<string> {
  const { status, stdout, stderr } = await command(file, args, options);
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr || stdout}`);
  return stdout;
}
