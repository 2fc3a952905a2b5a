import { AssayError } from '../../lib/error.ts';
import type { FetchMetadata, TrustedFiles } from '../../ports/trusted-files.ts';
import type { Step, Workflow } from '../../trust/tuf/client/step.ts';

/** Where a trust workflow gets its files from and keeps them. */
export interface TrustWorld {
  readonly fetch: FetchMetadata;
  readonly files: TrustedFiles;
  readonly warn?: (text: string) => void;
  /** Milliseconds for one file; two minutes unless given. */
  readonly fetchMs?: number;
}

const MAX_FETCH_MS = 120_000;

/** Runs a workflow to its end; what a step throws is thrown into the workflow, which may know another way. */
export async function runWorkflow<T>(workflow: Workflow<T>, world: TrustWorld): Promise<T> {
  let next = workflow.next();
  while (!next.done) {
    let answer: Uint8Array | undefined;
    try {
      answer = await perform(next.value, world);
    } catch (error) {
      next = workflow.throw(error);
      continue;
    }
    next = workflow.next(answer);
  }
  return next.value;
}

async function perform(step: Step, world: TrustWorld): Promise<Uint8Array | undefined> {
  const { files, warn } = world;
  switch (step.kind) {
    case 'fetch':
      return fetchInTime(step.name, step.maxBytes, world);
    case 'load':
      return files.load(step.role);
    case 'keep':
      await files.keep(step.role, step.raw);
      return undefined;
    case 'forget':
      await files.forget(step.role);
      return undefined;
    case 'warn':
      warn?.(step.text);
      return undefined;
    default:
      return step satisfies never;
  }
}

/** Slow retrieval attack: whoever sends a file byte by byte keeps an update from ending. Throws `request-timeout`. */
async function fetchInTime(
  name: string,
  maxBytes: number,
  { fetch, fetchMs = MAX_FETCH_MS }: TrustWorld,
): Promise<Uint8Array | undefined> {
  const signal = AbortSignal.timeout(fetchMs);
  try {
    return await fetch(name, maxBytes, signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new AssayError('request-timeout', `${name} could not be read within ${fetchMs / 1000} s`, { cause });
  }
}
