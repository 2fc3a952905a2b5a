import { type RepositoryName, parseRepositoryName } from '../oci/names.ts';
import type { Action } from './roles.ts';

/** One entry of a token's `access` claim, as the docker registry token protocol has it. */
export interface AccessEntry {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const MAX_SCOPES = 64;

/**
 * Reads the `scope` parameters of a token request: `type:name:action,action`, several divided by spaces. The type is
 * cut from the left and the actions from the right, since a name may hold one `:` (host and port). Unreadable entries
 * are left out: a wider or odder scope than allowed is no error in this protocol.
 */
export function parseScopes(parameters: readonly string[]): AccessEntry[] {
  const entries: AccessEntry[] = [];
  for (const text of parameters.flatMap((each) => each.split(/\s+/)).slice(0, MAX_SCOPES)) {
    const first = text.indexOf(':');
    const last = text.lastIndexOf(':');
    if (first <= 0 || last <= first + 1) continue;
    const type = text.slice(0, first).replace(/\(plugin\)$/, '');
    const actions = [
      ...new Set(
        text
          .slice(last + 1)
          .split(',')
          .filter(Boolean),
      ),
    ].slice(0, 8);
    entries.push({ type, name: text.slice(first + 1, last), actions });
  }
  return entries;
}

/** What a bearer token narrows its holder to; tokens only ever take rights away. */
export interface TokenScope {
  readonly repositories: ReadonlyMap<RepositoryName, ReadonlySet<Action>>;
  /** Collections of content trust that are named with host and port (their GUN), which is no repository's name. */
  readonly collections: ReadonlyMap<string, ReadonlySet<Action>>;
  readonly catalogue: boolean;
}

/** The scope that an `access` claim of ours spells. */
export function scopeOf(access: readonly AccessEntry[]): TokenScope {
  const repositories = new Map<RepositoryName, Set<Action>>();
  const collections = new Map<string, Set<Action>>();
  let catalogue = false;
  for (const entry of access) {
    if (entry.type === 'registry' && entry.name === 'catalog') catalogue = true;
    if (entry.type !== 'repository') continue;
    const name = repositoryNameOrNone(entry.name);
    const actions = (name ? repositories.get(name) : collections.get(entry.name)) ?? new Set<Action>();
    for (const action of entry.actions) for (const each of actionsOf(action)) actions.add(each);
    if (name) repositories.set(name, actions);
    collections.set(entry.name, actions);
  }
  return { repositories, collections, catalogue };
}

/**
 * The actions that an action word of the token protocol covers. Clients that sign ask for `push` (notary, docker trust),
 * so a signer's token carries the word and covers signing alone: each request looks at the right it needs.
 */
export function actionsOf(text: string): readonly Action[] {
  if (text === '*') return ['pull', 'push', 'delete', 'sign', 'inspect'];
  if (text === 'push') return ['push', 'sign'];
  // Clients have no word for reading what a policy holds back; the role and the purpose decide about that.
  if (text === 'pull') return ['pull', 'inspect'];
  return text === 'delete' || text === 'sign' ? [text] : [];
}

export function repositoryNameOrNone(text: string): RepositoryName | undefined {
  try {
    return parseRepositoryName(text);
  } catch {
    return undefined;
  }
}
