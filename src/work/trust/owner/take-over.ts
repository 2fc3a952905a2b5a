import { AssayError } from '../../../lib/error.ts';
import type { TrustServer } from '../../../ports/trust-server.ts';
import { type OnlineRole, onlineRoles } from '../../../ports/signer-service.ts';
import type { Root } from '../../../trust/tuf/metadata.ts';
import { updateNotary } from '../../../trust/tuf/client/notary-workflow.ts';
import { runWorkflow } from '../run-workflow.ts';
import { transientFiles } from '../transient-files.ts';

const MAX_FILE = 64 * 1024 * 1024;

/** The server's private keys of a collection, DER PKCS#8, as far as its newest root names them. */
export type OnlineKeys = (root: Root) => Promise<ReadonlyMap<OnlineRole, Uint8Array>>;

export interface TakenOver {
  readonly roots: number;
  readonly roles: number;
  /** The online roles whose keys came along. */
  readonly keys: readonly OnlineRole[];
}

/** Reads a collection where it is, verifies it, and hands its bytes to the other server, with keys where there are some. */
export async function takeOver(
  from: Pick<TrustServer, 'gun' | 'host' | 'metadata'>,
  to: TrustServer,
  now: number,
  onlineKeys?: OnlineKeys,
): Promise<TakenOver> {
  const files = transientFiles();
  const { gun } = from;
  const collection = await runWorkflow(updateNotary({ gun, now, allowCached: false }), {
    fetch: from.metadata.notary,
    files,
  });
  const parts: { name: string; raw: Uint8Array }[] = [];
  for (let version = 1; version <= collection.root.signed.version; version++) {
    const raw = await from.metadata.notary(`${version}.root.json`, MAX_FILE);
    // A first root may be of version 1 or 2; from then on none is missing.
    if (raw) parts.push({ name: `${version}.root`, raw });
    else if (parts.length > 0) throw new AssayError('trust-missing', `${from.host} has no root of version ${version}`);
  }
  const roots = parts.length;
  for (const role of ['timestamp', 'snapshot', 'targets', ...collection.delegations.keys()]) {
    const raw = await files.load(role);
    if (raw) parts.push({ name: role, raw });
  }
  const roles = parts.length - roots;
  const keys = onlineKeys ? await onlineKeys(collection.root.signed) : new Map<OnlineRole, Uint8Array>();
  for (const [role, raw] of keys) parts.push({ name: `${role}.key`, raw });
  await to.importCollection(parts);
  return { roots, roles, keys: onlineRoles.filter((role) => keys.has(role)) };
}
