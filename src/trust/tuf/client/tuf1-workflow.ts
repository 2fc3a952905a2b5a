import type { Root, SignedFile } from '../metadata.ts';
import type { Chain, Update } from './chain.ts';
import { rootAsDelegator } from './chain.ts';
import type { Workflow } from './step.ts';
import { tuf1Dialect } from './tuf1-dialect.ts';
import { loadTuf1Root, takeFirstTuf1Root, updateTuf1Root } from './tuf1-root.ts';
import { updateSnapshot, updateTargets, updateTimestamp } from './update-chain.ts';
import { loadFile } from './step.ts';

export interface Tuf1Options {
  /** Milliseconds since 1970 UTC; the whole update happens at this instant (section 5.1). */
  readonly now: number;
  /** Where no root is trusted yet, takes the server's first one unless this throws; absent, that is an error. */
  readonly acceptFirst?: (root: SignedFile<Root>) => void;
}

/**
 * Sections 5.1 to 5.6.6 of TUF specification 1.0.34: brings the four top-level files up to date. Throws an error named
 * after the attack; what was verified before it stays, so that the next update starts from there.
 */
export function* updateTuf1(options: Tuf1Options): Workflow<Chain> {
  const update: Update = { dialect: tuf1Dialect, now: options.now, read: new Map() };
  const { acceptFirst } = options;
  const first = acceptFirst && (yield* loadFile('root')) === undefined;
  const trusted = yield* first ? takeFirstTuf1Root(update, acceptFirst) : loadTuf1Root(update);
  const root = yield* updateTuf1Root(update, trusted);
  const timestamp = yield* updateTimestamp(update, root.signed);
  const snapshot = yield* updateSnapshot(update, root.signed, timestamp);
  const by = rootAsDelegator(root.signed, 'targets');
  const targets = yield* updateTargets(update, root.signed, snapshot, 'targets', by);
  return { ...update, root, timestamp, snapshot, targets };
}
