import { parseDigest } from '../../oci/digest.ts';
import { isAssayError } from '../../lib/error.ts';
import { sendEmpty } from './answer.ts';
import { readRange, sendBlob } from './blob-body.ts';
import type { RegistryCall } from './routes.ts';

/** end-2 with HEAD: docker builds its manifest from the Content-Length given here. */
export async function headBlob({ house, response, viewer, name }: RegistryCall, text: string): Promise<void> {
  const blob = await house.blobs.stat(viewer, name, parseDigest(text));
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': blob.size,
    'Docker-Content-Digest': blob.digest,
    'Accept-Ranges': 'bytes',
    ETag: `"${blob.digest}"`,
  });
  response.end();
}

/** end-2 with GET, whole or a range (RFC 9110 section 14). */
export async function getBlob({ house, request, response, viewer, name }: RegistryCall, text: string): Promise<void> {
  const digest = parseDigest(text);
  const { blob, reader } = await house.blobs.open(viewer, name, digest);
  await using _ = reader;
  const headers: Record<string, string | number> = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': blob.digest,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, max-age=31536000, immutable',
    ETag: `"${blob.digest}"`,
  };
  if (request.headers['if-none-match'] === `"${blob.digest}"`) return sendEmpty(response, 304);
  let range: { first: number; last: number } | undefined;
  try {
    range = readRange(request.headers.range, blob.size);
  } catch (error) {
    if (isAssayError(error, 'range-unsatisfiable')) response.setHeader('Content-Range', `bytes */${blob.size}`);
    throw error;
  }
  const { first, last } = range ?? { first: 0, last: blob.size - 1 };
  if (range) headers['Content-Range'] = `bytes ${first}-${last}/${blob.size}`;
  response.writeHead(range ? 206 : 200, { ...headers, 'Content-Length': last - first + 1 });
  await sendBlob(response, reader, first, last);
}

/** end-10 */
export async function deleteBlob({ house, response, viewer, name }: RegistryCall, text: string): Promise<void> {
  await house.blobs.delete(viewer, name, parseDigest(text));
  sendEmpty(response, 202);
}
