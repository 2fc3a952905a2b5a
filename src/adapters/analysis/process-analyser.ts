import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { AssayError } from '../../lib/error.ts';
import { type ErrorCode, errorTable } from '../../lib/error-table.ts';
import { type LayerContents, parseLayerContents } from '../../content/image/layer-contents.ts';
import type { HardLink } from '../../content/inventory/package.ts';
import type { LayerAnalyser } from '../../ports/layer-analyser.ts';

export interface ProcessLimits {
  /** Resident memory of one analysis process, in bytes. */
  readonly maxResidentBytes: number;
  readonly maxSeconds: number;
  /** Bytes of the answer, which is read as hostile input. */
  readonly maxAnswerBytes: number;
}

export const processLimits: ProcessLimits = {
  maxResidentBytes: 700 * 1024 ** 2,
  maxSeconds: 300,
  maxAnswerBytes: 256 * 1024 ** 2,
};

const WATCH_MS = 100;
/** How long a started process waits for a layer. */
const SPARE_MS = 10_000;
/** A layer that takes longer does not mind that the process for the next one is started meanwhile. */
const SPARE_AFTER_MS = 50;
/**
 * The only environment: pieces of a layer come and go by the thousand, and glibc (mallopt(3)) keeps their memory instead
 * of giving it back and faulting it in again.
 */
const ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: '67108864', MALLOC_TRIM_THRESHOLD_: '134217728' };

/**
 * Analyses each layer in a process of its own: nothing of the environment, no descriptors but its pipes, Node's permission model
 * without file writing, network, children or addons, its own network name space where the system allows, and a watchdog
 * for memory and time.
 */
