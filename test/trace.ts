/** One finished system call out of `strace -f -ttt -y`: microseconds, and what it was done to. */
export interface TracedCall {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly name: string;
  /** Everything between the brackets. */
  readonly args: string;
  readonly result: string;
}

const LINE = /^(\d+)\s+(\d+\.\d+)\s+(.*)$/;

/** Reads a trace; calls that were interrupted in the listing (`<unfinished ...>`) are put together again. */
export function readTrace(text: string): TracedCall[] {
  const open = new Map<string, { at: number; text: string }>();
  const calls: TracedCall[] = [];
  for (const line of text.split('\n')) {
    const [, thread = '', time = '', rest = ''] = LINE.exec(line) ?? [];
    const at = Number(time) * 1e6;
    if (rest.endsWith('<unfinished ...>')) {
      open.set(thread, { at, text: rest.slice(0, -'<unfinished ...>'.length) });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest);
    const before = open.get(thread);
    const whole = resumed && before ? before.text + (resumed[1] ?? '') : rest;
    const call = /^(\w+)\((.*)\)\s+= (.*)$/s.exec(whole);
    if (call) {
      const [, name = '', args = '', result = ''] = call;
      calls.push({ startedAt: resumed && before ? before.at : at, endedAt: at, name, args, result });
    }
    if (resumed) open.delete(thread);
  }
  return calls.sort((a, b) => a.startedAt - b.startedAt);
}
