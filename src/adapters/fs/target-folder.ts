import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAssayError, storageError, systemCode } from '../../lib/error.ts';
import { localName } from '../../trust/tuf/client/file-names.ts';
import type { FoundTarget } from '../../trust/tuf/client/find-target.ts';
import { checkedTarget } from '../../trust/tuf/client/target-file.ts';

/**
 * The file of a target in a folder: the one that is there when it still has the signed length and hashes, else what
 * `download` brings, which gets its name only after every check. Answers the path of the file.
 */
export async function storeTarget(
  folder: string,
  target: FoundTarget,
  download: () => AsyncIterable<Uint8Array>,
): Promise<string> {
  const path = join(folder, localName(target.path));
  if (await isThere(path, target)) return path;
  const beside = `${path}.${process.pid}.part`;
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(beside, 'w', 0o644);
    try {
      for await (const chunk of checkedTarget(target, download())) await file.writeFile(chunk);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw storageError(error, `storing ${target.path}`);
  }
  return path;
}

async function isThere(path: string, target: FoundTarget): Promise<boolean> {
  try {
    for await (const _ of checkedTarget(target, bytesOf(path)));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || isAssayError(error, 'trust-hash-mismatch', 'trust-endless-data'))
      return false;
    throw storageError(error, `reading ${path}`);
  }
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}
