import { Worker } from 'node:worker_threads';
import { AssayError } from '../../lib/error.ts';
import type { ErrorCode } from '../../lib/error-table.ts';
import type { TakenFeed } from '../../ports/advisory-sets.ts';
import type { FeedTask } from './feed-worker.ts';

/** Memory of the thread for what it keeps of a feed, in MiB; the file itself lies beside it. */
const MAX_HEAP_MIB = 2048;

type Answer = { taken: TakenFeed } | { error: { code: ErrorCode; message: string } };

/** Reads and compiles one feed in a thread of its own, so that requests are answered meanwhile. */
export function compileInThread(task: FeedTask): Promise<TakenFeed> {
  const entry = import.meta.url.endsWith('.ts') ? './feed-worker.ts' : './feed-worker.js';
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(entry, import.meta.url), {
      workerData: task,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    });
    let settled = false;
    const settle = (done: () => void) => {
      if (settled) return;
      settled = true;
      done();
      void worker.terminate();
    };
    worker.once('message', (answer: Answer) =>
      settle(() => {
        if ('taken' in answer) resolve(answer.taken);
        else reject(new AssayError(answer.error.code, answer.error.message));
      }),
    );
    worker.once('error', (cause: Error & { code?: string }) =>
      settle(() =>
        reject(
          cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new AssayError('content-budget-exceeded', `the feed needs more than ${MAX_HEAP_MIB} MiB to be read`)
            : new AssayError('internal', 'the thread that reads feeds failed', { cause }),
        ),
      ),
    );
    worker.once('exit', (code) =>
      settle(() => reject(new AssayError('internal', `the thread that reads feeds ended with ${code}`))),
    );
  });
}
