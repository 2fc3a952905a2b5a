import { AssayError } from '../../../lib/error.ts';
import type { RoleName, TargetFile } from '../metadata.ts';
import { type Chain, rootAsDelegator } from './chain.ts';
import { type Covering, coveringRoles } from './delegation-match.ts';
import { MAX_VISITED_ROLES } from './limits.ts';
import type { Workflow } from './step.ts';
import { updateTargets } from './update-chain.ts';

/** What a repository says about a target path, and which role says so. */
export interface FoundTarget {
  readonly path: string;
  readonly file: TargetFile;
  readonly role: RoleName;
}

/**
 * Section 5.6.7 of TUF specification 1.0.34: pre-order depth-first search. A role is looked at once in a search, always
 * verified against the role that led to it; a file that fails ends the search. Undefined when nobody names the path.
 */
export function* findTarget(chain: Chain, path: string): Workflow<FoundTarget | undefined> {
  const root = chain.root.signed;
  const visited = new Set<RoleName>();
  let waiting: Covering[] = [{ ...rootAsDelegator(root, 'targets'), delegated: 'targets', terminating: false }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (visited.has(next.delegated)) continue;
    if (visited.size >= MAX_VISITED_ROLES)
      throw new AssayError(
        'trust-endless-data',
        `more than ${MAX_VISITED_ROLES} delegations cover ${JSON.stringify(path.slice(0, 200))}`,
      );
    visited.add(next.delegated);
    const role = next.delegated;
    const { signed } = yield* updateTargets(chain, root, chain.snapshot, role, next);
    const file = signed.targets.get(path);
    if (file) return { path, file, role };
    const children = coveringRoles(role, signed.delegations, path);
    const last = children.findIndex((each) => each.terminating);
    // 5.6.7.2.1: after a terminating delegation nothing else is searched, neither here nor above.
    if (last >= 0) waiting = [];
    waiting.push(...(last >= 0 ? children.slice(0, last + 1) : children).reverse());
  }
  return undefined;
}
