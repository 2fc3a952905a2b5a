import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, systemCode } from '../../lib/error.ts';
import type { FileReference } from '../../oci/reference.ts';
import { formatReference } from '../../oci/reference.ts';
import type { ImageSource } from '../../ports/image-source.ts';
import { openNamed, sliceOf, unreadable } from './file-bytes.ts';
import { openLayout } from './layout-source.ts';
import type { FileTree } from './tar-files.ts';

/** Files of a folder. Paths come from validated digests and fixed names. */
export function folderFiles(folder: string): FileTree {
  return {
    async size(path) {
      try {
        const found = await stat(join(folder, path));
        return found.isFile() ? found.size : undefined;
      } catch (error) {
        if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
        throw unreadable(join(folder, path), error);
      }
    },
    async *open(path) {
      await using file = await openNamed(join(folder, path));
      yield* sliceOf(file, 0, (await file.stat()).size);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** `oci:DIR[:NAME]` */
export async function openOciLayout(reference: FileReference): Promise<ImageSource> {
  const { path } = reference;
  let directory: boolean;
  try {
    directory = (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!directory)
    throw new AssayError('input-invalid', `${path} is no folder; for a tar file write oci-archive:${path}`);
  return openLayout(folderFiles(path), reference, formatReference(reference));
}
