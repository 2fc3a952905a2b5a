import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { issueCertificate } from '../../src/lib/certificate.ts';
import type { Signer } from '../../src/trust/keys/signer.ts';
import {
  canonicalKeyId,
  type NotaryKey,
  notaryCertificateKey,
  notaryKey,
  notaryKeyId,
} from '../../src/trust/tuf/notary/key.ts';
import { type NotarySigner, notaryTime, writeNotary } from '../../src/trust/tuf/notary/write.ts';
import { newSigner, signerOf } from './keys.ts';
import { DAY_MS } from './repository.ts';

interface Document {
  _type: string;
  version: number;
  expires: string;
}

interface RoleDocument {
  keyids: string[];
  threshold: number;
}

interface FileDocument {
  hashes: Record<string, string>;
  length: number;
  custom?: unknown;
}

export interface NotaryRootDocument extends Document {
  consistent_snapshot: boolean;
  keys: Record<string, NotaryKey>;
  roles: Record<string, RoleDocument>;
}

export interface NotaryTargetsDocument extends Document {
  targets: Record<string, FileDocument>;
  delegations: { keys: Record<string, NotaryKey>; roles: (RoleDocument & { name: string; paths: string[] })[] };
}

export interface NotaryListDocument extends Document {
  meta: Record<string, FileDocument>;
}

/** A key pair of an authority or of a root, with its certificate. */
export interface Certified {
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  readonly pem: string;
  readonly commonName: string;
}

interface Issue {
  readonly commonName: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly authority?: boolean;
  readonly issuer?: Certified;
}

/** Makes a key and a certificate for it, self-signed unless an issuer is given. */
export function certified({ commonName, notBefore, notAfter, authority = false, issuer }: Issue): Certified {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const name = { commonName, organization: 'test' };
  const pem = issueCertificate({
    subject: name,
    issuer: issuer ? { commonName: issuer.commonName, organization: 'test' } : name,
    publicKey,
    issuerKey: issuer?.privateKey ?? privateKey,
    issuerPublicKey: issuer?.signer.publicKey ?? publicKey,
    notBefore,
    notAfter,
    purpose: authority ? { authority: true } : { serverNames: ['localhost'] },
  });
  return { signer: signerOf(privateKey, publicKey), privateKey, pem, commonName };
}

/** A Notary v1 collection in memory, written with Assay's own writer: what a notary-server would serve of it. */
export class NotaryCollection {
  readonly gun: string;
  readonly now: number;
  readonly root: NotaryRootDocument;
  readonly snapshot: NotaryListDocument;
  readonly timestamp: NotaryListDocument;
  readonly roles = new Map<string, NotaryTargetsDocument>();
  readonly signers = new Map<string, NotarySigner[]>();
  readonly files = new Map<string, Uint8Array>();
  /** Newest bytes by role. */
  readonly current = new Map<string, Uint8Array>();
  readonly requests: string[] = [];

  private constructor(gun: string, now: number) {
    this.gun = gun;
    this.now = now;
    this.root = { ...this.document('Root', 3650), consistent_snapshot: false, keys: {}, roles: {} };
    this.snapshot = { ...this.document('Snapshot', 1095), meta: {} };
    this.timestamp = { ...this.document('Timestamp', 14), meta: {} };
    this.roles.set('targets', this.targetsDocument());
    for (const role of ['targets', 'snapshot', 'timestamp']) this.rotate(role);
  }

  static async create(gun = 'reg.example:5000/team/app', now = Date.UTC(2030, 0, 1), root?: Certified[]) {
    const collection = new NotaryCollection(gun, now);
    await collection.rotateRoot(root ?? [collection.certificate()]);
    await collection.publish('targets');
    return collection;
  }

  get targets(): NotaryTargetsDocument {
    return this.roles.get('targets')!;
  }

  document(type: string, days: number): Document {
    return { _type: type, version: 0, expires: this.inDays(days) };
  }

  targetsDocument(): NotaryTargetsDocument {
    return { ...this.document('Targets', 1095), targets: {}, delegations: { keys: {}, roles: [] } };
  }

  inDays(days: number): string {
    return notaryTime(this.now + days * DAY_MS);
  }

  certificate(more: Partial<Issue> = {}): Certified {
    return certified({
      commonName: this.gun,
      notBefore: this.now - DAY_MS,
      notAfter: this.now + 3650 * DAY_MS,
      ...more,
    });
  }

