import { spawn } from 'node:child_process';
import { z } from 'zod';
import { AssayError, systemCode } from '../../lib/error.ts';

const answerSchema = z.object({ Username: z.string(), Secret: z.string() });
const MAX_ANSWER = 1024 * 1024;
const TIMEOUT_MS = 60_000;

/**
 * Talks to `docker-credential-NAME` (docker credential helpers protocol): `get` and `erase` take the server on standard
 * input, `store` a JSON object. `get` gives none when the helper knows no credentials.
 */
export async function callHelper(
  name: string,
  action: 'get' | 'store' | 'erase',
  input: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ Username: string; Secret: string } | undefined> {
  if (!/^[\w][\w.-]{0,100}$/.test(name))
    throw new AssayError(
      'configuration-invalid',
      `docker's configuration names the helper ${JSON.stringify(name.slice(0, 60))}`,
    );
  const program = `docker-credential-${name}`;
  const { status, output } = await run(program, action, input, environment);
  if (status !== 0) {
    if (action !== 'store' && /not found/i.test(output)) return undefined;
    throw new AssayError(
      'configuration-invalid',
      `${program} ${action} failed: ${output.trim().slice(0, 200) || `status ${status}`}`,
    );
  }
  if (action !== 'get') return undefined;
  const answer = answerSchema.safeParse(parse(output));
  if (answer.success) return answer.data.Secret === '' ? undefined : answer.data;
  throw new AssayError('configuration-invalid', `${program} gave no readable answer`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function run(
  program: string,
  action: string,
  input: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [action], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: TIMEOUT_MS,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER) child.kill();
      else chunks.push(chunk);
    });
    child.on('error', (cause) =>
      reject(
        new AssayError(
          'configuration-invalid',
          systemCode(cause) === 'ENOENT'
            ? `docker's configuration names ${program}, which is not installed`
            : `${program} cannot be run: ${systemCode(cause) ?? ''}`,
          { cause },
        ),
      ),
    );
    child.on('close', (status) => resolve({ status, output: Buffer.concat(chunks).toString('utf8') }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
