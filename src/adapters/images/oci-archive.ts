import { type FileReference, formatReference } from '../../oci/reference.ts';
import type { ImageSource } from '../../ports/image-source.ts';
import { openArchive } from './archive-file.ts';
import { openLayout } from './layout-source.ts';

/** `oci-archive:FILE[:NAME]`: a tar of an image layout. */
export async function openOciArchive(reference: FileReference): Promise<ImageSource> {
  const tree = await openArchive(reference.path);
  try {
    return await openLayout(tree, reference, formatReference(reference));
  } catch (error) {
    await tree[Symbol.asyncDispose]();
    throw error;
  }
}
