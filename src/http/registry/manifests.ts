import { AssayError, isAssayError } from '../../lib/error.ts';
import { MAX_MANIFEST_BYTES } from '../../oci/manifest.ts';
import { bareMediaType } from '../../oci/media-types.ts';
import { parseTag, parseTagOrDigest } from '../../oci/names.ts';
import { sendEmpty } from './answer.ts';
import type { RegistryCall } from './routes.ts';
import { bodyWithin } from '../request-body.ts';

/** end-3: the bytes as they were pushed, whatever the Accept header says, as every registry does for these types. */
export async function getManifest(
  { house, request, response, viewer, name }: RegistryCall,
  text: string,
): Promise<void> {
  const reference = readable(text);
  const { repository, manifest } = await house.manifests.pull(viewer, name, reference, request.method === 'HEAD');
  const etag = `"${manifest.digest}"`;
  if (request.headers['if-none-match'] === etag)
    return sendEmpty(response, 304, { ETag: etag, 'Docker-Content-Digest': manifest.digest });
  response.writeHead(200, {
    'Content-Type': manifest.mediaType,
    'Content-Length': manifest.raw.length,
    'Docker-Content-Digest': manifest.digest,
    ETag: etag,
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  house.pulls.count(repository.id, manifest.digest, 'tag' in reference ? reference.tag : undefined, viewer);
  response.end(manifest.raw);
}

/** A tag that could never have been pushed is not there; only a malformed digest is the client's mistake. */
function readable(text: string): ReturnType<typeof parseTagOrDigest> {
  try {
    return parseTagOrDigest(text);
  } catch (error) {
    if (isAssayError(error, 'tag-invalid')) throw new AssayError('manifest-unknown', error.message);
    throw error;
  }
}

/** end-7a and 7b */
export async function putManifest(call: RegistryCall, text: string): Promise<void> {
  const { house, request, response, viewer, name, spelled, query } = call;
  const reference = parseTagOrDigest(text);
  const tags = query.getAll('tag').map(parseTag);
  await house.manifests.requirePush(viewer, name);
  const raw = await bodyWithin(request, MAX_MANIFEST_BYTES, 'manifest-too-large');
  const stored = await house.manifests.put(viewer, name, {
    reference,
    tags,
    contentType: bareMediaType(request.headers['content-type']),
    raw,
  });
  sendEmpty(response, 201, {
    Location: `/v2/${spelled}/manifests/${stored.digest}`,
    'Docker-Content-Digest': stored.digest,
    ...(stored.subject && { 'OCI-Subject': stored.subject }),
    ...(tags.length > 0 && { 'OCI-Tag': stored.tags.join(', ') }),
  });
}

/** end-9 */
export async function deleteManifest({ house, response, viewer, name }: RegistryCall, text: string): Promise<void> {
  await house.manifests.delete(viewer, name, parseTagOrDigest(text));
  sendEmpty(response, 202);
}
