import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesInMemory, LayerArtefact, writeArtefact } from '../../content/image/layer-artefact.ts';
import { ANALYSER_VERSION } from '../../content/inventory/package.ts';
import { algorithmOf, type Digest, hexOf } from '../../oci/digest.ts';
import type { InventoryCache } from '../../ports/inventory-cache.ts';

/** Contents of layers in a folder of the user's cache. A file that cannot be read or written counts as not there. */
export function folderInventoryCache(folder: string): InventoryCache {
  const home = join(folder, ANALYSER_VERSION);
  const pathOf = (layer: Digest) => join(home, `${algorithmOf(layer)}-${hexOf(layer)}.layer`);
  return {
    async get(layer) {
      try {
        const artefact = await LayerArtefact.open(bytesInMemory(await readFile(pathOf(layer))));
        return await artefact.contents();
      } catch {
        return undefined;
      }
    },
    async put(layer, contents) {
      const temporary = `${pathOf(layer)}.${randomBytes(6).toString('hex')}`;
      try {
        await mkdir(home, { recursive: true, mode: 0o700 });
        await writeFile(temporary, await writeArtefact(contents), { mode: 0o600 });
        await rename(temporary, pathOf(layer));
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}
