import { createPrivateKey } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type {
  AdoptedKey,
  ChainOrder,
  ChainSignatures,
  HeldKey,
  OnlineRole,
  SignerHealth,
  SignerService,
  SignerStore,
  SigningRequest,
} from '../../ports/signer-service.ts';
import { algorithmOf } from '../../trust/keys/algorithm.ts';
import { fingerprintOfPrivate } from '../../trust/keys/public-key.ts';
import { checkSignable } from '../../trust/signing/guard.ts';
import type { FileMeta } from '../../trust/tuf/metadata.ts';
import { assembleOnline, metaOf, timestampText } from './online-metadata.ts';

/** Versions that are reserved at once, so that not every signature waits for the disk; a crash skips what is left. */
const RESERVE = 16;

/** The fingerprint of a private key that the service can sign with. Throws `key-invalid`. */
function adoptable(pkcs8: Uint8Array): string {
  const fingerprint = fingerprintOfPrivate(pkcs8);
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  if (algorithmOf(key) === 'ecdsa-p256') return fingerprint;
  throw new AssayError('key-invalid', 'the signing service signs with P-256 keys; this is another kind');
}

interface Signed {
  readonly signature: Uint8Array;
  readonly version: number;
}

/** The signing service itself, over wherever its keys are. */
export class SigningService implements SignerService {
  readonly #store: SignerStore;
  readonly #clock: Clock;
  readonly #version: string;
  /** Last version signed and last version reserved, by key and dialect. */
  readonly #versions = new Map<string, { last: number; reserved: number }>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(store: SignerStore, clock: Clock, version: string) {
    this.#store = store;
    this.#clock = clock;
    this.#version = version;
  }

  create(gun: string, role: OnlineRole): Promise<HeldKey> {
    return this.#store.create(gun, role, this.#clock.now());
  }

  /** One that is held already is left as it is, so that a takeover that broke off can be done again. */
  adopt(order: AdoptedKey): Promise<HeldKey> {
    return this.#inTurn(() => this.#adopt(order));
  }

  async #adopt({ gun, role, pkcs8, lastVersion }: AdoptedKey): Promise<HeldKey> {
    const fingerprint = adoptable(pkcs8);
    const held = this.#store.get(fingerprint);
    if (held && (held.gun !== gun || held.role !== role))
      throw new AssayError('signer-refused', `this key signs the ${held.role} of ${held.gun} and nothing else`);
    const key = held ?? (await this.#store.adopt?.(gun, role, pkcs8, this.#clock.now()));
    if (!key)
      throw new AssayError('unsupported', `keys cannot be brought into ${this.#store.backend}; they are made there`);
    if (this.#store.lastVersion(fingerprint, 'notary') < lastVersion) {
      await this.#store.noteVersion(fingerprint, 'notary', lastVersion);
      this.#versions.delete(`notary ${fingerprint}`);
    }
    return key;
  }

  async list(gun?: string): Promise<HeldKey[]> {
    return this.#store.list().filter((key) => gun === undefined || key.gun === gun);
  }

  /** One after the other: two requests for the same version must not both pass. */
  sign(request: SigningRequest): Promise<Uint8Array> {
    return this.#inTurn(async () => (await this.#sign(request)).signature);
  }

  /** Every order in the order given, before anything that was asked for later. */
  signChain(orders: readonly ChainOrder[]): Promise<ChainSignatures[]> {
    return this.#inTurn(async () => {
      const signatures: ChainSignatures[] = [];
      for (const order of orders) signatures.push(await this.#signChain(order));
      return signatures;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }

  async #signChain({ gun, dialect, over, timestamp }: ChainOrder): Promise<ChainSignatures> {
    if (!('keys' in over)) return { snapshot: [], timestamp: await this.#stamp({ gun, dialect, timestamp }, over) };
    const made: Signed[] = [];
    for (const { fingerprint } of over.keys)
      made.push(await this.#sign({ gun, dialect, role: 'snapshot', fingerprint, signed: over.signed }));
    const snapshot = made.map(({ signature }) => signature);
    const raw = assembleOnline(dialect, Buffer.from(over.signed).toString('utf8'), over.keys, snapshot);
    const meta = metaOf({ raw, version: made[0]?.version ?? 0 });
    return { snapshot, timestamp: await this.#stamp({ gun, dialect, timestamp }, meta) };
  }

  /** Signatures of a timestamp over a snapshot, one for each of its keys. */
  async #stamp({ gun, dialect, timestamp }: Omit<ChainOrder, 'over'>, over: FileMeta): Promise<Uint8Array[]> {
    const text = timestampText(dialect, timestamp.version, timestamp.expires, over);
    const signed = Buffer.from(text, 'utf8');
    const signatures: Uint8Array[] = [];
    for (const { fingerprint } of timestamp.keys)
      signatures.push((await this.#sign({ gun, dialect, role: 'timestamp', fingerprint, signed })).signature);
    return signatures;
  }

  async #sign(request: SigningRequest): Promise<Signed> {
    const key = this.#store.get(request.fingerprint);
    if (!key) throw new AssayError('key-unknown', `the signing service does not hold the key ${request.fingerprint}`);
    if (key.gun !== request.gun || key.role !== request.role)
      throw new AssayError('signer-refused', `this key signs the ${key.role} of ${key.gun} and nothing else`);
    if (key.retiredAt !== undefined) throw new AssayError('signer-refused', 'this key is retired');
    const name = `${request.dialect} ${request.fingerprint}`;
    const stored = this.#store.lastVersion(request.fingerprint, request.dialect);
    const standing = this.#versions.get(name) ?? { last: stored, reserved: stored };
    const version = checkSignable(request, standing.last, this.#clock.now());
    if (version > standing.reserved) {
      await this.#store.noteVersion(request.fingerprint, request.dialect, version + RESERVE);
      standing.reserved = version + RESERVE;
    }
    standing.last = version;
    this.#versions.set(name, standing);
    return { signature: await this.#store.sign(request.fingerprint, request.signed), version };
  }

  retire(fingerprint: string): Promise<void> {
    return this.#store.retire(fingerprint, this.#clock.now());
  }

  async health(): Promise<SignerHealth> {
    return { keys: this.#store.list().length, backend: this.#store.backend, version: this.#version };
  }

  /** Gives back reserved versions, so that an orderly restart leaves no gap. */
  async close(): Promise<void> {
    await this.#tail;
    for (const [name, { last, reserved }] of this.#versions) {
      const [dialect, fingerprint] = name.split(' ') as [SigningRequest['dialect'], string];
      if (reserved > last) await this.#store.noteVersion(fingerprint, dialect, last);
    }
  }
}
