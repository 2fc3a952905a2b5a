import { toRfc3339 } from '../lib/clock.ts';
import type { TagWithSigners } from '../trust/tuf/client/signed-tags.ts';
import type { CollectionStanding } from '../work/trust/standing.ts';
import type { ImageTrust, SignedName } from './trust.ts';

/** What is known of signed names beside the metadata; only the registry knows. */
export interface NameFacts {
  since(tag: string): number | undefined;
  registryDigest(tag: string): string | undefined;
}

const REPOSITORY_KEY = 'repository key';

/** A signed name with its signers and their keys, in the words of `assay trust status`. */
export function renderName(tag: TagWithSigners, standing: CollectionStanding, facts: NameFacts): SignedName {
  const since = facts.since(tag.tag);
  const registryDigest = facts.registryDigest(tag.tag);
  const keysOf = (role: string) =>
    [...(standing.status?.roles ?? []), ...(standing.status?.delegations ?? [])].find((each) => each.role === role)
      ?.keys ?? [];
  const roles = tag.signers.length > 0 ? tag.signers : [tag.role];
  return {
    tag: tag.tag,
    digest: tag.digest,
    role: tag.role,
    signers: roles.map((role) => ({
      name: role === 'targets' ? REPOSITORY_KEY : role.replace('targets/', ''),
      keys: [...keysOf(role)],
    })),
    ...(since !== undefined && { since: toRfc3339(since) }),
    ...(registryDigest !== undefined && { registryDigest }),
  };
}

export interface AskedImage {
  readonly digest: string;
  readonly tag: string | undefined;
  readonly within: readonly string[];
}

/** At most so many names of one manifest are told; who signs it under more adds nothing to the answer. */
const MAX_NAMES = 50;

/** The names that bear on an image: the tag asked for, and whatever names its digest or an index around it. */
export function namesOf(asked: AskedImage, { status, byDigest }: CollectionStanding): TagWithSigners[] {
  const named = status?.tags.find(({ tag }) => tag === asked.tag);
  const same = [asked.digest, ...asked.within].flatMap((digest) => byDigest.get(digest) ?? []);
  return [...new Set([...(named ? [named] : []), ...same])].slice(0, MAX_NAMES);
}

/** What verified collections say of one image. */
export function renderImageTrust(
  asked: AskedImage,
  standings: readonly { readonly standing: CollectionStanding; readonly facts: NameFacts }[],
): ImageTrust {
  return {
    digest: asked.digest,
    ...(asked.tag !== undefined && { tag: asked.tag }),
    within: [...asked.within],
    collections: standings.map(({ standing, facts }) => {
      const { status, goodUntil } = standing;
      const root = status?.roles.find(({ role }) => role === 'root');
      const timestamp = status?.roles.find(({ role }) => role === 'timestamp');
      return {
        gun: standing.gun,
        state: standing.state,
        ...(standing.failure && { failure: standing.failure }),
        ...(goodUntil !== undefined && { goodUntil: toRfc3339(goodUntil) }),
        ...(root?.version !== undefined && {
          root: { version: root.version, threshold: root.threshold, keys: [...root.keys] },
        }),
        ...(timestamp?.version !== undefined &&
          timestamp.expires !== undefined && {
            timestamp: { version: timestamp.version, expiresAt: toRfc3339(timestamp.expires) },
          }),
        dialects: [...standing.dialects],
        ...(status && { tuf1: status.tuf1 }),
        signedTags: status?.tags.length ?? 0,
        names: namesOf(asked, standing).map((tag) => renderName(tag, standing, facts)),
      };
    }),
  };
}
