import type { Terminal } from './terminal.ts';

const REDRAW_MS = 80;
const BAR = 24;

/** What happens to layers: bars on a terminal, one line for each that is done elsewhere, nothing when quiet. */
export interface Progress extends Disposable {
  /** `bytes` more of something of `size` bytes; `note` says how it ended ("mounted", "there already"). */
  step(id: string, size: number, bytes: number, done: boolean, note?: string): void;
}

interface Line {
  readonly size: number;
  seen: number;
  done: boolean;
  note: string | undefined;
}

/** Sizes as people compare them: powers of ten, three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** One line of a bar, at most `columns` wide. */
export function drawBar(
  id: string,
  line: { size: number; seen: number; done: boolean; note?: string | undefined },
  columns: number,
): string {
  const share = line.done ? 1 : line.size === 0 ? 0 : Math.min(1, line.seen / line.size);
  const filled = Math.round(share * BAR);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
  const name = id.replace(/^sha(?:256|512):/, '').slice(0, 12);
  const amount = line.done
    ? (line.note ?? formatBytes(line.size))
    : `${formatBytes(line.seen)} / ${formatBytes(line.size)}`;
  return `${name}  ${bar}  ${amount}`.slice(0, Math.max(20, columns - 1));
}

/** Progress on standard error; `verb` is the word of a finished line where there is no terminal. */
export function progressOf(terminal: Terminal, verb: string): Progress {
  const lines = new Map<string, Line>();
  const live = terminal.liveErr;
  let drawn = 0;
  let drawnAt = 0;
  let closed = false;
  const draw = () => {
    const text = [...lines].slice(-12).map(([id, line]) => drawBar(id, line, terminal.columns));
    live?.(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${text.map((each) => `\u001b[2K${each}\n`).join('')}`);
    drawn = text.length;
    drawnAt = performance.now();
  };
  return {
    step(id, size, bytes, done, note) {
      const line = lines.get(id) ?? { size, seen: 0, done: false, note: undefined };
      if (line.done) return;
      line.seen += bytes;
      line.done = done;
      line.note = note ?? line.note;
      lines.set(id, line);
      if (live) {
        if (done || performance.now() - drawnAt > REDRAW_MS) draw();
      } else if (done) terminal.err(`${verb} ${id}  ${formatBytes(size)}${note === undefined ? '' : `  ${note}`}`);
    },
    [Symbol.dispose]() {
      if (live && !closed && drawn > 0) live(`\u001b[${drawn}A\u001b[0J`);
      closed = true;
    },
  };
}
