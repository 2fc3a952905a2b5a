import { renderImageTrust } from '../contract/render-trust.ts';
import { getImageTrust, type ImageTrust } from '../contract/trust.ts';
import { type ImageReference, manifestOf } from '../oci/reference.ts';
import { verifyStanding } from '../work/trust/standing.ts';
import type { Invocation } from './command.ts';
import type { ServerClient } from './server-client.ts';
import { namedCollection } from './trust-session.ts';

/**
 * What the trust data of an image's repository says of it. It is verified here, over what this user trusted at earlier
 * visits; a repository that was named without its registry is asked of the server.
 */
export async function checkTrust(
  invocation: Invocation,
  reference: ImageReference,
  digest: string,
  client: ServerClient | undefined,
): Promise<ImageTrust | undefined> {
  if (reference.transport !== 'registry') return undefined;
  if (reference.host !== undefined) {
    const { world } = await namedCollection(invocation);
    const standing = await verifyStanding(world, Date.now());
    const { tag } = reference;
    const facts = { since: () => undefined, registryDigest: (name: string) => (name === tag ? digest : undefined) };
    return renderImageTrust({ digest, tag, within: [] }, [{ standing, facts }]);
  }
  if (!client) return undefined;
  const path = `/api/v1/repositories/${encodeURIComponent(reference.repository)}/images/${encodeURIComponent(manifestOf(reference))}/trust`;
  const { answers: _, ...trust } = getImageTrust.answer.parse(await client.call('GET', path));
  return trust;
}
