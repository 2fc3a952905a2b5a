import { AssayError } from '../../../lib/error.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import { binName, binNames } from '../client/delegation-match.ts';
import type { Delegations, RoleName, SuccinctRoles, TargetFile, Targets } from '../metadata.ts';
import type { Draft } from './draft.ts';
import { delegationsWith, keysNow, RELEASES, releasesDelegation } from './delegations.ts';
import { type CollectionState, draftTargets, nextTargets, signersOf, withFiles } from './state.ts';

/** Most bits of a bin's number: each bin is a file of its own, which somebody has to sign. */
export const MAX_BIN_BITS = 8;

/**
 * How a TUF 1.x repository holds its tags: in `targets` until somebody is delegated to, in `targets/releases` from then
 * on; there in one file, or spread over hash bins below it (TAP 15), so that a reader of one tag among many thousands
 * fetches and checks the file of one bin.
 */
export interface TagLayout {
  readonly signers: readonly PublicKey[] | undefined;
  /** Bits of the hash of a name that tell its bin; 0 for one file. */
  readonly bits: number;
}

export function layoutOf(state: CollectionState): TagLayout {
  const top = state.files.get('targets')?.delegations;
  const signers = top?.roles.some((role) => role.name === RELEASES) ? keysNow(state, RELEASES) : undefined;
  const holder = signers ? state.files.get(RELEASES)?.delegations : top;
  return { signers, bits: holder?.succinct?.bitLength ?? 0 };
}

/** What a client would pull: `targets`, overridden by `targets/releases`; bins with the file above them. */
export function tagsOf({ files }: CollectionState): Map<string, TargetFile> {
  const roles = ['targets', RELEASES].flatMap((role) => [role, ...binsBelow(files.get(role))]);
  return new Map(roles.flatMap((role) => [...(files.get(role)?.targets ?? [])]));
}

export function binsBelow(file: Targets | undefined): RoleName[] {
  const succinct = file?.delegations?.succinct;
  return succinct ? [...binNames(succinct)] : [];
}

/** The file that holds a name for a role: the role's own, or one of its bins. */
export function fileFor({ files }: CollectionState, role: RoleName, name: string): RoleName {
  const succinct = files.get(role)?.delegations?.succinct;
  return succinct ? binName(succinct, name) : role;
}

/** The files of another layout, or of the same with other tags; those that would say the same again are left out. */
export function draftLayout(
  state: CollectionState,
  layout: TagLayout,
  tags: ReadonlyMap<string, TargetFile>,
  now: number,
): Draft[] {
  const { signers, bits } = layout;
  const standing = state.files.get('targets')?.delegations;
  const others = standing?.roles.filter((role) => role.name !== RELEASES) ?? [];
  if (bits > 0 && !signers && others.length > 0)
    throw new AssayError(
      'input-invalid',
      `${state.gun} delegates to ${others[0]?.name}, and no role can stand beside bins; they begin once a signer for every name is delegated to`,
    );
  const drafts: Draft[] = [];
  let changed = state;
  const write = (role: RoleName, content: Pick<Targets, 'targets' | 'delegations'>): void => {
    const file: Targets = { ...nextTargets(changed, role, now), ...content };
    const draft = draftTargets(changed, role, file);
    if (!saysTheSame(state, changed, role, content)) drafts.push(draft);
    changed = withFiles(changed, [[role, file]]);
  };
  const holder = signers ? RELEASES : 'targets';
  const held: Pick<Targets, 'targets' | 'delegations'> =
    bits > 0 ? { targets: new Map(), delegations: undefined } : { targets: tags, delegations: undefined };
  if (signers)
    write('targets', {
      targets: new Map(),
      delegations: delegationsWith(state, 'targets', releasesDelegation(state, signers)),
    });
  const delegations =
    bits > 0
      ? succinctBins(changed, holder, bits)
      : signers || others.length === 0
        ? undefined
        : { keys: standing?.keys ?? new Map<string, PublicKey>(), roles: others };
  write(holder, { ...held, delegations });
  const bins = Map.groupBy(tags, ([name]) => fileFor(changed, holder, name));
  for (const bin of binsBelow(changed.files.get(holder)))
    write(bin, { targets: new Map(bins.get(bin)), delegations: undefined });
  return drafts;
}

/** Bins are signed by whoever signs the file above them. */
function succinctBins(state: CollectionState, holder: RoleName, bits: number): Delegations {
  const { keyIds, threshold, keys } = signersOf(state, holder);
  const succinct: SuccinctRoles = { keyIds, threshold, bitLength: bits, namePrefix: `${holder}/bin` };
  return { keys: new Map(keyIds.flatMap((id) => (keys.has(id) ? [[id, keys.get(id)!]] : []))), roles: [], succinct };
}

/** True for a file that stands already, signed by the same keys, with the same names and delegations. */
function saysTheSame(
  before: CollectionState,
  after: CollectionState,
  role: RoleName,
  { targets, delegations }: Pick<Targets, 'targets' | 'delegations'>,
): boolean {
  const file = before.files.get(role);
  if (!file || !isDelegatedIn(before, role)) return false;
  const signers = (state: CollectionState): string => [...signersOf(state, role).keyIds].sort().join();
  if (signers(before) !== signers(after) || shapeOf(file.delegations) !== shapeOf(delegations)) return false;
  const same = ([name, { hashes }]: [string, TargetFile]): boolean =>
    file.targets.get(name)?.hashes['sha256'] === hashes['sha256'];
  return file.targets.size === targets.size && [...targets].every(same);
}

function isDelegatedIn(state: CollectionState, role: RoleName): boolean {
  try {
    signersOf(state, role);
    return true;
  } catch {
    return false;
  }
}

function shapeOf(delegations: Delegations | undefined): string {
  if (!delegations) return '';
  const { roles, succinct, keys } = delegations;
  return JSON.stringify([[...keys.keys()].sort(), roles, succinct]);
}
