import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/** An entry of the audit with its place in the chain; `before` and `after` are JSON texts exactly as they were written. */
export interface SealedEntry {
  readonly seq: number;
  readonly hash: string;
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly actorId?: string;
  readonly address?: string;
  readonly requestId?: string;
  readonly via?: string;
  readonly action: string;
  readonly object: string;
  readonly organisation?: string;
  readonly repositoryId?: string;
  readonly before?: string;
  readonly after?: string;
  readonly occurrences: number;
}

/** The chain's state after `seq`, signed (Ed25519, RFC 8032). */
export interface Seal {
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
  /** Base 64 of the public key's 32 bytes. */
  readonly key: string;
  readonly signature: string;
}

/** What the chain begins with. */
export const CHAIN_START = '0'.repeat(64);

/** The action of the entry that says which entries retention took out, so that their absence is explained. */
export const PRUNED = 'audit.pruned';

/** SHA-256 over the hash before and every field in a fixed order, each with its length, so that none runs into the next. */
export function chainHash(previous: string, entry: Omit<SealedEntry, 'hash'>): string {
  const fields = [
    String(entry.seq),
    entry.id,
    String(entry.at),
    entry.actor,
    entry.actorId,
    entry.address,
    entry.requestId,
    entry.via,
    entry.action,
    entry.object,
    entry.organisation,
    entry.repositoryId,
    entry.before,
    entry.after,
    String(entry.occurrences),
  ];
  const text = fields.map((field) => (field === undefined ? '-' : `${Buffer.byteLength(field)}:${field}`)).join('\n');
  return hash('sha256', `assay audit entry v1\n${previous}\n${text}`, 'hex');
}

function sealText(seal: Omit<Seal, 'signature' | 'key'>): Buffer {
  return Buffer.from(`assay audit seal v1\n${seal.seq}\n${seal.hash}\n${seal.at}`);
}

/** Public half of a key as seals name it. */
export function sealKeyOf(key: KeyObject): string {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(jwk.x ?? '', 'base64url').toString('base64');
}

export function makeSeal(privateKeyPem: string, state: { seq: number; hash: string; at: number }): Seal {
  const key = createPrivateKey(privateKeyPem);
  return { ...state, key: sealKeyOf(key), signature: sign(null, sealText(state), key).toString('base64') };
}

/** True when the seal is signed with the key that it names. */
export function sealHolds(seal: Seal): boolean {
  try {
    const x = Buffer.from(seal.key, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, sealText(seal), key, Buffer.from(seal.signature, 'base64'));
  } catch {
    return false;
  }
}

export interface ChainProblem {
  readonly code:
    | 'entry-changed'
    | 'entry-missing'
    | 'entry-out-of-order'
    | 'beginning-missing'
    | 'end-missing'
    | 'seal-broken'
    | 'seal-key-unknown'
    | 'seal-missing';
  readonly seq: number;
  readonly detail: string;
}

export interface ChainReport {
  readonly entries: number;
  readonly first: number;
  readonly last: number;
  readonly hash: string;
  /** Up to which entry a seal that holds speaks for the chain. */
  readonly sealed: number;
  readonly problems: readonly ChainProblem[];
}

const MAX_PROBLEMS = 100;

/**
 * Follows the chain from its first entry: every entry must be the one that was hashed, in its place, and the seals must be
 * signed with a known key. `head` is a state that was noted elsewhere: the chain must still hold it.
 */
export class ChainCheck {
  readonly #problems: ChainProblem[] = [];
  readonly #keys: ReadonlySet<string>;
  readonly #seals: Map<number, Seal>;
  readonly #head: { seq: number; hash: string } | undefined;
  #previous: string | undefined;
  #first = 0;
  #last = 0;
  #entries = 0;
  #sealed = 0;
  #prunedUpTo = 0;
  #headSeen = false;

  constructor(seals: readonly Seal[], keys: readonly string[], head: { seq: number; hash: string } | undefined) {
    this.#keys = new Set(keys);
    this.#seals = new Map(seals.map((seal) => [seal.seq, seal]));
    this.#head = head;
  }

