import { invalid } from '../envelope.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import { type DelegatedRole, type Root, type TargetFile, type Targets, topLevelRoles } from '../metadata.ts';
import { notaryCertificateKey, notaryKey, type NotaryKey } from './key.ts';
import { notaryTime } from './write.ts';

/** The signed part of a root in Notary's form; what nobody refers to any more is left out. */
export function renderNotaryRoot(root: Root): unknown {
  return {
    _type: 'Root',
    consistent_snapshot: root.consistentSnapshot,
    expires: notaryTime(root.expires),
    keys: renderKeys(root.keys),
    roles: Object.fromEntries(
      topLevelRoles.map((role) => {
        const { keyIds, threshold } = root.roles[role];
        return [role, { keyids: keyIds, threshold }];
      }),
    ),
    version: root.version,
  };
}

/** The signed part of a targets or delegation file in Notary's form. */
export function renderNotaryTargets(targets: Targets): unknown {
  return {
    _type: 'Targets',
    delegations: {
      keys: renderKeys(targets.delegations?.keys ?? new Map()),
      roles: (targets.delegations?.roles ?? []).map(renderRole),
    },
    expires: notaryTime(targets.expires),
    targets: Object.fromEntries([...targets.targets].map(([path, file]) => [path, renderFile(file)])),
    version: targets.version,
  };
}

export function renderNotaryKey(key: PublicKey): NotaryKey {
  if (key.certificates !== undefined) return notaryCertificateKey(key.certificates);
  if (!key.key) throw invalid(`the key ${key.id} is of a kind that is not known here and cannot be carried over`);
  return notaryKey(key.key);
}

function renderKeys(keys: ReadonlyMap<string, PublicKey>): Record<string, NotaryKey> {
  return Object.fromEntries([...keys].map(([id, key]) => [id, renderNotaryKey(key)]));
}

function renderRole({ name, keyIds, threshold, matches }: DelegatedRole): unknown {
  if (matches.kind !== 'prefixes') throw invalid(`Notary delegates by path prefixes; ${name} has others`);
  return { keyids: keyIds, name, paths: matches.prefixes, threshold };
}

function renderFile({ length, hashes, custom }: TargetFile): unknown {
  const encoded = Object.fromEntries(
    Object.entries(hashes).map(([algorithm, hex]) => [algorithm, Buffer.from(hex, 'hex').toString('base64')]),
  );
  return { ...(custom !== undefined && { custom }), hashes: encoded, length };
}
