import type { SignatureScheme } from '../../keys/public-key.ts';
import {
  type Envelope,
  invalid,
  isObject,
  itemsOf,
  type JsonObject,
  membersOf,
  readEnvelope,
  stringsOf,
  wholeNumber,
} from '../envelope.ts';
import {
  type Delegations,
  type DelegatedRole,
  type FileMeta,
  type Metadata,
  type RoleKeys,
  type RoleName,
  type Root,
  type SignedFile,
  type Snapshot,
  type TargetFile,
  type Targets,
  type Timestamp,
  type TopLevelRole,
  topLevelRoles,
} from '../metadata.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import { contentHash } from '../content-hash.ts';
import { FileMemory } from '../file-memory.ts';
import type { SchemeOf } from '../signatures.ts';
import { readNotaryKey } from './key.ts';
import { isDelegation, parentOf } from './roles.ts';

const METHODS: Readonly<Record<string, SignatureScheme>> = {
  ecdsa: 'ecdsa-raw',
  rsapss: 'rsa-pss-sha256',
  rsapkcs1v15: 'rsa-pkcs1-sha256',
  eddsa: 'ed25519',
};

export const notaryScheme: SchemeOf = (_key, signature) =>
  Object.hasOwn(METHODS, signature.method ?? '') ? METHODS[signature.method ?? ''] : undefined;

/** Reads the outer form of a Notary v1 file: signatures are base64. */
export function readNotaryEnvelope(raw: Uint8Array): Envelope {
  return readEnvelope(raw, decodeBase64);
}

function decodeBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

const known = new FileMemory();

/** Reads a Notary v1 file as the metadata of a role; what is wrong is told in notary-server's words. */
export function readNotary(role: RoleName, raw: Uint8Array): SignedFile {
  return recallNotary(role, contentHash('sha256', raw)) ?? interpretNotary(role, readNotaryEnvelope(raw));
}

/** A file that was read as this role before, by its hash, if it is still remembered. */
export function recallNotary(role: RoleName, sha256: string): SignedFile | undefined {
  return known.recall(role, sha256);
}

export function interpretNotary(role: RoleName, envelope: Envelope): SignedFile {
  return known.note(role, { ...envelope, signed: interpret(role, envelope.signed) });
}

/** The same for a role known beforehand. */
export function readNotaryAs<T extends Metadata['type']>(
  type: T,
  role: RoleName,
  raw: Uint8Array,
): SignedFile<Extract<Metadata, { type: T }>> {
  const file = readNotary(role, raw);
  if (file.signed.type !== type) throw invalid(`${role} is not ${type} metadata`);
  return file as SignedFile<Extract<Metadata, { type: T }>>;
}

function interpret(role: RoleName, signed: JsonObject): Metadata {
  if (role === 'root') return readRoot(signed);
  if (role === 'snapshot') return readSnapshot(signed);
  if (role === 'timestamp') return readTimestamp(signed);
  return readTargets(role, signed);
}

