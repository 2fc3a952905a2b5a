import type { RepositoryName } from '../oci/names.ts';
import { covers, type TokenLimits } from './limits.ts';
import type { Action } from './roles.ts';
import type { TokenScope } from './scope.ts';

/** Where a request came from, as the audit keeps it. */
export interface RequestOrigin {
  readonly address: string;
  readonly requestId: string;
  /** What stood for the account: `password`, `session`, `token <id>`, `directory` … */
  readonly by: string;
}

/**
 * Who asks. Every Records method that returns or counts repository data takes one and joins on it, so that a list can
 * not show what its reader may not see. `system` is for the server's own work and says why.
 */
export type Viewer =
  | { readonly kind: 'system'; readonly reason: string }
  | {
      readonly kind: 'account';
      readonly accountId: string;
      readonly name: string;
      readonly administrator: boolean;
      readonly scope?: TokenScope;
      /** What the account's own token may be used for at most; unlike a scope it is never set aside. */
      readonly limits?: TokenLimits;
      readonly origin?: RequestOrigin;
    }
  | { readonly kind: 'anonymous'; readonly scope?: TokenScope; readonly origin?: RequestOrigin };

export function systemViewer(reason: string): Viewer {
  return { kind: 'system', reason };
}

export const anonymous: Viewer = { kind: 'anonymous' };

/** The id that owns uploads, leases and tokens of this viewer. */
export function principalOf(viewer: Viewer): string {
  return viewer.kind === 'account' ? viewer.accountId : viewer.kind;
}

/** The name that histories and audit entries show. */
export function nameOf(viewer: Viewer): string {
  return viewer.kind === 'account' ? viewer.name : viewer.kind;
}

/** True for the name of a robot, which is its organisation's with `+` and its own; no person's name has a `+`. */
export function isRobotName(name: string): boolean {
  return name.includes('+');
}

/** True unless the viewer came with a token that does not cover this action on this repository. */
export function inScope(viewer: Viewer, name: RepositoryName, action: Action): boolean {
  if (viewer.kind === 'system') return true;
  return viewer.scope?.repositories.get(name)?.has(action) ?? viewer.scope === undefined;
}

/** True when neither the scope of a client's token nor the limits of the account's own stand against it. */
export function leaves(viewer: Viewer, name: RepositoryName, action: Action): boolean {
  if (viewer.kind === 'account' && viewer.limits && !covers(viewer.limits, name, action)) return false;
  return inScope(viewer, name, action);
}

/** True for an administrator who came with nothing that narrows the account. */
export function isAdministrator(viewer: Viewer): boolean {
  return viewer.kind === 'account' && viewer.administrator && !viewer.scope && !viewer.limits;
}

/** The same viewer with every right of its account: a token's scope says what a client asked for, not who it is. */
export function withoutScope(viewer: Viewer): Viewer {
  if (viewer.kind === 'system' || !viewer.scope) return viewer;
  const { scope: _scope, ...rest } = viewer;
  return rest;
}
