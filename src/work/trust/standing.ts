import { type AssayError, isAssayError } from '../../lib/error.ts';
import { WARN_MS, expiryWarnings, idsOf, type RoleStatus, type TrustStatus, trustStatus } from './owner/status.ts';
import { loadNotary, loadTuf1, notaryState, type ReaderWorld } from './owner/load.ts';
import { tagsOf } from '../../trust/tuf/owner/tag-layout.ts';
import { topLevelRoles } from '../../trust/tuf/metadata.ts';
import { certificatesOf } from '../../trust/tuf/notary/root-certificates.ts';
import type { CollectionState } from '../../trust/tuf/owner/state.ts';
import { signedTag, type TagWithSigners } from '../../trust/tuf/client/signed-tags.ts';
import { canonicalIdOf } from './owner/role-change.ts';
import { isTrustError } from './signed-names.ts';

/** What a reader finds who verifies a collection now. Each of these is another answer. */
export const standingStates = ['verified', 'expired', 'failed', 'unreachable', 'missing'] as const;

export interface RootCertificate {
  readonly until: number;
  readonly listedAs: string;
}

/** A collection after every check that a client makes, or why one of them failed. */
export interface CollectionStanding {
  readonly gun: string;
  readonly state: (typeof standingStates)[number];
  /** Why a client refuses it, or why it could not be asked. */
  readonly failure?: { readonly code: string; readonly detail: string };
  /** Absent where nothing can be believed. What has expired is shown as of the last moment at which it held. */
  readonly status?: TrustStatus;
  /** Of the two dialects, what is there. */
  readonly dialects: readonly ('notary' | 'tuf-1.0')[];
  /** The earliest expiry of what people sign, of what counts. */
  readonly goodUntil?: number;
  /** Certificates of root keys by canonical key id: their end, and the id that Notary metadata gives them. */
  readonly certificates: ReadonlyMap<string, RootCertificate>;
  /** The same names by digest, for an image that is looked up. */
  readonly byDigest: ReadonlyMap<string, readonly TagWithSigners[]>;
}

/** Verifies a collection as its clients do, each dialect by itself, and says what was found. Throws only what is a fault. */
export async function verifyStanding(world: ReaderWorld, now: number): Promise<CollectionStanding> {
  const { gun } = world.server;
  const blank = { gun, dialects: [], certificates: new Map<string, RootCertificate>(), byDigest: new Map() } as const;
  try {
    const collection = await loadNotary(world, now);
    const offersTuf1 = await world.server.offersTuf1();
    const tuf1 = offersTuf1 ? await attempt(() => loadTuf1(world, now)) : {};
    if (!collection && !tuf1.found)
      return tuf1.error ? { ...blank, ...failed(tuf1.error) } : { ...blank, state: 'missing' };
    const owned = { notary: collection && (await notaryState(world, collection)), tuf1: tuf1.found, collection };
    const verified = owned.notary
      ? trustStatus(owned, gun, now, offersTuf1 && !tuf1.error)
      : tuf1Status(gun, tuf1.found!, now);
    const status = tuf1.error
      ? { ...verified, warnings: [...verified.warnings, `TUF 1.x clients refuse it: ${tuf1.error.message}`] }
      : verified;
    const byPeople = [...status.roles, ...status.delegations].filter(
      ({ role, broken }) => role !== 'timestamp' && role !== 'snapshot' && broken === undefined,
    );
    return {
      ...blank,
      ...(expiredRole(status, now) ?? { state: 'verified' }),
      status,
      dialects: [...(owned.notary ? (['notary'] as const) : []), ...(owned.tuf1 ? (['tuf-1.0'] as const) : [])],
      goodUntil: Math.min(...byPeople.flatMap(({ expires }) => expires ?? [])),
      certificates: owned.notary ? certificateEnds(owned.notary) : new Map(),
      byDigest: Map.groupBy(status.tags, (each) => each.digest),
    };
  } catch (error) {
    if (isTrustError(error)) return { ...blank, ...failed(error) };
    if (isAssayError(error, 'network-failed', 'remote-refused', 'unauthorized', 'denied'))
      return { ...blank, state: 'unreachable', failure: { code: error.code, detail: error.message } };
    throw error;
  }
}

function failed(error: AssayError): Pick<CollectionStanding, 'state' | 'failure'> {
  return {
    state: error.code === 'trust-expired' ? 'expired' : 'failed',
    failure: { code: error.code, detail: error.message },
  };
}

/** Clients refuse a collection as soon as one of the four roles has expired. */
function expiredRole({ roles }: TrustStatus, now: number): Pick<CollectionStanding, 'state' | 'failure'> | undefined {
  const role = roles.find(({ expires }) => expires !== undefined && expires <= now);
  if (role?.expires === undefined) return undefined;
  const at = new Date(role.expires).toISOString();
  return { state: 'expired', failure: { code: 'trust-expired', detail: `${role.role} expired at ${at}` } };
}

async function attempt<T>(work: () => Promise<T>): Promise<{ found?: T; error?: AssayError }> {
  try {
    return { found: await work() };
  } catch (error) {
    if (isTrustError(error)) return { error };
    throw error;
  }
}

/** A repository that only TUF 1.x clients read: its root, and the tags it names. */
function tuf1Status(gun: string, state: CollectionState, now: number): TrustStatus {
  const { root, files } = state;
  const roles = topLevelRoles.map((role): RoleStatus => {
    const file = role === 'root' ? root : files.get(role);
    const { keyIds, threshold } = root.roles[role];
    const keys = keyIds.flatMap((id) => idsOf(root.keys.get(id)));
    return { role, version: file?.version, expires: file?.expires, threshold, keys };
  });
  const tags = [...tagsOf(state)].flatMap(([name, file]) =>
    /^[0-9a-f]{64}$/.test(file.hashes['sha256'] ?? '') ? [{ ...signedTag(name, file, 'targets'), signers: [] }] : [],
  );
  const warnings = [
    ...expiryWarnings(roles, now),
    'docker and notary see nothing of this; it was published for TUF 1.x clients only',
  ];
  return { gun, roles, delegations: [], tags: tags.sort(byName), tuf1: 'complete', warnings };
}

function byName(a: { readonly tag: string }, b: { readonly tag: string }): number {
  return a.tag < b.tag ? -1 : 1;
}

function certificateEnds({ root }: CollectionState): Map<string, RootCertificate> {
  return new Map(
    root.roles.root.keyIds.flatMap((id) => {
      const key = root.keys.get(id);
      const until = key && certificatesOf(key)[0]?.validToDate.getTime();
      return key && until !== undefined ? [[canonicalIdOf(key), { until, listedAs: key.id }] as const] : [];
    }),
  );
}

/** When a person should have renewed a role: as long before its end as warnings begin. */
export function renewFrom(role: string, expires: number): number {
  return expires - (role in WARN_MS ? WARN_MS[role as keyof typeof WARN_MS] : WARN_MS.targets);
}
