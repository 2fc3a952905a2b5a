import type { Repository } from '../../ports/registry-records.ts';
import { onlineRoles } from '../../ports/signer-service.ts';
import { trustDialects } from '../../ports/trust-records.ts';
import { appendEvent } from '../events.ts';
import type { TrustParts } from './collections.ts';
import { stored } from './dialects.ts';

/** Fingerprints of the online keys that the current roots of a collection name, in either dialect. */
export async function namedOnlineKeys(parts: TrustParts, repository: Repository, gun: string): Promise<Set<string>> {
  const named = new Set<string>();
  for (const dialect of trustDialects) {
    const file = await parts.database.records.trust.currentFile(repository, gun, dialect, 'root');
    if (!file) continue;
    const root = stored(dialect, 'root', file).signed;
    for (const role of onlineRoles)
      for (const id of root.roles[role].keyIds) {
        const key = root.keys.get(id);
        if (key) named.add(key.fingerprint);
      }
  }
  return named;
}

/**
 * Retires the server's keys that a new root has rotated out: the signing service signs nothing with them any more,
 * whoever asks. A key that no root has named yet stays, since its root may be on its way.
 */
export async function retireRotatedKeys(
  parts: TrustParts,
  repository: Repository,
  gun: string,
  namedBefore: ReadonlySet<string>,
): Promise<void> {
  const named = await namedOnlineKeys(parts, repository, gun);
  const held = await parts.database.records.trust.serverKeys(gun);
  for (const { fingerprint, role } of held) {
    if (!namedBefore.has(fingerprint) || named.has(fingerprint)) continue;
    try {
      await parts.signer.retire(fingerprint);
    } catch {
      // The publish stands; the old key is trusted by nobody, retired or not.
      return;
    }
    await parts.database.change((records) =>
      appendEvent(records, parts.clock.now(), 'trust-key.retired', 'assay', repository, gun, { role, fingerprint }),
    );
  }
}
