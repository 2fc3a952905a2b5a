import type { RoleName, TargetFile, Targets } from '../metadata.ts';
import type { Draft } from './draft.ts';
import { parentOf } from '../notary/roles.ts';
import { RELEASES } from './delegations.ts';
import { type CollectionState, draftTargets, nextTargets } from './state.ts';
import { binsBelow, fileFor } from './tag-layout.ts';

export interface NamedTarget {
  readonly name: string;
  readonly file: TargetFile;
}

/**
 * The files that a signature goes into. Docker reads `targets/releases` before `targets`, and shows a signer by the role
 * of its own that holds the tag too. The TUF 1.x repository has the tags in one place: in `targets` until somebody is
 * delegated to, in `targets/releases` from then on.
 */
export function rolesForTag(state: CollectionState, role: RoleName): RoleName[] {
  const delegated = state.files.get('targets')?.delegations?.roles ?? [];
  const releases = delegated.some((each) => each.name === RELEASES);
  const own = delegated.find((each) => each.name === role);
  if (state.dialect === 'tuf-1.0') {
    const limited = parentOf(role) !== 'targets' || own !== undefined;
    return role === 'targets' || !limited ? [releases ? RELEASES : 'targets'] : [role];
  }
  // A signer of docker's kind stands directly below targets and is trusted for every name.
  const signer = own?.matches.kind === 'prefixes' && own.matches.prefixes.includes('');
  return signer && releases && role !== RELEASES ? [role, RELEASES] : [role];
}

/** Adds or replaces targets in the files of these roles. */
export function draftSignature(
  state: CollectionState,
  roles: readonly RoleName[],
  targets: readonly NamedTarget[],
  now: number,
): Draft[] {
  const holders = holdersOf(state, roles);
  const placed = targets.flatMap((target) =>
    holders.map((role) => ({ role: fileFor(state, role, target.name), target })),
  );
  return [...Map.groupBy(placed, ({ role }) => role)].map(([role, some]) => {
    const next = nextTargets(state, role, now);
    const files = new Map(next.targets);
    for (const { target } of some) files.set(target.name, target.file);
    return draftTargets(state, role, { ...next, targets: files });
  });
}

/** Takes names out of the files of these roles, or all of them; files without any of them stay as they are. */
export function draftRevocation(
  state: CollectionState,
  roles: readonly RoleName[],
  names: readonly string[] | 'all',
  now: number,
): Draft[] {
  const files = holdersOf(state, roles).flatMap((role) => [role, ...binsBelow(state.files.get(role))]);
  const touched = files.filter((each) => {
    const held = state.files.get(each)?.targets;
    return held && (names === 'all' ? held.size > 0 : names.some((name) => held.has(name)));
  });
  return touched.map((each) => {
    const next = nextTargets(state, each, now);
    return draftTargets(state, each, { ...next, targets: without(next, names) });
  });
}

function holdersOf(state: CollectionState, roles: readonly RoleName[]): RoleName[] {
  return [...new Set(roles.flatMap((role) => rolesForTag(state, role)))];
}

function without({ targets }: Targets, names: readonly string[] | 'all'): Map<string, TargetFile> {
  if (names === 'all') return new Map();
  const gone = new Set(names);
  return new Map([...targets].filter(([name]) => !gone.has(name)));
}
