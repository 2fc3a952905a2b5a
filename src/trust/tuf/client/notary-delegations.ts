import { AssayError, isAssayError } from '../../../lib/error.ts';
import type { DelegatedRole, Delegations, RoleName, SignedFile, Targets } from '../metadata.ts';
import type { Chain } from './chain.ts';
import { covers } from './delegation-match.ts';
import { MAX_VISITED_ROLES } from './limits.ts';
import type { Workflow } from './step.ts';
import { updateTargets } from './update-chain.ts';

/** A delegated file that verified, with the chain of delegations that leads to it. */
export interface Delegation {
  readonly file: SignedFile<Targets>;
  /** From the one that `targets` makes down to its own. */
  readonly chain: readonly DelegatedRole[];
}

/** True when every delegation on the way is trusted for the path. */
export function allows({ chain }: Delegation, path: string): boolean {
  return chain.every((each) => covers(each, path));
}

interface Waiting {
  readonly delegations: Delegations;
  readonly chain: readonly DelegatedRole[];
}

/**
 * Reads delegations level by level, each verified against the file above it. One whose signatures or expiry fail is set
 * aside with a warning, as the real clients do; anything else that is wrong is an attack on the repository and thrown.
 */
export function* loadDelegations(
  collection: Chain,
  wanted: 'all' | readonly RoleName[],
): Workflow<{ delegations: Map<RoleName, Delegation>; broken: Map<RoleName, AssayError> }> {
  const delegations = new Map<RoleName, Delegation>();
  const broken = new Map<RoleName, AssayError>();
  const top = collection.targets.signed.delegations;
  const waiting: Waiting[] = top ? [{ delegations: top, chain: [] }] : [];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const role of next.delegations.roles) {
      if (!isWanted(role.name, wanted) || !collection.snapshot.signed.meta.has(role.name)) continue;
      if (delegations.size + broken.size >= MAX_VISITED_ROLES)
        throw new AssayError('trust-endless-data', `more than ${MAX_VISITED_ROLES} delegations`);
      const chain = [...next.chain, role];
      const by = { name: role.name, keys: next.delegations.keys, role };
      try {
        const file = yield* updateTargets(collection, collection.root.signed, collection.snapshot, role.name, by);
        delegations.set(role.name, { file, chain });
        if (file.signed.delegations) waiting.push({ delegations: file.signed.delegations, chain });
      } catch (error) {
        if (!isAssayError(error, 'trust-threshold', 'trust-expired')) throw error;
        broken.set(role.name, error);
        yield { kind: 'warn', text: `${role.name} is left out: ${error.message}` };
      }
    }
  }
  return { delegations, broken };
}

/** A role is wanted itself, or because a wanted one is below it. */
function isWanted(name: RoleName, wanted: 'all' | readonly RoleName[]): boolean {
  return wanted === 'all' || wanted.some((each) => each === name || each.startsWith(`${name}/`));
}
