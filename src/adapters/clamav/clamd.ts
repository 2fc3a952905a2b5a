import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { AssayError, isAssayError, systemCode } from '../../lib/error.ts';
import type { MalwareScanner, MalwareSession, MalwareVerdict } from '../../ports/malware-scanner.ts';
import { LIMITS, readAnswer } from './clamd-answer.ts';

/** clamd gives a file 120 s of its own (MaxScanTime). Milliseconds. */
const ANSWER_MS = 150_000;
const MAX_ANSWER = 8192;
/** More layers than MaxRecursion can be set to: a clamd that calls this clean keeps silent about its limits. */
const NESTED = 120;

/** clamd at `unix:PATH` or `HOST:PORT`, spoken to in sessions of INSTREAM (clamd(8)). */
export function clamdScanner(address: string, answerMs: number = ANSWER_MS): MalwareScanner {
  return {
    name: 'clamav',
    open: async (signal) => {
      const connect = async () => {
        signal?.throwIfAborted();
        return await probed(await Connection.open(address, answerMs, signal), address);
      };
      return new ClamdSession(connect, await connect());
    },
  };
}

/** `OK` is worth something only from a clamd that tells of what it did not read to the end. */
async function probed(connection: Connection, address: string): Promise<Connection> {
  let nested: Uint8Array = Buffer.from('nested');
  for (let depth = 0; depth < NESTED; depth++) nested = gzipSync(nested);
  try {
    await connection.ask();
    await connection.send([lengthOf(nested), nested, Buffer.alloc(4)]);
    const verdict = await connection.answer();
    if (verdict.state === 'unread' && verdict.reason.includes(LIMITS)) return connection;
    throw new AssayError(
      'remote-refused',
      `clamd at ${address} does not tell when it stops at a limit; set AlertExceedsMax yes in clamd.conf`,
    );
  } catch (error) {
    connection.close();
    throw error;
  }
}

class ClamdSession implements MalwareSession {
  readonly #connect: () => Promise<Connection>;
  #connection: Connection | undefined;
  #begun = false;
  #sent = 0;
  #broken: MalwareVerdict | undefined;

  constructor(connect: () => Promise<Connection>, connection: Connection) {
    this.#connect = connect;
    this.#connection = connection;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || this.#broken) return;
    const connection = await this.#begin();
    this.#sent += bytes.length;
    // After an early answer (a file too large) the rest of the file is not sent.
    if (!connection.answered) await this.#attempt(() => connection.send([lengthOf(bytes), bytes]));
  }

  async finish(): Promise<MalwareVerdict> {
    const verdict =
      this.#broken ??
      (await this.#attempt(async () => {
        const connection = await this.#begin();
        if (!connection.answered) await connection.send([Buffer.alloc(4)]);
        return await connection.answer();
      })) ??
      this.#broken!;
    // clamd ends the session after an error.
    if (verdict.state === 'unread' && !this.#broken) this[Symbol.dispose]();
    this.#begun = false;
    this.#sent = 0;
    this.#broken = undefined;
    return verdict;
  }

  /**
   * clamd hangs up on a file that is too large, and its answer may be lost with the connection. Where it can be reached
   * again that file is unread and the next ones go on; else the whole is given up.
   */
  async #attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!isAssayError(error, 'network-failed')) throw error;
      this[Symbol.dispose]();
      this.#connection = await this.#connect();
      const reason = `${error.message}, after ${this.#sent} bytes; it may be larger than clamd takes (its StreamMaxLength)`;
      this.#broken = { state: 'unread', reason };
      return undefined;
    }
  }

  async #begin(): Promise<Connection> {
    this.#connection ??= await this.#connect();
    if (!this.#begun) {
      this.#begun = true;
      await this.#connection.ask();
    }
    return this.#connection;
  }

  [Symbol.dispose](): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class Connection {
  readonly #socket: Socket;
  readonly #address: string;
  #asked = 0;
  #received = '';
  #failure: AssayError | undefined;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: Socket, address: string, answerMs: number, signal: AbortSignal | undefined) {
    this.#socket = socket;
    this.#address = address;
    socket.setTimeout(answerMs, () => this.#fail('does not answer'));
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      if (this.#received.length > MAX_ANSWER) this.#fail('answers too much');
      this.#wake();
    });
    socket.on('drain', () => this.#wake());
    socket.on('error', (error) => this.#fail(`cannot be reached: ${systemCode(error) ?? error.message}`));
    socket.on('close', () => this.#fail('ended the connection without an answer'));
    const abort = () => this.#fail('was not waited for');
    signal?.addEventListener('abort', abort);
    socket.once('close', () => signal?.removeEventListener('abort', abort));
  }

  static async open(address: string, answerMs: number, signal: AbortSignal | undefined): Promise<Connection> {
    const cut = address.lastIndexOf(':');
    const socket = address.startsWith('unix:')
      ? connect({ path: address.slice('unix:'.length) })
      : connect({ host: address.slice(0, cut).replace(/^\[|\]$/g, ''), port: Number(address.slice(cut + 1)) });
    const connection = new Connection(socket, address, answerMs, signal);
    await connection.send([Buffer.from('zIDSESSION\0')]);
    return connection;
  }

  get answered(): boolean {
    return this.#received.includes('\0');
  }

  async ask(): Promise<void> {
    this.#asked++;
    await this.send([Buffer.from('zINSTREAM\0')]);
  }

  /** Waits until what was written is on its way, or an answer makes the rest needless. */
  async send(parts: readonly Uint8Array[]): Promise<void> {
    this.#check();
    for (const part of parts) this.#socket.write(part);
    while (this.#socket.writableNeedDrain && !this.answered) await this.#next();
  }

  async answer(): Promise<MalwareVerdict> {
    while (!this.answered) await this.#next();
    const end = this.#received.indexOf('\0');
    const text = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 1);
    return readAnswer(text, this.#asked);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** An answer that has come counts, even when the connection ended behind it. */
  #check(): void {
    if (this.#failure && !this.answered) throw this.#failure;
  }

  async #next(): Promise<void> {
    this.#check();
    await this.#changed.promise;
    this.#check();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #fail(what: string): void {
    this.#failure ??= new AssayError('network-failed', `clamd at ${this.#address} ${what}`);
    this.#socket.destroy();
    this.#wake();
  }
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}
