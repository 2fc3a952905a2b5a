import type { PublicKey } from '../../../trust/keys/public-key.ts';
import type { Root, TopLevelRole } from '../../../trust/tuf/metadata.ts';
import { changedRoot } from '../../../trust/tuf/owner/change-root.ts';
import { RELEASES } from '../../../trust/tuf/owner/delegations.ts';
import type { Draft } from '../../../trust/tuf/owner/draft.ts';
import { choicesOf, firstRoot } from '../../../trust/tuf/owner/start.ts';
import { type CollectionState, draftRoot } from '../../../trust/tuf/owner/state.ts';
import { draftLayout, layoutOf, tagsOf } from '../../../trust/tuf/owner/tag-layout.ts';
import { requireNotary } from './apply.ts';
import type { OwnedCollection } from './load.ts';

/**
 * Brings the TUF 1.x repository to what the Notary collection says: its keys and thresholds, its signers, and every tag
 * that docker would pull. What docker or notary publish covers Notary's dialect alone; the owner signs the rest. Nothing
 * comes back when both say the same.
 */
export function upgrade(owned: OwnedCollection, gun: string, now: number): Draft[] {
  const notary = requireNotary(owned, gun);
  const { tuf1 } = owned;
  if (tuf1 && saysTheSame(tuf1, notary)) return [];
  const choices = choicesOf(notary.root);
  const root = !tuf1
    ? firstRoot('tuf-1.0', { now, roles: choices })
    : sameRoles(tuf1.root, notary.root)
      ? tuf1.root
      : changedRoot(tuf1, choices, now);
  const drafts = root === tuf1?.root ? [] : [draftRoot('tuf-1.0', root, tuf1?.root)];
  const state: CollectionState = {
    gun,
    dialect: 'tuf-1.0',
    root,
    files: tuf1?.files ?? new Map(),
    ...(tuf1?.listed && { listed: tuf1.listed }),
  };
  const layout = { signers: signersIn(notary), bits: layoutOf(state).bits };
  return [...drafts, ...draftLayout(state, layout, tagsOf(notary), now)];
}

/** The keys of docker's signers, or none while nobody is delegated to. */
function signersIn({ files }: CollectionState): PublicKey[] | undefined {
  const delegations = files.get('targets')?.delegations;
  const releases = delegations?.roles.find((role) => role.name === RELEASES);
  return releases?.keyIds.flatMap((id) => delegations?.keys.get(id) ?? []);
}

const ROLES: readonly TopLevelRole[] = ['root', 'targets', 'snapshot', 'timestamp'];

/** Whether both dialects name the same tags, keys, thresholds and signers. */
export function saysTheSame(tuf1: CollectionState, notary: CollectionState): boolean {
  if (!sameRoles(tuf1.root, notary.root)) return false;
  const here = prints(signersIn(tuf1) ?? []);
  const there = prints(signersIn(notary) ?? []);
  // Owners may sign beside the signers in TUF 1.x.
  if ((signersIn(notary) === undefined) !== (signersIn(tuf1) === undefined)) return false;
  if (there.some((print) => !here.includes(print))) return false;
  const owners = prints(choicesOf(tuf1.root).targets.keys);
  if (here.some((print) => !there.includes(print) && !owners.includes(print))) return false;
  const [a, b] = [tagsOf(tuf1), tagsOf(notary)];
  return a.size === b.size && [...a].every(([name, file]) => b.get(name)?.hashes['sha256'] === file.hashes['sha256']);
}

function prints(keys: readonly PublicKey[]): string[] {
  return keys.map((key) => key.fingerprint);
}

function sameRoles(a: Root, b: Root): boolean {
  return ROLES.every((role) => {
    const [one, other] = [choicesOf(a)[role], choicesOf(b)[role]];
    const same = prints(one.keys).toSorted().join() === prints(other.keys).toSorted().join();
    return same && one.threshold === other.threshold;
  });
}
