import { createHash } from 'node:crypto';
import type { Signer } from '../../src/trust/keys/signer.ts';
import { type Tuf1Key, tuf1Key, tuf1KeyId } from '../../src/trust/tuf/tuf1/key.ts';
import { SPEC_VERSION, tuf1Time, writeTuf1 } from '../../src/trust/tuf/tuf1/write.ts';
import { newSigner } from './keys.ts';

/** The signed part of each file as JSON; tests change it as they like before they publish. */
interface Document {
  _type: string;
  spec_version: string;
  version: number;
  expires: string;
  [more: string]: unknown;
}

interface RoleDocument {
  keyids: string[];
  threshold: number;
}

interface MetaDocument {
  version: number;
  length?: number;
  hashes?: Record<string, string>;
}

export interface RootDocument extends Document {
  consistent_snapshot: boolean;
  keys: Record<string, Tuf1Key>;
  roles: Record<string, RoleDocument>;
}

export interface ListDocument extends Document {
  meta: Record<string, MetaDocument>;
}

export interface DelegationDocument extends RoleDocument {
  name: string;
  terminating: boolean;
  paths?: string[];
  path_hash_prefixes?: string[];
}

export interface TargetsDocument extends Document {
  targets: Record<string, { length: number; hashes: Record<string, string>; custom?: unknown }>;
  delegations?: {
    keys: Record<string, Tuf1Key>;
    roles?: DelegationDocument[];
    succinct_roles?: RoleDocument & { bit_length: number; name_prefix: string };
  };
}

const TOP = ['root', 'timestamp', 'snapshot', 'targets'] as const;
export const DAY_MS = 24 * 3600_000;

/** A TUF 1.x repository in memory, written with Assay's own writer; every published version stays readable. */
export class Tuf1Repository {
  readonly now: number;
  readonly root: RootDocument;
  readonly timestamp: ListDocument;
  readonly snapshot: ListDocument;
  readonly roles = new Map<string, TargetsDocument>();
  readonly signers = new Map<string, Signer[]>();
  /** Published bytes by role, first version first. */
  readonly history = new Map<string, Uint8Array[]>();
  readonly artefacts = new Map<string, Uint8Array>();
  /** Names of metadata files that were asked for. */
  readonly requests: string[] = [];
  /** Whether timestamp and snapshot list hashes and lengths. */
  listsHashes = false;

