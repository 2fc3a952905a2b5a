import { AssayError } from '../../lib/error.ts';
import { parseDigest } from '../../oci/digest.ts';
import { parseTag } from '../../oci/names.ts';
import { trustDialects } from '../../ports/trust-records.ts';
import { sendJson } from '../registry/answer.ts';
import { CURRENT_SECONDS, FIXED_SECONDS, sendFile } from './metadata.ts';
import type { TrustCall } from './routes.ts';

/**
 * Metadata of the TUF 1.x repository under the names of specification 1.0.34 section 6.2: `timestamp.json` plain,
 * everything else as `<version>.<role>.json`. A role's slashes come percent-encoded.
 */
export async function getTuf1Metadata({ house, viewer, gun, response }: TrustCall, rest: string): Promise<void> {
  const { collections } = house.trust;
  const name = decoded(rest);
  if (name === 'timestamp.json')
    return sendFile(
      response,
      await collections.current(viewer, gun, 'tuf-1.0', 'timestamp'),
      CURRENT_SECONDS,
      'application/json',
    );
  const match = /^(\d{1,15})\.(.+)\.json$/.exec(name);
  if (!match) throw new AssayError('trust-metadata-unknown');
  const file = await collections.byVersion(viewer, gun, 'tuf-1.0', match[2]!, Number(match[1]));
  return sendFile(response, file, FIXED_SECONDS, 'application/json');
}

/** Tells a client that both dialects are kept here, whether or not the collection is there. */
export async function getDialects({ response }: TrustCall): Promise<void> {
  sendJson(response, 200, { dialects: trustDialects });
}

/** A target is the manifest that a tag was signed for, as `<sha256>.<tag>` (specification 1.0.34 section 6.2). */
export async function getTuf1Target({ house, viewer, gun, response }: TrustCall, rest: string): Promise<void> {
  const match = /^([0-9a-f]{64})\.([^/]+)$/.exec(decoded(rest));
  if (!match) throw new AssayError('trust-metadata-unknown');
  parseTag(match[2]!);
  const manifest = await house.trust.targets.manifest(viewer, gun, parseDigest(`sha256:${match[1]}`));
  response.writeHead(200, {
    'Content-Type': manifest.mediaType,
    'Content-Length': manifest.raw.length,
    'Cache-Control': `private, max-age=${FIXED_SECONDS}`,
  });
  response.end(manifest.raw);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AssayError('trust-metadata-unknown');
  }
}
