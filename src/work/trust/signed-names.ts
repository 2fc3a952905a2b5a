import { type AssayError, isAssayError } from '../../lib/error.ts';
import { parseDigest } from '../../oci/digest.ts';
import type { SignedTagRecord, SignedTagsChange, TrustFile } from '../../ports/trust-records.ts';
import type { Delegation } from '../../trust/tuf/client/notary-delegations.ts';
import { type Collection, updateNotary } from '../../trust/tuf/client/notary-workflow.ts';
import { pullableDigests } from '../../trust/tuf/client/signed-tags.ts';
import type { RoleName, Root, SignedFile, TargetFile, Targets } from '../../trust/tuf/metadata.ts';
import { notaryScheme } from '../../trust/tuf/notary/read.ts';
import { rootCertificates } from '../../trust/tuf/notary/root-certificates.ts';
import { RELEASES } from '../../trust/tuf/owner/delegations.ts';
import { validSigners } from '../../trust/tuf/signatures.ts';
import { stored } from './dialects.ts';
import { asOfLastValid, loadTuf1, type ReaderWorld } from './owner/load.ts';
import { tagsOf } from '../../trust/tuf/owner/tag-layout.ts';
import { type StoredCollection, storedMetadata } from './stored-metadata.ts';
import { transientFiles } from './transient-files.ts';

/** A collection in the database, as the clients' workflow reads it: nothing trusted yet. */
export function storedWorld(from: StoredCollection): ReaderWorld {
  return {
    server: {
      gun: from.gun,
      host: 'this server',
      metadata: { notary: storedMetadata(from, 'notary'), 'tuf-1.0': storedMetadata(from, 'tuf-1.0') },
      offersTuf1: async () => true,
    },
    files: { notary: transientFiles(), 'tuf-1.0': transientFiles() },
  };
}

/** What docker would pull by tag, and the earliest expiry of what says so. */
export interface EffectiveTags {
  /** Digests, algorithm in front. */
  readonly tags: ReadonlyMap<string, string>;
  readonly goodUntil: number;
}

const NOTHING: EffectiveTags = { tags: new Map(), goodUntil: 0 };

/** The signed tags of a stored collection, verified as its clients do; one that does not verify signs nothing. */
export async function effectiveTags(from: StoredCollection, now: number): Promise<EffectiveTags> {
  const world = storedWorld(from);
  const { gun } = from;
  try {
    const notary = await asOfLastValid(world, 'notary', now, (instant) =>
      updateNotary({ gun, now: instant, allowCached: false, delegations: [RELEASES] }),
    );
    if (notary) return tagsIn(notary);
    const tuf1 = await loadTuf1(world, now);
    if (!tuf1) return NOTHING;
    const expiries = [tuf1.root, ...tuf1.files.values()].map((each) => each.expires);
    return { tags: digestsOf(tagsOf(tuf1)), goodUntil: Math.min(...expiries) };
  } catch (error) {
    if (isTrustError(error)) return NOTHING;
    throw error;
  }
}

function tagsIn(collection: Pick<Collection, 'root' | 'targets' | 'delegations'>): EffectiveTags {
  const { root, targets, delegations } = collection;
  const files = [root, targets, ...[...delegations.values()].map((each) => each.file)];
  return { tags: pullableDigests(collection), goodUntil: Math.min(...files.map((file) => file.signed.expires)) };
}

/** The Notary files of a collection that say what its tags are, each checked against the one above it but the last. */
export interface CheckedFiles {
  readonly gun: string;
  readonly root: SignedFile<Root>;
  readonly targets: SignedFile<Targets>;
  readonly releases: SignedFile<Targets> | undefined;
}

/**
 * The same as `effectiveTags` for files that a publish was checked with and that get a new snapshot and timestamp.
 * Undefined where something has expired: the clients' own workflow then says what holds.
 */
