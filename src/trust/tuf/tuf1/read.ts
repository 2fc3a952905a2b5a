import type { PublicKey } from '../../keys/public-key.ts';
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
  type DelegatedRole,
  type Delegations,
  type FileMeta,
  type Metadata,
  type MetadataOf,
  type RoleKeys,
  type RoleName,
  type Root,
  type SignedFile,
  type Snapshot,
  type SuccinctRoles,
  type TargetFile,
  type Targets,
  type Timestamp,
  type TopLevelRole,
  topLevelRoles,
} from '../metadata.ts';
import { contentHash } from '../content-hash.ts';
import { FileMemory } from '../file-memory.ts';
import type { SchemeOf } from '../signatures.ts';
import { readTuf1Key } from './key.ts';

/** In TUF 1.x the key says how its signatures are made. */
export const tuf1Scheme: SchemeOf = (key) => key.scheme;

/** Reads a metadata file of TUF 1.x (specification 1.0.34 section 4); throws `trust-metadata-invalid`. */
export function readTuf1<T extends Metadata['type']>(type: T, raw: Uint8Array): SignedFile<MetadataOf<T>> {
  const before = recallTuf1(type, contentHash('sha256', raw));
  return before ? as(type, before) : interpretTuf1(type, readTuf1Envelope(raw));
}

/** A file that was read as this type before, by its hash, if it is still remembered. */
export function recallTuf1(type: Metadata['type'], sha256: string): SignedFile | undefined {
  return known.recall(type, sha256);
}

const known = new FileMemory();

function as<T extends Metadata['type']>(type: T, file: SignedFile): SignedFile<MetadataOf<T>> {
  if (file.signed.type !== type) throw invalid(`this is not ${type} metadata`);
  return file as SignedFile<MetadataOf<T>>;
}

/** The outer form alone. A file that one key has signed twice is refused whole. */
export function readTuf1Envelope(raw: Uint8Array): Envelope {
  const envelope = readEnvelope(raw, decodeHex);
  const ids = envelope.signatures.map((each) => each.keyId);
  if (new Set(ids).size < ids.length) throw invalid('one key has signed twice');
  return envelope;
}

export function interpretTuf1<T extends Metadata['type']>(type: T, envelope: Envelope): SignedFile<MetadataOf<T>> {
  const { signed } = envelope;
  if (signed['_type'] !== type) throw invalid(`expected ${type} metadata, not ${String(signed['_type']).slice(0, 40)}`);
  if (typeof signed['spec_version'] !== 'string' || !/^1\.\d+(?:\.\d+)?$/.test(signed['spec_version']))
    throw invalid('the metadata is not of TUF specification 1.x');
  const common = { version: wholeNumber(signed['version'], 1, 'version'), expires: readExpiry(signed['expires']) };
  const file = { ...envelope, signed: readers[type](signed, common) as MetadataOf<T> };
  known.note(type, file);
  return file;
}

interface Common {
  readonly version: number;
  readonly expires: number;
}

const readers: Readonly<Record<Metadata['type'], (signed: JsonObject, common: Common) => Metadata>> = {
  root: readRoot,
  timestamp: readTimestamp,
  snapshot: readSnapshot,
  targets: readTargets,
};

/** A signature that cannot be read is one that does not count; the rest may still meet the threshold. */
function decodeHex(text: string): Uint8Array {
  return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : new Uint8Array();
}

function readExpiry(value: unknown): number {
  const at =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw invalid('the expiry is not a time of the form 2030-01-31T00:00:00Z');
  return at;
}

function readKeys(value: unknown): Map<string, PublicKey> {
  return new Map(membersOf(value, 'keys').map(([id, each]) => [id, readTuf1Key(id, each)]));
}

function readRoot(signed: JsonObject, common: Common): Root {
  const listed = isObject(signed['roles']) ? signed['roles'] : {};
  const keys = readKeys(signed['keys']);
  const roles: Partial<Record<TopLevelRole, RoleKeys>> = {};
  for (const role of topLevelRoles) roles[role] = readRoleKeys(role, listed[role], keys);
  return {
    ...common,
    type: 'root',
    consistentSnapshot: signed['consistent_snapshot'] === true,
    keys,
    roles: roles as Record<TopLevelRole, RoleKeys>,
  };
}

function readRoleKeys(role: RoleName, value: unknown, keys: ReadonlyMap<string, PublicKey>): RoleKeys {
  if (!isObject(value)) throw invalid(`the role ${role} is missing`);
  const keyIds = stringsOf(value['keyids'], `the key ids of ${role}`);
  if (new Set(keyIds).size < keyIds.length) throw invalid(`the role ${role} lists a key twice`);
  for (const id of keyIds) if (!keys.has(id)) throw invalid(`the role ${role} lists a key that is not given`);
  return { keyIds, threshold: wholeNumber(value['threshold'], 1, `the threshold of ${role}`) };
}

