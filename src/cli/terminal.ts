import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** The three streams of a command. Results go to `out`, everything else to `err`. */
export interface Terminal {
  /** True when results are read by a person. */
  readonly interactive: boolean;
  readonly columns: number;
  out(text: string): void;
  err(text: string): void;
  /** Writes to standard error without a line end, for bars that are drawn over; only on a terminal. */
  readonly liveErr: ((text: string) => void) | undefined;
  /** Colours only on a terminal, and never with NO_COLOR. */
  style(style: Style, text: string): string;
}

/** The terminal of this process. A reader that went away (`| head`) ends the program without a word. */
export function processTerminal(environment: NodeJS.ProcessEnv): Terminal {
  const interactive = process.stdout.isTTY;
  const dumb = environment['TERM'] === 'dumb' || environment['CI'] !== undefined;
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  return {
    interactive,
    columns: process.stdout.columns ?? process.stderr.columns ?? 100,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    liveErr: process.stderr.isTTY && !dumb ? (text) => void process.stderr.write(text) : undefined,
    style: (style, text) => (interactive ? styleText(style, text, { stream: process.stdout }) : text),
  };
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** Text that came from an image or a server, safe to print: control and direction characters are shown, not obeyed. */
export function printable(text: string): string {
  return text.replace(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Columns as wide as their widest cell; the last one is cut to the terminal when a person reads. */
export function table(terminal: Terminal, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => {
    const text = row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
    return terminal.interactive && text.length > terminal.columns ? `${text.slice(0, terminal.columns - 1)}…` : text;
  };
  return [terminal.style('dim', line(head)), ...rows.map(line)].join('\n');
}
