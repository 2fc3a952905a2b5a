import { AssayError } from '../../lib/error.ts';
import type { StorageKey } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, UploadSession } from '../../ports/registry-records.ts';

const KEEP_AFTER_MS = 500;

/**
 * Upload sessions: rows, bound to repository and principal. Where one process serves, a session becomes a row when it is
 * half a second old or has taken its first chunk: most uploads are over before, and a session promises no more than that
 * one may begin. A process that dies earlier leaves its clients to begin again.
 */
export class UploadSessions {
  readonly #database: Database;
  readonly #alone: boolean;
  readonly #fresh = new Map<string, UploadSession>();
  #timer: NodeJS.Timeout | undefined;

  /** `alone`: no other process has to find these sessions. */
  constructor(database: Database, alone: boolean) {
    this.#database = database;
    this.#alone = alone;
  }

  async start(session: UploadSession, most: number): Promise<void> {
    const fresh = [...this.#fresh.values()].filter((each) => each.principal === session.principal).length;
    const open = fresh + (await this.#database.records.registry.countUploads(session.principal));
    if (open >= most)
      throw new AssayError('too-many-requests', `${most} uploads are open; finish or cancel some`, { retryAfter: 60 });
    this.#fresh.set(session.id, session);
    if (!this.#alone) return this.keep();
    this.#timer ??= setTimeout(() => void this.keep().catch(() => undefined), KEEP_AFTER_MS).unref();
  }

  async find(repository: Repository, principal: string, id: string): Promise<UploadSession | undefined> {
    const fresh = this.#fresh.get(id);
    if (fresh) return fresh.repositoryId === repository.id && fresh.principal === principal ? fresh : undefined;
    return this.#database.records.registry.upload(repository, principal, id);
  }

  /** From here on only its row, if it has one, stands for the session; the caller ends that in its own transaction. */
  forget(id: string): void {
    this.#fresh.delete(id);
  }

  /** Makes rows of all sessions that have none yet. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const some = [...this.#fresh.values()];
    if (some.length === 0) return;
    const kept = await this.#database.change(async ({ registry }) => {
      // One that was finished or cancelled meanwhile is not brought back.
      const still = some.filter((session) => this.#fresh.has(session.id));
      for (const session of still) await registry.startUpload(session);
      return still;
    });
    for (const session of kept) this.#fresh.delete(session.id);
  }

  /** Keys of the staged bytes of sessions without a row. */
  freshKeys(): StorageKey[] {
    return [...this.#fresh.values()].map((session) => session.storageKey);
  }

  isFresh(id: string): boolean {
    return this.#fresh.has(id);
  }
}
