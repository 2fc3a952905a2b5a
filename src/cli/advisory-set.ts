import { AssayError } from '../lib/error.ts';
import { formatReference, parseRegistryReference, type RegistryReference } from '../oci/reference.ts';
import { parseTag, type Tag } from '../oci/names.ts';
import type { Digest } from '../oci/digest.ts';
import { verifyTag } from '../work/trust/verify-tag.ts';
import type { Invocation } from './command.ts';
import { explained } from './content-trust.ts';
import { namedCollection } from './trust-session.ts';

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

/**
 * The manifest that the publisher of a set signed under its tag, by the TUF 1.0 metadata of its registry: what this
 * machine has trusted before is what nobody may roll back. Throws the name of what is wrong.
 */
export async function signedSet(invocation: Invocation, reference: SetReference): Promise<Digest> {
  const { gun, world } = await namedCollection(invocation, formatReference(reference));
  const { pins, warn } = world;
  try {
    const request = { gun, now: Date.now(), ...(pins && { pins }) };
    const { digest } = await verifyTag('tuf-1.0', request, reference.tag, {
      fetch: world.server.metadata['tuf-1.0'],
      files: world.files['tuf-1.0'],
      ...(warn && { warn }),
    });
    return digest;
  } catch (error) {
    throw explained(error, gun, reference.tag);
  }
}
