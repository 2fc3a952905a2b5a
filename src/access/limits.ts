import { organisationOf, type RepositoryName } from '../oci/names.ts';
import type { Action } from './roles.ts';

/** One line of what a token may be used for: a repository, or an organisation with all its repositories. */
export interface TokenLimit {
  readonly on: { readonly repository: RepositoryName } | { readonly organisation: string };
  readonly actions: readonly Action[];
}

/** What a token may be used for at most; the account's rights decide the rest. */
export type TokenLimits = readonly TokenLimit[];

/** True when one of the lines covers the action there. */
export function covers(limits: TokenLimits, name: RepositoryName, action: Action): boolean {
  return limits.some(
    ({ on, actions }) =>
      actions.includes(action) &&
      ('repository' in on ? on.repository === name : on.organisation === organisationOf(name)),
  );
}

/** The names that the lines for this action speak of. */
export function limitedTo(
  limits: TokenLimits,
  action: Action,
): { readonly repositories: readonly RepositoryName[]; readonly organisations: readonly string[] } {
  const lines = limits.filter((each) => each.actions.includes(action)).map((each) => each.on);
  return {
    repositories: lines.flatMap((on) => ('repository' in on ? [on.repository] : [])),
    organisations: lines.flatMap((on) => ('organisation' in on ? [on.organisation] : [])),
  };
}