function common(role: RoleName, type: string, signed: JsonObject): { version: number; expires: number } {
  if (signed['_type'] !== type)
    throw invalid(`${role} type metadata invalid: expected type ${type}, not ${String(signed['_type'])}`);
  const version = signed['version'];
  if (typeof version === 'number' && version < 1)
    throw invalid(`${role} type metadata invalid: version cannot be less than one`);
  return { version: wholeNumber(version, 1, 'version'), expires: readTime(signed['expires']) };
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** An RFC 3339 time with up to nine digits of a second; milliseconds, cut off below. */
export function readTime(value: unknown): number {
  const match = typeof value === 'string' ? RFC3339.exec(value) : null;
  const at = match ? Date.parse(`${match[1]}${(match[2] ?? '').slice(0, 4)}${match[3]}`) : Number.NaN;
  if (Number.isNaN(at)) throw invalid('the expiry is not a time');
  return at;
}

function readRoot(signed: JsonObject): Root {
  const { version, expires } = common('root', 'Root', signed);
  const keys = readKeys(signed['keys']);
  const listed = isObject(signed['roles']) ? signed['roles'] : {};
  const roles: Partial<Record<TopLevelRole, RoleKeys>> = {};
  for (const role of topLevelRoles) {
    const spec = listed[role];
    if (!isObject(spec)) throw invalid(`root type metadata invalid: missing ${role} role specification`);
    roles[role] = roleKeys('root', role, spec, keys);
  }
  return {
    type: 'root',
    version,
    expires,
    consistentSnapshot: signed['consistent_snapshot'] === true,
    keys,
    roles: roles as Record<TopLevelRole, RoleKeys>,
  };
}

function roleKeys(
  file: string,
  role: RoleName,
  spec: JsonObject,
  keys: ReadonlyMap<string, PublicKey>,
): { keyIds: string[]; threshold: number } {
  const prefix = `${file === 'root' ? 'root' : 'targets'} type metadata invalid`;
  const threshold = spec['threshold'];
  if (typeof threshold !== 'number' || !Number.isSafeInteger(threshold) || threshold < 1)
    throw invalid(`${prefix}: invalid threshold specified for ${role}: ${JSON.stringify(threshold)} `);
  const keyIds = stringsOf(spec['keyids'], `the key ids of ${role}`);
  for (const id of keyIds)
    if (!keys.has(id)) throw invalid(`${prefix}: key ID ${id} specified in ${role} without corresponding key`);
  return { keyIds, threshold };
}

function readKeys(value: unknown): Map<string, PublicKey> {
  const keys = new Map<string, PublicKey>();
  for (const [id, each] of membersOf(value, 'keys')) {
    const key = readNotaryKey(each);
    if (key.id !== id) throw invalid(`the key ${id.slice(0, 64)} does not have that id`);
    keys.set(id, key);
  }
  return keys;
}

function readTargets(role: RoleName, signed: JsonObject): Targets {
  const { version, expires } = common(role === 'targets' ? role : 'targets', 'Targets', signed);
  const targets = new Map<string, TargetFile>();
  for (const [path, each] of membersOf(signed['targets'], 'targets')) {
    const { length, hashes } = readMeta(each);
    if (length === undefined || hashes === undefined) throw invalid(`the target ${path} has no length or hashes`);
    const custom = isObject(each) ? each['custom'] : undefined;
    targets.set(path, { length, hashes, ...(custom !== undefined && custom !== null && { custom }) });
  }
  return { type: 'targets', version, expires, targets, delegations: readDelegations(role, signed['delegations']) };
}

function readDelegations(parent: RoleName, value: unknown): Delegations | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalid('delegations is not an object');
  const keys = readKeys(value['keys']);
  const roles = itemsOf(value['roles'], 'the delegated roles').map((each): DelegatedRole => {
    if (!isObject(each) || typeof each['name'] !== 'string') throw invalid('a delegated role has no name');
    const name = each['name'];
    if (!isDelegation(name) || parentOf(name) !== parent)
      throw invalid(`targets type metadata invalid: delegation role ${name} invalid`);
    return {
      name,
      ...roleKeys('targets', name, each, keys),
      terminating: false,
      matches: { kind: 'prefixes', prefixes: stringsOf(each['paths'], `the paths of ${name}`) },
    };
  });
  return { keys, roles };
}

function readMeta(value: unknown): FileMeta {
  if (!isObject(value)) throw invalid('an entry is not an object');
  const hashes: Record<string, string> = {};
  for (const [algorithm, text] of membersOf(value['hashes'], 'hashes')) {
    const bytes = typeof text === 'string' ? decodeBase64(text) : undefined;
    if (!bytes) throw invalid(`the hash ${algorithm} cannot be decoded`);
    hashes[algorithm] = bytes.toString('hex');
  }
  return { length: wholeNumber(value['length'], 0, 'length'), hashes };
}

function readSnapshot(signed: JsonObject): Snapshot {
  const { version, expires } = common('snapshot', 'Snapshot', signed);
  const meta = new Map(membersOf(signed['meta'], 'meta').map(([role, each]) => [role, readMeta(each)]));
  for (const role of ['root', 'targets']) {
    if (!meta.has(role)) throw invalid(`snapshot type metadata invalid: missing ${role} sha256 checksum information`);
    if (!meta.get(role)?.hashes?.['sha256'])
      throw invalid(`snapshot type metadata invalid: missing ${role} sha256 checksum information`);
  }
  return { type: 'snapshot', version, expires, meta };
}

function readTimestamp(signed: JsonObject): Timestamp {
  const { version, expires } = common('timestamp', 'Timestamp', signed);
  const meta = isObject(signed['meta']) ? signed['meta']['snapshot'] : undefined;
  if (meta === undefined)
    throw invalid('timestamp type metadata invalid: missing snapshot sha256 checksum information');
  const snapshot = readMeta(meta);
  if (!snapshot.hashes?.['sha256'])
    throw invalid('timestamp type metadata invalid: missing snapshot sha256 checksum information');
  return { type: 'timestamp', version, expires, snapshot };
}
