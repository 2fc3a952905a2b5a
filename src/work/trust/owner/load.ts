import { AssayError, isAssayError } from '../../../lib/error.ts';
import type { TrustServer } from '../../../ports/trust-server.ts';
import type { TrustedFiles } from '../../../ports/trusted-files.ts';
import type { TrustDialect } from '../../../ports/trust-records.ts';
import type { Chain, Delegator } from '../../../trust/tuf/client/chain.ts';
import { binNames } from '../../../trust/tuf/client/delegation-match.ts';
import { MAX_VISITED_ROLES } from '../../../trust/tuf/client/limits.ts';
import { type Collection, updateNotary } from '../../../trust/tuf/client/notary-workflow.ts';
import type { Workflow } from '../../../trust/tuf/client/step.ts';
import { requirePinned, type TrustPins } from '../../../trust/tuf/client/trust-pins.ts';
import { updateTuf1 } from '../../../trust/tuf/client/tuf1-workflow.ts';
import { updateTargets } from '../../../trust/tuf/client/update-chain.ts';
import type { Delegations, Root, RoleName, SignedFile, Targets } from '../../../trust/tuf/metadata.ts';
import { readNotaryAs } from '../../../trust/tuf/notary/read.ts';
import type { CollectionState } from '../../../trust/tuf/owner/state.ts';
import { tuf1Scheme } from '../../../trust/tuf/tuf1/read.ts';
import { runWorkflow, type TrustWorld } from '../run-workflow.ts';

/** Where a collection is read from, and where what was verified of it is kept. */
export interface ReaderWorld {
  readonly server: Pick<TrustServer, 'gun' | 'host' | 'metadata' | 'offersTuf1'>;
  readonly files: Readonly<Record<TrustDialect, TrustedFiles>>;
  readonly pins?: TrustPins;
  readonly warn?: (text: string) => void;
}

/** Where a collection's owner reads, keeps and publishes metadata. */
export interface OwnerWorld extends ReaderWorld {
  readonly server: TrustServer;
}

/** A collection as its owner works on it: verified, in every dialect that has it. */
export interface OwnedCollection {
  readonly notary: CollectionState | undefined;
  readonly tuf1: CollectionState | undefined;
  /** The verified Notary collection, for what readers see of it. */
  readonly collection: Collection | undefined;
}

const MAX_FILE = 64 * 1024 * 1024;

/**
 * Reads and verifies what is published, since what an owner signs builds on it. Metadata that has expired is still the
 * owner's to renew: it is verified as of the last moment at which it held.
 */
export async function loadOwned(world: ReaderWorld, now: number): Promise<OwnedCollection> {
  const collection = await loadNotary(world, now);
  const tuf1 = (await world.server.offersTuf1()) ? await loadTuf1(world, now) : undefined;
  return { notary: collection && (await notaryState(world, collection)), tuf1, collection };
}

export async function loadNotary(world: ReaderWorld, now: number): Promise<Collection | undefined> {
  const { gun } = world.server;
  const pins = world.pins ?? {};
  return asOfLastValid(world, 'notary', now, (instant) =>
    updateNotary({ gun, now: instant, pins, allowCached: false }),
  );
}

/** Runs an update, and again as of just before the expiry when that is all that is wrong. */
export async function asOfLastValid<T>(
  world: ReaderWorld,
  dialect: TrustDialect,
  now: number,
  update: (instant: number) => Workflow<T>,
): Promise<T | undefined> {
  const at = worldOf(world, dialect);
  let instant = now;
  for (let tries = 0; ; tries++)
    try {
      return await runWorkflow(update(instant), at);
    } catch (error) {
      if (isAssayError(error, 'trust-missing')) return neverSeen(world, dialect, error);
      const expiredAt = isAssayError(error, 'trust-expired') ? expiryIn(error) : undefined;
      if (expiredAt === undefined || tries > 8) throw error;
      instant = expiredAt - 1;
    }
}

/**
 * A server without trust data is a new beginning only where none was seen before: what vanished must not be begun anew by
 * mistake, since every client that knows the old root would refuse it.
 */
async function neverSeen({ server, files }: ReaderWorld, dialect: TrustDialect, cause: AssayError): Promise<undefined> {
  if ((await files[dialect].load('root')) === undefined) return undefined;
  throw new AssayError(
    'trust-missing',
    `${server.host} has no trust data for ${server.gun} any more, which this machine has seen before: it was deleted, or is withheld. Begin anew only when you know why, by removing what is trusted here of ${server.gun}`,
    { cause },
  );
}

function expiryIn(error: AssayError): number | undefined {
  const { detail } = error;
  if (typeof detail !== 'object' || detail === null || !('expiredAt' in detail)) return undefined;
  return typeof detail.expiredAt === 'number' ? detail.expiredAt : undefined;
}

function worldOf({ server, files, warn }: ReaderWorld, dialect: TrustDialect): TrustWorld {
  return { fetch: server.metadata[dialect], files: files[dialect], ...(warn && { warn }) };
}

export async function notaryState(world: ReaderWorld, collection: Collection): Promise<CollectionState> {
  const files = new Map<RoleName, Targets>([['targets', collection.targets.signed]]);
  for (const [role, { file }] of collection.delegations) files.set(role, file.signed);
  for (const role of collection.broken.keys()) {
    // Its content is shown to whoever witnesses it; nothing else relies on it.
    const raw = await world.server.metadata.notary(`${role}.json`, MAX_FILE);
    if (raw) files.set(role, readNotaryAs('targets', role, raw).signed);
  }
  return { gun: collection.gun, dialect: 'notary', root: collection.root.signed, files };
}

export async function loadTuf1(world: ReaderWorld, now: number): Promise<CollectionState | undefined> {
  const { gun } = world.server;
  const pins = world.pins ?? {};
  const loaded = await asOfLastValid(world, 'tuf-1.0', now, function* (instant) {
    const acceptFirst = (root: SignedFile<Root>) => requirePinned(root, { gun, now: instant, pins }, false, tuf1Scheme);
    const chain = yield* updateTuf1({ now: instant, acceptFirst });
    return { chain, files: yield* everyTargets(chain) };
  });
  if (!loaded) return undefined;
  const { root, snapshot } = loaded.chain;
  const listed = new Map([...snapshot.signed.meta].map(([role, { version = 0 }]) => [role, version]));
  return { gun, dialect: 'tuf-1.0', root: root.signed, files: loaded.files, listed };
}

/** Every targets file below the top-level one; each is verified against the file that delegates to it. */
function* everyTargets(chain: Chain): Workflow<Map<RoleName, Targets>> {
  const files = new Map<RoleName, Targets>([['targets', chain.targets.signed]]);
  const waiting: Targets[] = [chain.targets.signed];
  for (let next = waiting.shift(); next; next = waiting.shift())
    for (const by of delegatorsIn(next.delegations)) {
      if (files.has(by.name)) continue;
      if (files.size > MAX_VISITED_ROLES)
        throw new AssayError('trust-endless-data', `more than ${MAX_VISITED_ROLES} delegations`);
      const file = yield* updateTargets(chain, chain.root.signed, chain.snapshot, by.name, by);
      files.set(by.name, file.signed);
      waiting.push(file.signed);
    }
  return files;
}

/** Every delegated role of a file, its bins too, with who signs it. */
function* delegatorsIn(delegations: Delegations | undefined): Generator<Delegator> {
  if (!delegations) return;
  const { keys, roles, succinct } = delegations;
  for (const role of roles) yield { name: role.name, keys, role };
  if (succinct) for (const name of binNames(succinct)) yield { name, keys, role: succinct };
}
