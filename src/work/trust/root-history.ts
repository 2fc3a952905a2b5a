import { AssayError } from '../../lib/error.ts';
import { type Root, topLevelRoles } from '../../trust/tuf/metadata.ts';
import { requireThreshold } from '../../trust/tuf/signatures.ts';
import type { StoredCollection } from './stored-metadata.ts';
import { publishRules, stored } from './dialects.ts';
import type { TrustDialect } from '../../ports/trust-records.ts';
import { canonicalIdOf } from './owner/role-change.ts';

/** What a root changed, in words: keys that came and went, thresholds. */
export function rootChanges(root: Root, before: Root | undefined): string[] {
  const changes = topLevelRoles.flatMap((role) => {
    const idsOf = (of: Root | undefined) =>
      (of?.roles[role].keyIds ?? []).flatMap((id) => {
        const key = of?.keys.get(id);
        return key ? [canonicalIdOf(key)] : [];
      });
    const [now, then] = [idsOf(root), idsOf(before)];
    const came = now.filter((id) => !then.includes(id)).map((id) => `${role}: key ${id.slice(0, 12)} came`);
    const went = then.filter((id) => !now.includes(id)).map((id) => `${role}: key ${id.slice(0, 12)} went`);
    const threshold = root.roles[role].threshold;
    const changed =
      before && before.roles[role].threshold !== threshold ? [`${role}: ${threshold} signatures are needed`] : [];
    return [...came, ...went, ...changed];
  });
  return changes.length > 0 ? changes : ['signed again, nothing else'];
}

export interface RootEntry {
  readonly version: number;
  readonly expires: number;
  readonly storedAt: number;
  readonly storedBy: string;
  readonly changes: readonly string[];
}

/** Roots looked at for the history; who rotates more often than that keeps the rest in the log. */
const MAX_ROOTS = 100;

/**
 * The stored roots of a collection, newest first, each signed by enough keys of the one before it and by enough of its
 * own. Throws `trust-threshold` where the chain breaks.
 */
export async function rootHistory(
  { trust, repository, gun }: StoredCollection,
  dialect: TrustDialect,
): Promise<RootEntry[]> {
  const entries: RootEntry[] = [];
  let before: Root | undefined;
  for (const { version, storedAt, storedBy, expires } of (await trust.versions(repository, gun, dialect, 'root')).slice(
    -MAX_ROOTS - 1,
  )) {
    const raw = await trust.fileByVersion(repository, gun, dialect, 'root', version);
    if (!raw) throw new AssayError('trust-missing', `the root of version ${version} is not stored`);
    const file = stored(dialect, 'root', raw);
    const root = file.signed;
    const { schemeOf } = publishRules[dialect];
    requireThreshold(`root ${version}`, file, root.roles.root, root.keys, schemeOf);
    if (before) requireThreshold(`root ${version}`, file, before.roles.root, before.keys, schemeOf);
    entries.push({ version, expires, storedAt, storedBy, changes: rootChanges(root, before) });
    before = root;
  }
  return entries.slice(-MAX_ROOTS).reverse();
}
