import { randomBytes } from 'node:crypto';
import type { StorageKey } from '../../ports/blob-store.ts';

const KEYS_PER_FOLDER = 256;
let keysMade = randomBytes(2).readUInt16BE();

/**
 * A key for new bytes: random, so it was never used before. Its last two digits, by which stores divide their folders,
 * stay the same for a while: what is published together then shares the folder and its fsync.
 */
export function newStorageKey(): StorageKey {
  const folder = Math.floor(keysMade++ / KEYS_PER_FOLDER) % 256;
  return `${randomBytes(19).toString('hex')}${folder.toString(16).padStart(2, '0')}` as StorageKey;
}
