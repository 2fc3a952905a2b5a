import type { RoleName, TargetFile, Targets } from '../metadata.ts';
import type { Draft } from './draft.ts';
import { RELEASES } from './delegate.ts';
import { type CollectionState, draftTargets, nextTargets } from './state.ts';

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
  const releases = state.files.get('targets')?.delegations?.roles.some((each) => each.name === RELEASES) ?? false;
  if (state.dialect === 'tuf-1.0') return isReleaseRole(role) ? [releases ? RELEASES : 'targets'] : [role];
  return role === 'targets' || role === RELEASES || !releases || !isReleaseRole(role) ? [role] : [role, RELEASES];
}

/** A signer of docker's kind: directly below targets, trusted for every name. */
function isReleaseRole(role: RoleName): boolean {
  return role === 'targets' || /^targets\/[^/]+$/.test(role);
}

/** Adds or replaces targets in the files of these roles. */
export function draftSignature(
  state: CollectionState,
  roles: readonly RoleName[],
  targets: readonly NamedTarget[],
  now: number,
): Draft[] {
  return filesOf(state, roles).map((each) => {
    const next = nextTargets(state, each, now);
    const files = new Map(next.targets);
    for (const { name, file } of targets) files.set(name, file);
    return draftTargets(state, each, { ...next, targets: files });
  });
}

/** Takes names out of the files of these roles, or all of them; files without any of them stay as they are. */
export function draftRevocation(
  state: CollectionState,
  roles: readonly RoleName[],
  names: readonly string[] | 'all',
  now: number,
): Draft[] {
  const touched = filesOf(state, roles).filter((each) => {
    const files = state.files.get(each)?.targets;
    return files && (names === 'all' ? files.size > 0 : names.some((name) => files.has(name)));
  });
  return touched.map((each) => {
    const next = nextTargets(state, each, now);
    return draftTargets(state, each, { ...next, targets: without(next, names) });
  });
}

function filesOf(state: CollectionState, roles: readonly RoleName[]): RoleName[] {
  return [...new Set(roles.flatMap((role) => rolesForTag(state, role)))];
}

function without({ targets }: Targets, names: readonly string[] | 'all'): Map<string, TargetFile> {
  if (names === 'all') return new Map();
  const gone = new Set(names);
  return new Map([...targets].filter(([name]) => !gone.has(name)));
}
