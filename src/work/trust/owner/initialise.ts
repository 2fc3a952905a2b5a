import { AssayError } from '../../../lib/error.ts';
import { parseStrictJson } from '../../../lib/strict-json.ts';
import type { PublicKey } from '../../../trust/keys/public-key.ts';
import type { Signer } from '../../../trust/keys/signer.ts';
import type { TopLevelRole } from '../../../trust/tuf/metadata.ts';
import { notaryKey, readNotaryKey } from '../../../trust/tuf/notary/key.ts';
import type { Draft } from '../../../trust/tuf/owner/draft.ts';
import { type Beginning, draftBeginning, type RoleChoice } from '../../../trust/tuf/owner/start.ts';
import type { OwnerWorld } from './load.ts';
import type { OwnerKeys } from './owner-keys.ts';

export interface InitialKeys {
  /** Root keys of other holders, with their certificates for this collection. */
  readonly otherRoots: readonly PublicKey[];
  readonly rootThreshold: number;
  readonly otherTargets: readonly PublicKey[];
  readonly targetsThreshold: number;
}

export interface Begun {
  readonly drafts: Draft[];
  readonly rootKey: Signer;
  readonly targetsKey: Signer;
}

/** Root and empty targets of a new collection, in both dialects where the server keeps both. */
export async function beginCollection(
  world: OwnerWorld,
  keys: OwnerKeys,
  wanted: InitialKeys,
  now: number,
): Promise<Begun> {
  const { server } = world;
  const { gun } = server;
  const rootKey = await keys.root();
  const targetsKey = await keys.create('targets', gun);
  const [timestamp, snapshot] = await Promise.all([server.serverKey('timestamp'), server.serverKey('snapshot')]);
  const roots = [await keys.certificate(rootKey, gun, now), ...wanted.otherRoots];
  const roles: Record<TopLevelRole, RoleChoice> = {
    root: choice('root', roots, wanted.rootThreshold),
    targets: choice('targets', [publicKey(targetsKey), ...wanted.otherTargets], wanted.targetsThreshold),
    timestamp: choice('timestamp', [online(timestamp)], 1),
    snapshot: choice('snapshot', [online(snapshot)], 1),
  };
  const beginning: Beginning = { gun, now, roles };
  const drafts = draftBeginning('notary', beginning);
  if (await server.offersTuf1()) drafts.push(...draftBeginning('tuf-1.0', beginning));
  return { drafts, rootKey, targetsKey };
}

function choice(role: string, keys: readonly PublicKey[], threshold: number): RoleChoice {
  const distinct = new Map(keys.map((key) => [key.fingerprint, key]));
  if (threshold > distinct.size)
    throw new AssayError('input-invalid', `${threshold} of ${distinct.size} keys for ${role} can never be met`);
  return { keys: [...distinct.values()], threshold };
}

/** The public half of a signer, as metadata has it. */
export function publicKey(signer: Signer): PublicKey {
  return readNotaryKey(notaryKey(signer.publicKey));
}

const MAX_KEY = 256 * 1024;

/** A server's key from its JSON; notary-server's own signer has Ed25519 keys. Throws `key-invalid`. */
export function online(json: Uint8Array): PublicKey {
  const key = readNotaryKey(parseStrictJson(json, { maxBytes: MAX_KEY, maxDepth: 8 }));
  if (!key.key)
    throw new AssayError('key-invalid', `the trust server’s key is of a kind that is not used: ${key.keyType}`);
  return key;
}
