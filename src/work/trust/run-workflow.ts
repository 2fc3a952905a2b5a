import type { FetchMetadata, TrustedFiles } from '../../ports/trusted-files.ts';
import type { Step, Workflow } from '../../trust/tuf/client/step.ts';

/** Where a trust workflow gets its files from and keeps them. */
export interface TrustWorld {
  readonly fetch: FetchMetadata;
  readonly files: TrustedFiles;
  readonly warn?: (text: string) => void;
}

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

async function perform(step: Step, { fetch, files, warn }: TrustWorld): Promise<Uint8Array | undefined> {
  switch (step.kind) {
    case 'fetch':
      return fetch(step.name, step.maxBytes);
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
