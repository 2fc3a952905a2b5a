import type { PublicKey } from '../../keys/public-key.ts';
import { invalid } from '../envelope.ts';
import {
  type DelegatedRole,
  type Delegations,
  type Root,
  type TargetFile,
  type Targets,
  topLevelRoles,
} from '../metadata.ts';
import { tuf1Key, type Tuf1Key } from './key.ts';
import { SPEC_VERSION, tuf1Time } from './write.ts';

/** The signed part of a root of TUF 1.x (specification 1.0.34 section 4.3). */
export function renderTuf1Root(root: Root): unknown {
  return {
    _type: 'root',
    spec_version: SPEC_VERSION,
    consistent_snapshot: root.consistentSnapshot,
    version: root.version,
    expires: tuf1Time(root.expires),
    keys: renderKeys(root.keys),
    roles: Object.fromEntries(
      topLevelRoles.map((role) => {
        const { keyIds, threshold } = root.roles[role];
        return [role, { keyids: keyIds, threshold }];
      }),
    ),
  };
}

/** The signed part of a targets file, top-level or delegated (section 4.5). */
export function renderTuf1Targets(targets: Targets): unknown {
  return {
    _type: 'targets',
    spec_version: SPEC_VERSION,
    version: targets.version,
    expires: tuf1Time(targets.expires),
    targets: Object.fromEntries([...targets.targets].map(([path, file]) => [path, renderFile(file)])),
    ...(targets.delegations && { delegations: renderDelegations(targets.delegations) }),
  };
}

function renderKeys(keys: ReadonlyMap<string, PublicKey>): Record<string, Tuf1Key> {
  return Object.fromEntries(
    [...keys].map(([id, key]) => {
      if (!key.key) throw invalid(`the key ${id} is of a kind that is not known here and cannot be carried over`);
      return [id, tuf1Key(key.key)];
    }),
  );
}

function renderDelegations({ keys, roles, succinct }: Delegations): unknown {
  if (!succinct) return { keys: renderKeys(keys), roles: roles.map(renderRole) };
  const { keyIds, threshold, bitLength, namePrefix } = succinct;
  return {
    keys: renderKeys(keys),
    succinct_roles: { keyids: keyIds, threshold, bit_length: bitLength, name_prefix: namePrefix },
  };
}

function renderRole({ name, keyIds, threshold, terminating, matches }: DelegatedRole): unknown {
  if (matches.kind === 'prefixes') throw invalid(`TUF 1.x delegates by path patterns; ${name} has prefixes`);
  return {
    name,
    keyids: keyIds,
    threshold,
    terminating,
    ...(matches.kind === 'patterns' ? { paths: matches.patterns } : { path_hash_prefixes: matches.prefixes }),
  };
}

function renderFile({ length, hashes, custom }: TargetFile): unknown {
  return { length, hashes, ...(custom !== undefined && { custom }) };
}
