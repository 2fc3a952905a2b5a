import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AssayError } from '../lib/error.ts';

/** A line from the person at the terminal, without echo when it is secret. Throws `usage-invalid` without one. */
export async function ask(question: string, options: { secret?: boolean; instead: string }): Promise<string> {
  if (!process.stdin.isTTY)
    throw new AssayError(
      'usage-invalid',
      `there is no terminal to ask for the ${question.toLowerCase()}; use ${options.instead}`,
    );
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) process.stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = new Promise<string>((resolve, reject) => {
      lines.question(`${question}: `).then(resolve, reject);
      lines.once('SIGINT', () => reject(new AssayError('usage-invalid', 'stopped')));
    });
    muted = options.secret === true;
    const text = await answer;
    if (muted) process.stderr.write('\n');
    return text;
  } finally {
    lines.close();
  }
}

const MAX_SECRET = 64 * 1024;

/** All of standard input without its last line end, as docker reads `--password-stdin`. */
export async function readSecret(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > MAX_SECRET) throw new AssayError('usage-invalid', 'standard input is too long for a password');
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new AssayError('usage-invalid', 'standard input holds no password');
  return secret;
}

/** A new password: from standard input, or typed twice. */
export async function newPassword(fromInput: boolean): Promise<string> {
  if (fromInput) return readSecret();
  const password = await ask('New password', { secret: true, instead: '--password-stdin' });
  if ((await ask('Once more', { secret: true, instead: '--password-stdin' })) !== password)
    throw new AssayError('usage-invalid', 'the two passwords are not equal; nothing was changed');
  return password;
}