  private constructor(now: number) {
    this.now = now;
    this.root = { ...this.#document('root'), consistent_snapshot: true, keys: {}, roles: {} };
    this.timestamp = { ...this.#document('timestamp'), meta: {} };
    this.snapshot = { ...this.#document('snapshot'), meta: {} };
    this.roles.set('targets', this.targetsDocument());
    for (const role of TOP) {
      this.root.roles[role] = { keyids: [], threshold: 1 };
      this.addKey(role, newSigner());
    }
  }

  static async create(now = Date.UTC(2030, 0, 1)): Promise<Tuf1Repository> {
    const repository = new Tuf1Repository(now);
    await repository.publish('root', 'targets', 'snapshot', 'timestamp');
    return repository;
  }

  get targets(): TargetsDocument {
    return this.roles.get('targets')!;
  }

  #document(type: string): Document {
    return { _type: type, spec_version: SPEC_VERSION, version: 1, expires: this.inDays(30) };
  }

  targetsDocument(): TargetsDocument {
    return { ...this.#document('targets'), targets: {} };
  }

  inDays(days: number): string {
    return tuf1Time(this.now + days * DAY_MS);
  }

  /** Lists a key for a top-level role and signs with it from now on. */
  addKey(role: string, signer: Signer): string {
    const id = this.listKey(role, signer);
    this.signers.set(role, [...(this.signers.get(role) ?? []), signer]);
    return id;
  }

  /** Lists a key for a top-level role without signing with it. */
  listKey(role: string, signer: Signer): string {
    const key = tuf1Key(signer.publicKey);
    const id = tuf1KeyId(key);
    this.root.keys[id] = key;
    this.root.roles[role]!.keyids.push(id);
    return id;
  }

  /** Puts a fresh key in the place of all keys of a top-level role. */
  rotate(role: string): void {
    this.root.roles[role]!.keyids = [];
    this.signers.set(role, []);
    this.addKey(role, newSigner());
  }

  /** Delegates from a role to another, whose file is made when there is none; answers the delegation, to be changed. */
  delegate(
    from: string,
    to: string,
    { paths = ['*'], ...more }: { paths?: string[]; prefixes?: string[]; terminating?: boolean; signer?: Signer } = {},
  ): DelegationDocument {
    const signer = more.signer ?? newSigner();
    const key = tuf1Key(signer.publicKey);
    const id = tuf1KeyId(key);
    const document = this.roles.get(from)!;
    document.delegations ??= { keys: {}, roles: [] };
    document.delegations.keys[id] = key;
    const delegation: DelegationDocument = {
      name: to,
      keyids: [id],
      threshold: 1,
      terminating: more.terminating ?? false,
      ...(more.prefixes ? { path_hash_prefixes: more.prefixes } : { paths }),
    };
    document.delegations.roles!.push(delegation);
    if (!this.roles.has(to)) this.roles.set(to, this.targetsDocument());
    this.signers.set(to, [...(this.signers.get(to) ?? []), signer]);
    return delegation;
  }

  addTarget(role: string, path: string, content: string | Uint8Array, algorithms = ['sha256']): void {
    const bytes = Buffer.from(content);
    const hashes = Object.fromEntries(
      algorithms.map((algorithm) => [algorithm, createHash(algorithm).update(bytes).digest('hex')]),
    );
    this.roles.get(role)!.targets[path] = { length: bytes.length, hashes };
    this.artefacts.set(path, bytes);
  }

  /** The document of a role. */
  document(role: string): Document {
    if (role === 'root') return this.root;
    if (role === 'timestamp') return this.timestamp;
    if (role === 'snapshot') return this.snapshot;
    return this.roles.get(role)!;
  }

  /** Signs and publishes roles in order, each one version higher, and lists them in snapshot and timestamp. */
  async publish(...roles: string[]): Promise<void> {
    for (const role of roles) {
      if (this.history.has(role)) this.document(role).version++;
      await this.republish(role);
    }
  }

  /** Signs and publishes without touching the version. */
  async republish(role: string): Promise<void> {
    const bytes = await writeTuf1(this.document(role), this.signers.get(role) ?? []);
    this.history.set(role, [...(this.history.get(role) ?? []), bytes]);
    this.list(role, bytes);
  }

  /** Enters a file into snapshot or timestamp as it stands. */
  list(role: string, bytes: Uint8Array): void {
    const meta: MetaDocument = { version: this.document(role).version };
    if (this.listsHashes) {
      meta.length = bytes.length;
      meta.hashes = { sha256: createHash('sha256').update(bytes).digest('hex') };
    }
    if (role === 'snapshot') this.timestamp.meta['snapshot.json'] = meta;
    else if (role !== 'root' && role !== 'timestamp') this.snapshot.meta[`${role}.json`] = meta;
  }

  /** Publishes whatever changed below: every targets role, snapshot, timestamp. */
  async publishAll(): Promise<void> {
    await this.publish(...this.roles.keys(), 'snapshot', 'timestamp');
  }

  /** Forgets what was published of a role, so that its versions start anew. */
  unpublish(role: string, version = 1): void {
    this.history.delete(role);
    this.document(role).version = version;
  }

  /** Changes the newest published bytes of a role without signing them. */
  tamper(role: string, change: (file: { signed: Document; signatures: { keyid: string; sig: string }[] }) => void) {
    const versions = this.history.get(role)!;
    const file = JSON.parse(Buffer.from(versions.pop()!).toString()) as Parameters<typeof change>[0];
    change(file);
    versions.push(Buffer.from(JSON.stringify(file)));
  }

  /** What a server of this repository answers for the name of a metadata file. */
  fetch(name: string): Uint8Array | undefined {
    this.requests.push(name);
    const text = decodeURIComponent(name).replace(/\.json$/, '');
    const match = /^(\d+)\.(.*)$/s.exec(text);
    if (match && (match[2] === 'root' || this.root.consistent_snapshot))
      return this.history.get(match[2]!)?.[Number(match[1]) - 1];
    return text === 'root' || (this.root.consistent_snapshot && text !== 'timestamp')
      ? undefined
      : this.history.get(text)?.at(-1);
  }
}
