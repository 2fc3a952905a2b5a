import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AssayError, storageError, systemCode } from '../lib/error.ts';

export interface DataDirectory extends Disposable {
  readonly path: string;
  /** True when the process that had it before died without a stop. */
  readonly takenOver: boolean;
}

/** Makes the data directory and takes its lock: one process works on it at a time. A lock whose owner died is taken over. */
export function openDataDirectory(wanted: string): DataDirectory {
  const path = resolve(wanted);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storageError(error, `making the data directory ${path}`);
  }
  const lock = join(path, 'lock');
  let takenOver = false;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const file = openSync(lock, 'wx', 0o600);
      writeSync(file, `${process.pid} ${startOf(process.pid)}\n`);
      closeSync(file);
      return { path, takenOver, [Symbol.dispose]: () => rmSync(lock, { force: true }) };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw storageError(error, `writing to the data directory ${path}`);
      const owner = ownerOf(lock);
      if (owner !== undefined)
        throw new AssayError('data-locked', `the data directory ${path} is in use by process ${owner}`);
      rmSync(lock, { force: true });
      takenOver = true;
    }
  }
  throw new AssayError('data-locked', `the data directory ${path} could not be locked`);
}

/** The living process that holds the lock; process numbers come again, so its start time is held too. */
function ownerOf(lock: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
  const [pid, started] = text.trim().split(' ');
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0 || number === process.pid) return undefined;
  try {
    process.kill(number, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return undefined;
  }
  const now = startOf(number);
  return started !== undefined && started !== '0' && now !== '0' && now !== started ? undefined : number;
}

/** Start of a process in clock ticks since boot (proc(5), stat field 22); "0" where it cannot be known. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