export function processAnalyser(
  program: { entry: string; readable: readonly string[] },
  limits: ProcessLimits = processLimits,
): LayerAnalyser {
  let isolated: boolean | undefined;
  const command = (): { file: string; args: string[] } => {
    isolated ??= canUnshare();
    const node = [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      '--permission',
      ...program.readable.map((path) => `--allow-fs-read=${path}`),
      '--max-old-space-size=400',
      program.entry,
    ];
    return isolated ? { file: 'unshare', args: ['--net', ...node] } : { file: node[0]!, args: node.slice(1) };
  };
  const start = (): ChildProcess => {
    const { file, args } = command();
    return spawn(file, args, { env: ENVIRONMENT, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  };
  let spare: { child: ChildProcess; timer: NodeJS.Timeout } | undefined;
  const takeSpare = (): ChildProcess | undefined => {
    const taken = spare;
    spare = undefined;
    if (!taken) return undefined;
    clearTimeout(taken.timer);
    if (taken.child.exitCode !== null || taken.child.signalCode !== null) return undefined;
    hold(taken.child, true);
    return taken.child;
  };
  /** The next layer often follows at once: a process that has started meanwhile saves it the start. */
  const keepSpare = (): void => {
    if (spare) return;
    const child = start();
    child.once('error', () => undefined);
    hold(child, false);
    const drop = () => {
      if (spare?.child === child) spare = undefined;
      child.kill('SIGKILL');
    };
    spare = { child, timer: setTimeout(drop, SPARE_MS).unref() };
  };
  return {
    async analyse(bytes, options) {
      const child = takeSpare() ?? start();
      const soon = setTimeout(keepSpare, SPARE_AFTER_MS);
      try {
        return await converse(child, requested(options?.links, bytes), limits, options?.signal);
      } finally {
        clearTimeout(soon);
      }
    },
    async confinement() {
      isolated ??= canUnshare();
      return [
        'separate process, nothing of the environment, pipes only',
        'Node permission model: no file writing, network, child processes, addons',
        isolated ? 'own network name space' : 'no network name space (not allowed here)',
        `at most ${limits.maxResidentBytes / 1024 ** 2} MiB resident and ${limits.maxSeconds} s`,
      ];
    },
  };
}

/** Whether a process keeps this one from ending. */
function hold(child: ChildProcess, held: boolean): void {
  for (const each of [child, ...child.stdio] as ({ ref?: () => void; unref?: () => void } | null)[])
    if (held) each?.ref?.();
    else each?.unref?.();
}

/** What is asked in one line, then the layer. */
async function* requested(
  links: readonly HardLink[] | undefined,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${JSON.stringify(links ? { links } : {})}\n`);
  yield* bytes;
}

function canUnshare(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'ignore', timeout: 2000 });
    return true;
  } catch {
    return false;
  }
}

async function converse(
  child: ChildProcess,
  bytes: AsyncIterable<Uint8Array>,
  limits: ProcessLimits,
  signal: AbortSignal | undefined,
): Promise<LayerContents> {
  const stop = { reason: undefined as AssayError | undefined };
  const kill = (reason: AssayError) => {
    stop.reason ??= reason;
    child.kill('SIGKILL');
  };
  const abort = () => kill(new AssayError('stopping', 'the analysis was stopped'));
  signal?.addEventListener('abort', abort, { once: true });
  const unwatch = watch(child, limits, kill);
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const answer = collect(child, limits, kill);
    const complaint = tail(child);
    const fed = feed(child, bytes, kill);
    const code = await ended;
    await fed;
    if (stop.reason) throw stop.reason;
    if (code !== 0)
      throw new AssayError(
        'analysis-failed',
        `the analysis process ended with status ${code}: ${complaint().slice(0, 300)}`,
      );
    return readAnswer(await answer);
  } finally {
    unwatch();
    signal?.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
}

/** Ends a process that holds too much memory or takes too long. */
function watch(child: ChildProcess, limits: ProcessLimits, kill: (reason: AssayError) => void): () => void {
  const startedAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - startedAt > limits.maxSeconds * 1000)
      kill(new AssayError('content-budget-exceeded', `the analysis of a layer took more than ${limits.maxSeconds} s`));
    if (child.pid !== undefined && process.platform === 'linux')
      readFile(`/proc/${child.pid}/statm`, 'utf8').then(
        (text) => {
          const resident = Number(text.split(' ')[1]) * 4096;
          if (resident > limits.maxResidentBytes)
            kill(
              new AssayError(
                'content-budget-exceeded',
                `the analysis of a layer needed more than ${limits.maxResidentBytes / 1024 ** 2} MiB`,
              ),
            );
        },
        () => undefined,
      );
  }, WATCH_MS);
  return () => clearInterval(timer);
}

/** Room in the pipe again, or the end of it: a process that has read enough closes it and gives its answer. */
function drained(pipe: Writable): Promise<void> {
  return once(pipe, 'drain').then(
    () => undefined,
    () => undefined,
  );
}

async function feed(
  child: ChildProcess,
  bytes: AsyncIterable<Uint8Array>,
  kill: (reason: AssayError) => void,
): Promise<void> {
  const pipe = child.stdin!;
  pipe.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => pipe.once('close', resolve));
  try {
    for await (const chunk of bytes) {
      if (pipe.destroyed) return;
      if (!pipe.write(chunk)) await Promise.race([closed, drained(pipe)]);
    }
    pipe.end();
  } catch (error) {
    kill(
      error instanceof AssayError
        ? error
        : new AssayError('analysis-failed', 'the layer could not be read', { cause: error }),
    );
  }
}

async function collect(
  child: ChildProcess,
  limits: ProcessLimits,
  kill: (reason: AssayError) => void,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of child.stdout!) {
    size += (chunk as Buffer).length;
    if (size > limits.maxAnswerBytes) {
      kill(
        new AssayError(
          'content-budget-exceeded',
          `the inventory of a layer has more than ${limits.maxAnswerBytes} bytes`,
        ),
      );
      break;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function tail(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    if (text.length < 2000) text += chunk.toString('utf8');
  });
  return () => text.trim();
}

function readAnswer(bytes: Uint8Array): LayerContents {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AssayError('analysis-failed', 'the analysis process gave no readable answer', { cause });
  }
  if (typeof value === 'object' && value !== null && 'error' in value) throw readError(value.error);
  return parseLayerContents(typeof value === 'object' && value !== null ? value : {});
}

function readError(error: unknown): AssayError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const known = typeof code === 'string' && code in errorTable ? (code as ErrorCode) : 'analysis-failed';
  return new AssayError(known, typeof message === 'string' ? message.slice(0, 500) : undefined);
}

/** Where the analysis program is, in a checkout and in a build, and what it may read. */
export function analysisProgram(root: string): { entry: string; readable: readonly string[] } {
  const source = join(root, 'src', 'analysis', 'main.ts');
  return existsSync(source)
    ? { entry: source, readable: [join(root, 'src'), join(root, 'node_modules'), join(root, 'package.json')] }
    : { entry: join(root, 'dist', 'analysis.js'), readable: [join(root, 'dist'), join(root, 'package.json')] };
}
