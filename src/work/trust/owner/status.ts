import type { PublicKey } from '../../../trust/keys/public-key.ts';
import { listTags, type TagWithSigners } from '../../../trust/tuf/client/signed-tags.ts';
import { topLevelRoles } from '../../../trust/tuf/metadata.ts';
import { RELEASES } from '../../../trust/tuf/owner/delegations.ts';
import { binsBelow } from '../../../trust/tuf/owner/tag-layout.ts';
import { certificatesOf } from '../../../trust/tuf/notary/root-certificates.ts';
import { requireNotary } from './apply.ts';
import type { OwnedCollection } from './load.ts';
import { canonicalIdOf } from './role-change.ts';
import { saysTheSame } from './upgrade.ts';

const DAY_MS = 24 * 3600_000;
/** Long before clients refuse: what people sign takes people to renew. */
export const WARN_MS = {
  root: 365 * DAY_MS,
  targets: 180 * DAY_MS,
  snapshot: 30 * DAY_MS,
  timestamp: 2 * DAY_MS,
} as const;

export interface RoleStatus {
  readonly role: string;
  readonly version: number | undefined;
  readonly expires: number | undefined;
  readonly threshold: number;
  /** Canonical ids, as `assay key list` shows them. */
  readonly keys: readonly string[];
  /** Why its file does not count. */
  readonly broken?: string;
  /** What a delegation is trusted for: names, beginnings of names, or hash prefixes. */
  readonly paths?: readonly string[];
}

export interface TrustStatus {
  readonly gun: string;
  readonly roles: readonly RoleStatus[];
  readonly delegations: readonly RoleStatus[];
  readonly tags: readonly TagWithSigners[];
  /** `complete`, `behind` what Notary's form says, `missing`, or `not offered` by the server. */
  readonly tuf1: 'complete' | 'behind' | 'missing' | 'not offered';
  readonly warnings: readonly string[];
}

/** What readers see of a collection, and what its owner should do before long. All of it is verified. */
export function trustStatus(owned: OwnedCollection, gun: string, now: number, offersTuf1: boolean): TrustStatus {
  const notary = requireNotary(owned, gun);
  const collection = owned.collection!;
  const { root } = notary;
  const files = {
    root: collection.root,
    targets: collection.targets,
    snapshot: collection.snapshot,
    timestamp: collection.timestamp,
  };
  const roles = topLevelRoles.map((role): RoleStatus => {
    const { keyIds, threshold } = root.roles[role];
    const { version, expires } = files[role].signed;
    return { role, version, expires, threshold, keys: keyIds.flatMap((id) => idsOf(root.keys.get(id))) };
  });
  const delegations = [...notary.files].flatMap(([, file]) =>
    (file.delegations?.roles ?? []).map((each): RoleStatus => {
      const own = notary.files.get(each.name);
      const broken = collection.broken.get(each.name)?.message;
      return {
        role: each.name,
        version: own?.version,
        expires: own?.expires,
        threshold: each.threshold,
        keys: each.keyIds.flatMap((id) => idsOf(file.delegations?.keys.get(id))),
        paths: each.matches.kind === 'patterns' ? each.matches.patterns : each.matches.prefixes,
        ...(broken !== undefined && { broken }),
      };
    }),
  );
  const tuf1 = !offersTuf1
    ? 'not offered'
    : !owned.tuf1
      ? 'missing'
      : saysTheSame(owned.tuf1, notary)
        ? 'complete'
        : 'behind';
  const warnings = [
    ...expiryWarnings([...roles, ...delegations], now),
    ...binWarnings(owned.tuf1, now),
    ...certificateWarnings(owned, now),
  ];
  if (tuf1 === 'missing' || tuf1 === 'behind')
    warnings.push(`TUF 1.x clients do not see all of this; sign for them too: assay trust upgrade ${gun}`);
  if (roles[0] && roles[0].keys.length === 1)
    warnings.push('there is one root key: when it is lost, nothing can be repaired; assay trust threshold adds others');
  return { gun, roles, delegations, tags: listTags(collection), tuf1, warnings };
}

export function idsOf(key: PublicKey | undefined): string[] {
  return key ? [canonicalIdOf(key)] : [];
}

export function expiryWarnings(roles: readonly RoleStatus[], now: number): string[] {
  return roles.flatMap(({ role, expires }) => {
    if (expires === undefined) return [];
    const left = expires - now;
    const limit = role in WARN_MS ? WARN_MS[role as keyof typeof WARN_MS] : WARN_MS.targets;
    if (left <= 0) return [`${role} has expired; clients refuse it`];
    if (left > limit) return [];
    const days = Math.ceil(left / DAY_MS);
    const cure =
      role === 'timestamp' || role === 'snapshot'
        ? 'the server renews it in time'
        : `renew it: assay trust expire … ${role}`;
    return [`${role} expires in ${days} days; ${cure}`];
  });
}

/** A bin that nobody has signed a tag of for years ends like every other file; the role above it renews it. */
function binWarnings(tuf1: OwnedCollection['tuf1'], now: number): string[] {
  return ['targets', RELEASES].flatMap((role) => {
    const ends = binsBelow(tuf1?.files.get(role)).flatMap((bin) => tuf1?.files.get(bin)?.expires ?? []);
    const left = Math.min(...ends) - now;
    if (ends.length === 0 || left > WARN_MS.targets) return [];
    const days = Math.max(0, Math.ceil(left / DAY_MS));
    return [`bins of the TUF 1.x repository expire in ${days} days; renew them: assay trust expire … ${role}`];
  });
}

/** Root certificates expire silently in docker's clients. */
function certificateWarnings(owned: OwnedCollection, now: number): string[] {
  const root = owned.notary?.root;
  if (!root) return [];
  return root.roles.root.keyIds.flatMap((id) => {
    const key = root.keys.get(id);
    const until = key && certificatesOf(key)[0]?.validToDate.getTime();
    if (until === undefined || until - now > WARN_MS.root) return [];
    const date = new Date(until).toISOString().slice(0, 10);
    return [`the certificate of root key ${canonicalIdOf(key!).slice(0, 12)} ends on ${date}; rotate the root before`];
  });
}
