import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { parseLayerInventory } from '../../content/inventory/layer-inventory.ts';
import { ANALYSER_VERSION } from '../../content/inventory/package.ts';
import { algorithmOf, type Digest, hexOf } from '../../oci/digest.ts';
import type { InventoryCache } from '../../ports/inventory-cache.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const MAX_INVENTORY = 256 * 1024 ** 2;

/** Inventories in a folder of the user's cache. A file that cannot be read or written counts as not there. */
export function folderInventoryCache(folder: string): InventoryCache {
  const home = join(folder, ANALYSER_VERSION);
  const pathOf = (layer: Digest) => join(home, `${algorithmOf(layer)}-${hexOf(layer)}.json.zst`);
  return {
    async get(layer) {
      try {
        const bytes = await decompress(await readFile(pathOf(layer)), { maxOutputLength: MAX_INVENTORY });
        return parseLayerInventory(JSON.parse(bytes.toString('utf8')));
      } catch {
        return undefined;
      }
    },
    async put(layer, inventory) {
      const temporary = `${pathOf(layer)}.${randomBytes(6).toString('hex')}`;
      try {
        await mkdir(home, { recursive: true, mode: 0o700 });
        await writeFile(temporary, await compress(JSON.stringify(inventory)), { mode: 0o600 });
        await rename(temporary, pathOf(layer));
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}