  /** A fresh key for targets, snapshot or timestamp, in the next root. */
  rotate(role: string): void {
    const signer = newSigner();
    const key = notaryKey(signer.publicKey);
    const id = notaryKeyId(key);
    this.root.keys[id] = key;
    this.root.roles[role] = { keyids: [id], threshold: 1 };
    this.signers.set(role, [{ keyId: id, signer }]);
  }

  /** Publishes a root under new certificates, signed by the ones before as well; chains may hold intermediates. */
  async rotateRoot(certificates: readonly Certified[], chain = ''): Promise<void> {
    const before = this.signers.get('root') ?? [];
    const signers = certificates.map(({ pem, signer }) => {
      const key = notaryCertificateKey(pem + chain);
      const keyId = notaryKeyId(key);
      this.root.keys[keyId] = key;
      return { keyId, signer };
    });
    this.root.roles['root'] = { keyids: signers.map((each) => each.keyId), threshold: 1 };
    this.signers.set('root', [...signers, ...before]);
    await this.publishRoot();
    this.signers.set('root', signers);
  }

  async publishRoot(): Promise<void> {
    this.root.version++;
    const bytes = await this.write('root', this.root);
    this.files.set(`${this.root.version}.root.json`, bytes);
    if (this.current.has('snapshot')) await this.publishOnline();
  }

  addTag(role: string, tag: string, digest: string, custom?: unknown): void {
    const sha256 = Buffer.from(digest, 'hex').toString('base64');
    this.roles.get(role)!.targets[tag] = { hashes: { sha256 }, length: 528, ...(custom !== undefined && { custom }) };
  }

  /** Declares a delegation of `from`; its file is made by the next publish of the role. */
  delegate(from: string, to: string, paths = [''], signer = newSigner()): void {
    const { delegations } = this.roles.get(from)!;
    const keyId = canonicalKeyId(signer.publicKey);
    delegations.keys[keyId] = notaryKey(signer.publicKey);
    delegations.roles.push({ name: to, keyids: [keyId], threshold: 1, paths });
    this.roles.set(to, this.targetsDocument());
    this.signers.set(to, [{ keyId, signer }]);
  }

  /** Publishes targets roles, then a snapshot and timestamp of what there is. */
  async publish(...roles: string[]): Promise<void> {
    for (const role of roles) {
      this.roles.get(role)!.version++;
      await this.write(role, this.roles.get(role)!);
    }
    await this.publishOnline();
  }

  async publishOnline(): Promise<void> {
    for (const role of this.current.keys())
      if (role !== 'snapshot' && role !== 'timestamp') this.snapshot.meta[role] = entry(this.current.get(role)!);
    this.snapshot.version++;
    await this.write('snapshot', this.snapshot);
    await this.publishTimestamp();
  }

  async publishTimestamp(): Promise<void> {
    this.timestamp.meta['snapshot'] = entry(this.current.get('snapshot')!);
    this.timestamp.version++;
    await this.write('timestamp', this.timestamp);
  }

  /** Signs a document and puts it where a server would have it. */
  async write(role: string, document: Document): Promise<Uint8Array> {
    const bytes = await writeNotary(document, this.signers.get(role) ?? []);
    this.put(role, bytes);
    return bytes;
  }

  put(role: string, bytes: Uint8Array): void {
    this.current.set(role, bytes);
    this.files.set(`${role}.json`, bytes);
    this.files.set(`${role}.${createHash('sha256').update(bytes).digest('hex')}.json`, bytes);
  }

  fetch(name: string): Uint8Array | undefined {
    this.requests.push(name);
    return this.files.get(name);
  }

  /** Takes the names of files that were asked for since the last time, hashes left out. */
  asked(): string[] {
    return this.requests.splice(0).map((name) => name.replace(/\.[0-9a-f]{64}\./, '.HASH.'));
  }

  /** The state of the server, to go back to. */
  save(): () => void {
    const files = new Map(this.files);
    const current = new Map(this.current);
    return () => {
      this.files.clear();
      for (const [name, bytes] of files) this.files.set(name, bytes);
      this.current.clear();
      for (const [role, bytes] of current) this.current.set(role, bytes);
    };
  }
}

function entry(bytes: Uint8Array): FileDocument {
  const hash = (algorithm: string) => createHash(algorithm).update(bytes).digest('base64');
  return { hashes: { sha256: hash('sha256'), sha512: hash('sha512') }, length: bytes.length };
}
