import { formatReference } from '../oci/reference.ts';
import type { Digest } from '../oci/digest.ts';
import type { SetReference } from '../work/content/set-reference.ts';
import { verifyTag } from '../work/trust/verify-tag.ts';
import type { Invocation } from './command.ts';
import { explained } from './content-trust.ts';
import { namedCollection } from './trust-session.ts';

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
