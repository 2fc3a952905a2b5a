import * as contract from '../../../contract/upkeep.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { AssayError, isAssayError } from '../../../lib/error.ts';
import { fsck, type FsckStep } from '../../../work/registry/fsck.ts';
import type { House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';

/** Progress lines closer together than this are left out. */
const PROGRESS_MS = 200;

async function* lines(steps: AsyncIterable<FsckStep>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let progressAt = 0;
  try {
    for await (const step of steps) {
      if (step.kind === 'progress') {
        if (performance.now() - progressAt < PROGRESS_MS) continue;
        progressAt = performance.now();
      }
      yield encoder.encode(`${JSON.stringify(step)}\n`);
    }
  } catch (error) {
    const detail = isAssayError(error) ? error.message : 'an unexpected error';
    yield encoder.encode(`${JSON.stringify({ kind: 'failed', detail })}\n`);
  }
}

/** A second fsck beside the first would only slow both down. */
function once(house: House): (steps: AsyncIterable<FsckStep>) => AsyncIterable<FsckStep> {
  if (checking.has(house)) throw new AssayError('conflict', 'an fsck is running', { retryAfter: 60 });
  checking.add(house);
  return async function* (steps) {
    try {
      yield* steps;
    } finally {
      checking.delete(house);
    }
  };
}

const checking = new WeakSet<House>();

export const upkeepHandlers: readonly Handled[] = [
  handle(contract.runFsck, async ({ house, query, request }) => {
    const guarded = once(house);
    const gone = new AbortController();
    request.socket.once('close', () => gone.abort());
    const options = { ...query, quietBefore: house.startedAt, signal: gone.signal };
    return lines(guarded(fsck({ database: house.database, blobs: house.blobStore, clock: house.clock }, options)));
  }),
  handle(contract.beginBackup, async ({ house }) => {
    const { id, version, createdAt } = await house.backups.begin();
    return { id, version, createdAt: toRfc3339(createdAt) };
  }),
  handle(contract.listBackupFiles, async ({ house, params, query }) => {
    const { items, next } = house.backups.files(params.backup, Number(query.cursor ?? 0) || 0);
    return {
      items: items.map(({ path, size, digest }) => ({ path, size, ...(digest && { digest }) })),
      ...(next !== undefined && { next: String(next) }),
    };
  }),
  handle(contract.readBackupFile, async ({ house, params, query }) => house.backups.read(params.backup, query.path)),
  handle(contract.endBackup, ({ house, params }) => house.backups.end(params.backup)),
];