  add(entry: SealedEntry): void {
    this.#entries++;
    if (this.#previous === undefined) this.#begin(entry);
    else if (entry.seq <= this.#last)
      this.#report('entry-out-of-order', entry.seq, `entry ${entry.seq} comes after ${this.#last}`);
    else if (entry.seq !== this.#last + 1)
      this.#report('entry-missing', this.#last + 1, `entries ${this.#last + 1} to ${entry.seq - 1} are not there`);
    if (chainHash(this.#previous ?? CHAIN_START, entry) !== entry.hash)
      this.#report(
        'entry-changed',
        entry.seq,
        `entry ${entry.seq} is not the one that was written, or the one before it`,
      );
    // From here on the hash that is written counts, so that one change is reported once.
    this.#previous = entry.hash;
    this.#last = Math.max(this.#last, entry.seq);
    if (entry.action === PRUNED) this.#prunedUpTo = Math.max(this.#prunedUpTo, upToOf(entry.after));
    this.#checkSeal(entry);
    if (this.#head?.seq === entry.seq) {
      this.#headSeen = true;
      if (this.#head.hash !== entry.hash)
        this.#report('entry-changed', entry.seq, `the chain was another one at entry ${entry.seq}`);
    }
  }

  end(): ChainReport {
    if (this.#first > 1 && this.#prunedUpTo < this.#first - 1)
      this.#report('beginning-missing', 1, `entries 1 to ${this.#first - 1} are not there, and nothing says why`);
    if (this.#head && this.#head.seq > this.#last)
      this.#report(
        'end-missing',
        this.#last + 1,
        `the chain went up to entry ${this.#head.seq}; it ends at ${this.#last}`,
      );
    else if (this.#head && !this.#headSeen && this.#head.seq >= this.#first)
      this.#report('entry-missing', this.#head.seq, `entry ${this.#head.seq} is not there`);
    if (this.#entries > 0 && this.#sealed < this.#last)
      this.#report('seal-missing', this.#last, `no seal that holds speaks for entries after ${this.#sealed}`);
    return {
      entries: this.#entries,
      first: this.#first,
      last: this.#last,
      hash: this.#previous ?? CHAIN_START,
      sealed: this.#sealed,
      problems: this.#problems,
    };
  }

  /** The first entry follows the start of the chain, or the seal at which retention cut it. */
  #begin(entry: SealedEntry): void {
    this.#first = entry.seq;
    this.#last = entry.seq - 1;
    const anchor = this.#seals.get(entry.seq - 1);
    if (entry.seq === 1) this.#previous = CHAIN_START;
    else if (anchor && sealHolds(anchor) && this.#keys.has(anchor.key)) this.#previous = anchor.hash;
    else {
      this.#previous = CHAIN_START;
      this.#report('beginning-missing', entry.seq, `the chain begins at entry ${entry.seq} without a seal before it`);
    }
  }

  #checkSeal(entry: SealedEntry): void {
    const seal = this.#seals.get(entry.seq);
    if (!seal) return;
    if (!sealHolds(seal))
      this.#report('seal-broken', entry.seq, `the seal of entry ${entry.seq} is not signed rightly`);
    else if (!this.#keys.has(seal.key))
      this.#report(
        'seal-key-unknown',
        entry.seq,
        `the seal of entry ${entry.seq} is signed with a key that is not known`,
      );
    else if (seal.hash !== entry.hash)
      this.#report('entry-changed', entry.seq, `entry ${entry.seq} is not the one that was sealed`);
    else this.#sealed = entry.seq;
  }

  #report(code: ChainProblem['code'], seq: number, detail: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ code, seq, detail });
  }
}

function upToOf(after: string | undefined): number {
  try {
    const value: unknown = JSON.parse(after ?? '');
    return typeof value === 'object' && value !== null && 'upTo' in value ? Number(value.upTo) : 0;
  } catch {
    return 0;
  }
}
