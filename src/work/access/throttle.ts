import { AssayError } from '../../lib/error.ts';

const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 60_000;
const FORGET_MS = 15 * 60_000;
const MAX_ENTRIES = 20_000;

interface Failures {
  count: number;
  lastAt: number;
}

/**
 * Slows down guessing. Failures count per name and address together, and per address; never per name alone, so that a
 * stranger cannot lock an administrator out from elsewhere.
 */
export class Throttle {
  readonly #failures = new Map<string, Failures>();

  /** Throws `too-many-requests` with the seconds to wait. */
  check(name: string, address: string, now: number): void {
    const wait = Math.max(
      this.#wait(`${address}\0${name}`, FREE_FAILURES, now),
      this.#wait(address, FREE_FAILURES * 10, now),
    );
    if (wait > 0)
      throw new AssayError('too-many-requests', 'too many failed sign-ins from your address; wait and try again', {
        retryAfter: Math.ceil(wait / 1000),
      });
  }

  failed(name: string, address: string, now: number): void {
    if (this.#failures.size > MAX_ENTRIES) this.#sweep(now);
    for (const key of [`${address}\0${name}`, address]) {
      const entry = this.#failures.get(key) ?? { count: 0, lastAt: now };
      entry.count++;
      entry.lastAt = now;
      this.#failures.set(key, entry);
    }
  }

  succeeded(name: string, address: string): void {
    this.#failures.delete(`${address}\0${name}`);
  }

  #wait(key: string, free: number, now: number): number {
    const entry = this.#failures.get(key);
    if (!entry) return 0;
    if (now - entry.lastAt > FORGET_MS) {
      this.#failures.delete(key);
      return 0;
    }
    if (entry.count < free) return 0;
    return entry.lastAt + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(10, entry.count - free)) - now;
  }

  #sweep(now: number): void {
    for (const [key, entry] of this.#failures) if (now - entry.lastAt > FORGET_MS) this.#failures.delete(key);
    if (this.#failures.size > MAX_ENTRIES) this.#failures.clear();
  }
}