function readFileMeta(name: string, value: unknown): FileMeta {
  if (!isObject(value)) throw invalid(`the entry of ${name} is not an object`);
  const hashes = value['hashes'] === undefined ? undefined : readHashes(value['hashes'], name);
  return {
    version: wholeNumber(value['version'], 1, `the version of ${name}`),
    ...(value['length'] !== undefined && { length: wholeNumber(value['length'], 0, `the length of ${name}`) }),
    ...(hashes && { hashes }),
  };
}

function readHashes(value: unknown, name: string): Record<string, string> {
  if (!isObject(value)) throw invalid(`the hashes of ${name} are not an object`);
  const hashes: Record<string, string> = {};
  let some = false;
  for (const algorithm of Object.keys(value)) {
    const text = value[algorithm];
    if (typeof text !== 'string') throw invalid(`a hash of ${name} is not text`);
    if (algorithm !== '__proto__') hashes[algorithm] = text.toLowerCase();
    some = true;
  }
  if (!some) throw invalid(`${name} has no hashes`);
  return hashes;
}

function readTimestamp(signed: JsonObject, common: Common): Timestamp {
  const meta = isObject(signed['meta']) ? signed['meta']['snapshot.json'] : undefined;
  return { ...common, type: 'timestamp', snapshot: readFileMeta('snapshot.json', meta) };
}

function readSnapshot(signed: JsonObject, common: Common): Snapshot {
  const meta = new Map<RoleName, FileMeta>();
  for (const [file, each] of membersOf(signed['meta'], 'meta'))
    if (file.endsWith('.json')) meta.set(file.slice(0, -'.json'.length), readFileMeta(file, each));
  return { ...common, type: 'snapshot', meta };
}

function readTargets(signed: JsonObject, common: Common): Targets {
  const targets = new Map<string, TargetFile>();
  for (const [path, each] of membersOf(signed['targets'], 'targets')) {
    if (!isObject(each)) throw invalid('a target is not an object');
    targets.set(path, {
      length: wholeNumber(each['length'], 0, 'the length of a target'),
      hashes: readHashes(each['hashes'], 'a target'),
      ...(each['custom'] !== undefined && { custom: each['custom'] }),
    });
  }
  return { ...common, type: 'targets', targets, delegations: readDelegations(signed['delegations']) };
}

function readDelegations(value: unknown): Delegations | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw invalid('delegations is not an object');
  const keys = readKeys(value['keys']);
  if (value['succinct_roles'] !== undefined) {
    if (value['roles'] !== undefined) throw invalid('delegations has both roles and succinct roles');
    return { keys, roles: [], succinct: readSuccinct(value['succinct_roles'], keys) };
  }
  const roles = itemsOf(value['roles'], 'the delegated roles').map((each) => readDelegatedRole(each, keys));
  const names = new Set(roles.map((each) => each.name));
  if (names.size < roles.length) throw invalid('a role is delegated twice');
  return { keys, roles };
}

function readDelegatedRole(value: unknown, keys: ReadonlyMap<string, PublicKey>): DelegatedRole {
  if (!isObject(value) || typeof value['name'] !== 'string' || value['name'] === '')
    throw invalid('a delegated role has no name');
  const { name, paths, path_hash_prefixes: prefixes } = value;
  if ((topLevelRoles as readonly string[]).includes(name)) throw invalid(`${name} cannot be delegated`);
  if ((paths === undefined) === (prefixes === undefined))
    throw invalid(`the delegated role ${name} has not exactly one of paths and path hash prefixes`);
  return {
    name,
    ...readRoleKeys(name, value, keys),
    terminating: value['terminating'] === true,
    matches:
      paths === undefined
        ? { kind: 'hash-prefixes', prefixes: stringsOf(prefixes, `the hash prefixes of ${name}`) }
        : { kind: 'patterns', patterns: stringsOf(paths, `the paths of ${name}`) },
  };
}

/** TAP 15: bins named `<name_prefix>-<bin in hex>`. */
function readSuccinct(value: unknown, keys: ReadonlyMap<string, PublicKey>): SuccinctRoles {
  if (!isObject(value) || typeof value['name_prefix'] !== 'string') throw invalid('the succinct roles have no prefix');
  const bitLength = wholeNumber(value['bit_length'], 1, 'bit_length');
  if (bitLength > 32) throw invalid('bit_length is over 32');
  return { ...readRoleKeys(value['name_prefix'], value, keys), bitLength, namePrefix: value['name_prefix'] };
}
