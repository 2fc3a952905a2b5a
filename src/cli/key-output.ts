import { writeFileSync } from 'node:fs';
import { AssayError, storageError, systemCode } from '../lib/error.ts';
import { toRfc3339 } from '../lib/clock.ts';
import type { StoredKey } from '../ports/key-store.ts';
import { printable, table, type Terminal } from './terminal.ts';

/** A key as JSON output shows it. */
export function keyJson(key: StoredKey): Record<string, unknown> {
  return {
    id: key.id,
    store: key.store,
    ...(key.role !== '' && { role: key.role }),
    ...(key.gun !== undefined && { gun: key.gun }),
    ...(key.algorithm !== undefined && { algorithm: key.algorithm }),
    ...(key.createdAt !== undefined && { createdAt: toRfc3339(key.createdAt) }),
    sealed: key.sealed,
    location: key.location,
    ...(key.problem !== undefined && { problem: key.problem }),
  };
}

export function keyTable(terminal: Terminal, keys: readonly StoredKey[]): string {
  return table(
    terminal,
    ['ROLE', 'KEY', 'STORE', 'KIND', 'COLLECTION'],
    keys.map((key) => [
      printable(key.role || '?'),
      key.id.slice(0, 16),
      key.store,
      key.problem === undefined ? (key.algorithm ?? '-') : '!',
      printable(key.gun ?? '-'),
    ]),
  );
}

/** Writes a new file that its owner alone may read; one that is there stays. */
export function writePrivateFile(path: string, text: string, mode: number = 0o600): void {
  try {
    writeFileSync(path, text, { mode, flag: 'wx', flush: true });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw new AssayError('already-exists', `${path} is there already`);
    throw storageError(error, `writing ${path}`);
  }
}
