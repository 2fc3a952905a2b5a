import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { BackupFile, BackupSource } from '../../ports/backup.ts';

const IDLE_MS = 15 * 60_000;
const PAGE = 1000;

interface Held {
  readonly id: string;
  readonly source: BackupSource;
  readonly files: readonly BackupFile[];
  timer: NodeJS.Timeout;
}

/** The backup that clients read from a running server: one at a time, let go when nobody reads it for a while. */
export class Backups {
  readonly #open: () => Promise<BackupSource>;
  readonly #clock: Clock;
  #held: Held | undefined;
  #opening = false;

  constructor(open: () => Promise<BackupSource>, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  async begin(): Promise<{ id: string; version: string; createdAt: number }> {
    if (this.#held || this.#opening)
      throw new AssayError('conflict', 'another backup is being read', { retryAfter: 60 });
    this.#opening = true;
    try {
      const source = await this.#open();
      const files: BackupFile[] = [];
      try {
        for await (const file of source.files()) files.push(file);
      } catch (error) {
        await source[Symbol.asyncDispose]();
        throw error;
      }
      const id = uuidv7(this.#clock.now());
      this.#held = { id, source, files, timer: this.#expire(id) };
      return { id, version: source.version, createdAt: source.createdAt };
    } finally {
      this.#opening = false;
    }
  }

  files(id: string, from: number): { items: readonly BackupFile[]; next: number | undefined } {
    const { files } = this.#touch(id);
    const items = files.slice(from, from + PAGE);
    return { items, next: from + PAGE < files.length ? from + PAGE : undefined };
  }

  read(id: string, path: string): AsyncIterable<Uint8Array> {
    const { source, files } = this.#touch(id);
    const file = files.find((each) => each.path === path);
    if (!file) throw new AssayError('not-found', 'the backup has no such file');
    return this.#watched(id, source.read(file));
  }

  async end(id: string): Promise<void> {
    const held = this.#touch(id);
    clearTimeout(held.timer);
    this.#held = undefined;
    await held.source[Symbol.asyncDispose]();
  }

  async close(): Promise<void> {
    if (this.#held) await this.end(this.#held.id);
  }

  async *#watched(id: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.#touch(id);
      yield chunk;
    }
  }

  #touch(id: string): Held {
    if (this.#held?.id !== id) throw new AssayError('not-found', 'there is no such backup; it may have ended');
    clearTimeout(this.#held.timer);
    this.#held.timer = this.#expire(id);
    return this.#held;
  }

  #expire(id: string): NodeJS.Timeout {
    return setTimeout(() => void this.end(id).catch(() => undefined), IDLE_MS).unref();
  }
}
