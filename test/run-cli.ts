import type { Open } from '../src/cli/command.ts';
import { runCommandLine } from '../src/cli/run.ts';

/** Doors that a test without a server never goes through. */
export const closed = new Proxy({} as Open, {
  get(_, name) {
    throw new Error(`the door ${String(name)} was opened`);
  },
});

/** Runs a command in this process; what it wrote, and its exit status. */
export async function runMain(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  doors: Open = closed,
): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await runCommandLine([...argv], {
    version: '0.0.0',
    open: doors,
    environment,
    terminal: {
      interactive: false,
      columns: 100,
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      liveErr: undefined,
      style: (_, text) => text,
    },
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}
