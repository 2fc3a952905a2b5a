import { AssayError } from '../../../lib/error.ts';
import type { TrustServer } from '../../../ports/trust-server.ts';
import { updateNotary } from '../../../trust/tuf/client/notary-workflow.ts';
import { runWorkflow } from '../run-workflow.ts';
import { transientFiles } from '../transient-files.ts';

const MAX_FILE = 64 * 1024 * 1024;

/** Reads a collection where it is, verifies it, and hands its bytes to the other server. */
export async function takeOver(
  from: TrustServer,
  to: TrustServer,
  now: number,
): Promise<{ roots: number; roles: number }> {
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
  await to.importCollection(parts);
  return { roots, roles: parts.length - roots };
}