export function checkedTags({ gun, root, targets, releases }: CheckedFiles, now: number): EffectiveTags | undefined {
  const files = [root, targets, ...(releases ? [releases] : [])];
  const rootKeys = root.signed.roles.root.keyIds.map((id) => root.signed.keys.get(id));
  if (
    files.some(({ signed }) => signed.expires <= now) ||
    rootKeys.some((key) => !key || !rootCertificates(key, gun, now))
  )
    return undefined;
  const { keys, roles = [] } = targets.signed.delegations ?? {};
  const role = roles.find(({ name }) => name === RELEASES);
  const delegations = new Map<RoleName, Delegation>();
  if (releases && role && keys && validSigners(releases, role, keys, notaryScheme).size >= role.threshold)
    delegations.set(RELEASES, { file: releases, chain: [role] });
  try {
    return tagsIn({ root, targets, delegations });
  } catch (error) {
    if (isTrustError(error)) return NOTHING;
    throw error;
  }
}

export function isTrustError(error: unknown): error is AssayError {
  return isAssayError(error) && error.code.startsWith('trust-');
}

function digestsOf(targets: ReadonlyMap<string, TargetFile>): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [tag, { hashes }] of targets)
    if (/^[0-9a-f]{64}$/.test(hashes['sha256'] ?? '')) digests.set(tag, `sha256:${hashes['sha256']}`);
  return digests;
}

/** How the signed tags change with files that are about to be stored. A tag keeps its date while its manifest stays. */
export function tagsChange(
  before: ReadonlyMap<string, string>,
  { tags, goodUntil }: EffectiveTags,
  now: number,
): SignedTagsChange {
  const set = [...tags].filter(([tag, digest]) => before.get(tag) !== digest);
  return {
    set: set.map(([tag, digest]) => ({ tag, digest: parseDigest(digest), since: now })),
    drop: [...before.keys()].filter((tag) => !tags.has(tag)),
    tags: tags.size,
    goodUntil,
    at: now,
  };
}

/** The tags that are noted of a collection. */
export async function notedTags({
  trust,
  repository,
  gun,
}: Omit<StoredCollection, 'fresh'>): Promise<ReadonlyMap<string, string>> {
  return new Map((await trust.signedTags(repository, gun)).map(({ tag, digest }) => [tag, digest]));
}

/** Roles whose files decide what a tag is; what others publish changes nothing of it. */
export function touchesTags(files: readonly TrustFile[]): boolean {
  return files.some(({ role }) => role === 'root' || role === 'targets' || role === 'targets/releases');
}

/**
 * The signed tags of a collection that was published before they were noted: what holds now, dated by the history of
 * stored files.
 */
export async function recoverSignedTags(from: StoredCollection, now: number): Promise<SignedTagsChange> {
  const { tags, goodUntil } = await effectiveTags(from, now);
  const since = await firstSeen(from);
  const set = [...tags].map(([tag, digest]): SignedTagRecord => {
    const seen = since.get(tag);
    return { tag, digest: parseDigest(digest), since: seen?.digest === digest ? seen.since : now };
  });
  return { set, drop: [], tags: tags.size, goodUntil, at: now };
}

/** By tag: the digest of the newest files, and when a publish first carried it without a break. */
async function firstSeen(from: StoredCollection): Promise<ReadonlyMap<string, { digest: string; since: number }>> {
  const { trust, repository, gun } = from;
  const dialect = (await trust.currentFile(repository, gun, 'notary', 'root')) ? 'notary' : 'tuf-1.0';
  const roles = ['targets', 'targets/releases'] as const;
  const versions = (await Promise.all(roles.map((role) => trust.versions(repository, gun, dialect, role)))).flat();
  const now = new Map<RoleName, ReadonlyMap<string, TargetFile>>();
  let standing: ReadonlyMap<string, { digest: string; since: number }> = new Map();
  for (const { role, version, storedAt } of versions.toSorted((a, b) => a.storedAt - b.storedAt)) {
    const file = await trust.fileByVersion(repository, gun, dialect, role, version);
    if (!file) continue;
    now.set(role, stored(dialect, role, file).signed.targets);
    const merged = digestsOf(new Map(roles.flatMap((each) => [...(now.get(each) ?? [])])));
    const before = standing;
    standing = new Map(
      [...merged].map(([tag, digest]) => {
        const seen = before.get(tag);
        return [tag, seen?.digest === digest ? seen : { digest, since: storedAt }];
      }),
    );
  }
  return standing;
}
