import { AssayError } from '../../lib/error.ts';
import { parseTag, type Tag } from '../../oci/names.ts';
import { parseRegistryReference, type RegistryReference } from '../../oci/reference.ts';

/** The tag under which a set is published when the reference names none. */
const TAG = parseTag('latest');

export type SetReference = RegistryReference & { readonly host: string; readonly tag: Tag };

/** `registry/repository[:tag]` of a published set. Throws `reference-invalid` without a registry or with a digest. */
export function setReference(text: string): SetReference {
  const reference = parseRegistryReference(text);
  if (reference.host === undefined)
    throw new AssayError('reference-invalid', `name the registry too, as in registry.example.com/${text}`);
  if (reference.digest !== undefined)
    throw new AssayError('reference-invalid', 'a set is named by its tag: a digest would stay what it is for ever');
  return { ...reference, host: reference.host, tag: reference.tag ?? TAG };
}
