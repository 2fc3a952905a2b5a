import { type AssayError, isAssayError } from '../../../lib/error.ts';
import type { FileMeta, RoleName, Root, SignedFile, Timestamp } from '../metadata.ts';
import { type Chain, rootAsDelegator, type Update } from './chain.ts';
import { isSigned } from './checks.ts';
import { requireContent } from './hashes.ts';
import { notaryDialect } from './notary-dialect.ts';
import { loadNotaryRoot, requireRoot, takeFirstNotaryRoot, updateNotaryRoot } from './notary-root.ts';
import { type Delegation, loadDelegations } from './notary-delegations.ts';
import { held } from './referenced-file.ts';
import type { Workflow } from './step.ts';
import type { PinnedFor, TrustPins } from './trust-pins.ts';
import { updateSnapshot, updateTargets, updateTimestamp } from './update-chain.ts';

export interface NotaryOptions {
  readonly gun: string;
  /** Milliseconds since 1970 UTC, fixed for the whole update. */
  readonly now: number;
  readonly pins?: TrustPins;
  /** The delegations to read: all of them, or those of these names (docker's pull needs `targets/releases` only). */
  readonly delegations?: 'all' | readonly RoleName[];
  /** Use the timestamp of an earlier visit while it has not expired when the server cannot be asked; default true. */
  readonly allowCached?: boolean;
}

/** A collection after every check: what may be believed of it until the earliest expiry. */
export interface Collection extends Chain {
  readonly gun: string;
  /** Delegations that verify, by name; their targets count only where `allows` says so. */
  readonly delegations: ReadonlyMap<RoleName, Delegation>;
  /** Delegations that do not, and why; their targets do not count. */
  readonly broken: ReadonlyMap<RoleName, AssayError>;
}

/**
 * How docker and notary read a collection: the timestamp by its name, everything else by the hash that refers to it,
 * versions must not go back, and whatever fails makes the client ask once for a newer root. Throws an error named after
 * the attack; what was verified before it stays.
 */
export function* updateNotary(options: NotaryOptions): Workflow<Collection> {
  const { gun, now, pins = {} } = options;
  const update: Update = { dialect: notaryDialect, now, read: new Map() };
  const pinned = { gun, now, pins };
  const stored = yield* loadNotaryRoot(update);
  const trusted = stored ?? (yield* takeFirstNotaryRoot(update, pinned));
  const seen: { root?: FileMeta } = {};
  let chain: Chain;
  try {
    chain = yield* followChain(update, trusted, { pinned, options, seen });
  } catch (error) {
    if (!isTrustError(error)) throw error;
    const newest = yield* newerRoot(update, trusted, seen.root, pinned);
    if (!newest) throw error;
    chain = yield* followChain(update, newest, { pinned, options, seen });
  }
  const { delegations, broken } = yield* loadDelegations(chain, options.delegations ?? 'all');
  return { ...chain, gun, delegations, broken };
}

function isTrustError(error: unknown): error is AssayError {
  return isAssayError(error) && error.code.startsWith('trust-');
}

/** A root that cannot be asked for leaves the first failure as what there is to tell. */
function* newerRoot(...[update, trusted, meta, pinned]: Parameters<typeof updateNotaryRoot>) {
  try {
    return yield* updateNotaryRoot(update, trusted, meta, pinned);
  } catch (error) {
    if (isTrustError(error)) throw error;
    return undefined;
  }
}

interface Following {
  readonly pinned: PinnedFor;
  readonly options: NotaryOptions;
  /** What a verified snapshot says of the root, for whoever has to ask for another one. */
  readonly seen: { root?: FileMeta };
}

function* followChain(update: Update, root: SignedFile<Root>, { pinned, options, seen }: Following): Workflow<Chain> {
  requireRoot(update, root, root, pinned);
  const timestamp = yield* timestampOrCached(update, root.signed, options);
  const snapshot = yield* updateSnapshot(update, root.signed, timestamp);
  // A snapshot is of one root: another one means that the root was changed meanwhile, or is withheld (mix and match).
  const meta = snapshot.signed.meta.get('root')!;
  seen.root = meta;
  requireContent(root.raw, meta, 'root');
  const by = rootAsDelegator(root.signed, 'targets');
  const targets = yield* updateTargets(update, root.signed, snapshot, 'targets', by);
  return { ...update, root, timestamp, snapshot, targets };
}

/** The server has no answer, which says nothing about what it answered before. */
const UNREACHABLE = ['network-failed', 'remote-refused', 'request-timeout', 'trust-missing'] as const;

function* timestampOrCached(update: Update, root: Root, options: NotaryOptions): Workflow<SignedFile<Timestamp>> {
  try {
    return yield* updateTimestamp(update, root);
  } catch (error) {
    if (options.allowCached === false || !isAssayError(error, ...UNREACHABLE)) throw error;
    const known = yield* held(update, 'timestamp', 'timestamp');
    const by = rootAsDelegator(root, 'timestamp');
    if (!known || known.signed.expires <= update.now || !isSigned(update, 'timestamp', known, by)) throw error;
    const until = new Date(known.signed.expires).toISOString();
    yield { kind: 'warn', text: `${error.message}; trust data of an earlier visit is used, good until ${until}` };
    return known;
  }
}
