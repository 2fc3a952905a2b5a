import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export type SoftKind = 'ed25519' | 'ec' | 'rsa';
const ALGORITHM: Readonly<Record<SoftKind, number>> = { ed25519: -8, ec: -7, rsa: -257 };

/** What a ceremony's answer is made of; a test changes one part to see it refused. */
export interface Parts {
  type: string;
  challenge: string;
  origin: string;
  rpId: string;
  flags: number;
  counter: number;
  extra: Record<string, unknown>;
}

function pairOf(kind: SoftKind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
}

/** An authenticator in software: what WebAuthn Level 3 section 6 says of one, as far as a server sees it. */
export class SoftAuthenticator {
  readonly algorithm: number;
  readonly credentialId = randomBytes(16);
  readonly #kind: SoftKind;
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject };
  counter = 0;

  constructor(kind: SoftKind) {
    this.#kind = kind;
    this.#keys = pairOf(kind);
    this.algorithm = ALGORITHM[kind];
  }

  get publicKey(): Buffer {
    return this.#keys.publicKey.export({ type: 'spki', format: 'der' });
  }

  register(parts: Omit<Parts, 'type' | 'flags' | 'counter' | 'extra'> & Partial<Parts>) {
    const { clientData, head } = this.#answer({ type: 'webauthn.create', flags: 0x45, ...parts });
    const id = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.credentialId.length]), this.credentialId]);
    return {
      clientData,
      authenticatorData: Buffer.concat([head, id, Buffer.from('a0', 'hex')]),
      publicKey: this.publicKey,
      algorithm: this.algorithm,
    };
  }

  assert(parts: Omit<Parts, 'type' | 'flags' | 'counter' | 'extra'> & Partial<Parts>) {
    const { clientData, head } = this.#answer({ type: 'webauthn.get', flags: 0x05, ...parts });
    const signed = Buffer.concat([head, createHash('sha256').update(clientData).digest()]);
    const signature = sign(this.#kind === 'ed25519' ? null : 'sha256', signed, this.#keys.privateKey);
    return { clientData, authenticatorData: head, signature };
  }

  #answer(given: Omit<Parts, 'counter' | 'extra'> & Partial<Parts>) {
    const { type, challenge, origin, rpId, flags, counter = ++this.counter, extra = {} } = given;
    const tail = Buffer.alloc(5);
    tail[0] = flags;
    tail.writeUInt32BE(counter, 1);
    return {
      clientData: Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...extra })),
      head: Buffer.concat([createHash('sha256').update(rpId).digest(), tail]),
    };
  }
}
