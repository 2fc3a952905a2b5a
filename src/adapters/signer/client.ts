import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type {
  AdoptedKey,
  ChainOrder,
  ChainSignatures,
  HeldKey,
  OnlineRole,
  SignerHealth,
  SignerService,
  SigningRequest,
} from '../../ports/signer-service.ts';
import {
  answerSchema,
  chainsSchema,
  healthSchema,
  isErrorCode,
  keySchema,
  messages,
  send,
  signatureSchema,
} from './wire.ts';

const TIMEOUT_MS = 10_000;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: AssayError): void;
  readonly timer: NodeJS.Timeout;
}

/** Gives a connection to the signing service, or throws `signer-unavailable`; called again after one was lost. */
export type ConnectSigner = () => Promise<Duplex>;

/** The signing service as seen from the server: one connection, made when first needed and made anew when lost. */
export class SignerClient implements SignerService {
  readonly #connect: ConnectSigner;
  readonly #waiting = new Map<number, Waiting>();
  #connection: Promise<Duplex> | undefined;
  #nextId = 1;
  readonly #dropWhenLate: boolean;
  #closed = false;

  /** `dropWhenLate` gives up a connection on which an answer did not come in time: the other machine may be gone. */
  constructor(connect: ConnectSigner, options: { dropWhenLate: boolean } = { dropWhenLate: false }) {
    this.#connect = connect;
    this.#dropWhenLate = options.dropWhenLate;
  }

  async create(gun: string, role: OnlineRole): Promise<HeldKey> {
    return toKey(understood(keySchema, await this.#ask({ verb: 'create', gun, role })));
  }

  async adopt(order: AdoptedKey): Promise<HeldKey> {
    return toKey(understood(keySchema, await this.#ask({ verb: 'adopt', ...order })));
  }

  async list(gun?: string): Promise<HeldKey[]> {
    return understood(z.array(keySchema), await this.#ask({ verb: 'list', gun })).map(toKey);
  }

  async sign(request: SigningRequest): Promise<Uint8Array> {
    const { gun, dialect, role, fingerprint, signed } = request;
    const asked = { verb: 'sign', gun, dialect, role, fingerprint, signed };
    return understood(signatureSchema, await this.#ask(asked)).signature;
  }

  async signChain(orders: readonly ChainOrder[]): Promise<readonly ChainSignatures[]> {
    const signed = understood(chainsSchema, await this.#ask({ verb: 'sign-chain', orders }));
    if (signed.length === orders.length) return signed;
    throw new AssayError('signer-unavailable', 'the signing service did not sign all that it was asked for');
  }

  async retire(fingerprint: string): Promise<void> {
    await this.#ask({ verb: 'retire', fingerprint });
  }

  async health(): Promise<SignerHealth> {
    return understood(healthSchema, await this.#ask({ verb: 'health' }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    connection?.end();
  }

  async #ask(message: Record<string, unknown>): Promise<unknown> {
    const stream = await this.#stream();
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new AssayError('signer-unavailable', 'the signing service did not answer in time'));
        if (this.#dropWhenLate) stream.destroy();
      }, TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      send(stream, { id, ...message });
    });
  }

  #stream(): Promise<Duplex> {
    if (this.#closed) throw new AssayError('signer-unavailable', 'the connection to the signing service is closed');
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<Duplex> {
    try {
      const stream = await this.#connect();
      stream.on('error', () => undefined);
      void this.#read(stream);
      return stream;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  async #read(stream: Duplex): Promise<void> {
    try {
      for await (const message of messages(stream)) this.#settle(answerSchema.parse(message));
    } catch {
      stream.destroy();
    }
    this.#connection = undefined;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new AssayError('signer-unavailable', 'the signing service went away'));
    }
    this.#waiting.clear();
  }

  #settle({ id, result, error }: z.output<typeof answerSchema>): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (!error) waiting.resolve(result);
    else
      waiting.reject(
        new AssayError(isErrorCode(error.code) ? error.code : 'internal', error.message, { detail: error.detail }),
      );
  }
}

function understood<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AssayError('signer-unavailable', 'the signing service gave an answer that is not understood');
}

function toKey({ retiredAt, ...key }: z.output<typeof keySchema>): HeldKey {
  return { ...key, ...(retiredAt !== undefined && { retiredAt }) };
}
