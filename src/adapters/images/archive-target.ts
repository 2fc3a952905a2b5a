import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageError } from '../../lib/error.ts';
import { tarEnd, tarHeader, tarPadding } from '../../lib/tar-writer.ts';
import { type FileReference, formatReference } from '../../oci/reference.ts';
import type { ImageTarget } from '../../ports/image-source.ts';
import { openNamed, sliceOf } from './file-bytes.ts';
import { LayoutTarget } from './layout-target.ts';
import { removedOnSignal } from './leftovers.ts';

/** Writes a tar of an image layout: the layout first, in a folder beside the file, then its files in one go. */
export async function openArchiveTarget(reference: FileReference): Promise<ImageTarget> {
  let folder: string;
  try {
    folder = await mkdtemp(join(dirname(reference.path), '.assay-archive-'));
  } catch (error) {
    throw storageError(error, `writing beside ${reference.path}`);
  }
  const leftover = removedOnSignal(folder);
  const layout = new LayoutTarget(folder, reference.name, formatReference(reference), []);
  return {
    name: layout.name,
    tag: layout.tag,
    digest: undefined,
    putBlob: (descriptor, bytes) => layout.putBlob(descriptor, bytes),
    putManifest: (manifest, place) => layout.putManifest(manifest, place),
    async finish() {
      await layout.finish();
      await packFolder(folder, reference.path);
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      leftover[Symbol.dispose]();
    },
  };
}

async function packFolder(folder: string, path: string): Promise<void> {
  const blobs = (await readdir(join(folder, 'blobs'), { recursive: true })).map((each) => join('blobs', each)).sort();
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  using _ = removedOnSignal(temporary);
  try {
    await using archive = await open(temporary, 'wx');
    for (const name of ['oci-layout', 'index.json', ...blobs]) {
      const { size, mode } = await stat(join(folder, name));
      if ((mode & 0o170000) === 0o040000) continue;
      await archive.writeFile(tarHeader(name, size));
      await using file = await openNamed(join(folder, name));
      for await (const chunk of sliceOf(file, 0, size)) await archive.writeFile(chunk);
      await archive.writeFile(tarPadding(size));
    }
    await archive.writeFile(tarEnd());
    await archive.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error, `writing ${path}`);
  }
}
