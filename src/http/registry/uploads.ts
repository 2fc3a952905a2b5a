import type { IncomingMessage } from 'node:http';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { parseAlgorithm, parseDigest } from '../../oci/digest.ts';
import { repositoryNameOrNone } from '../../access/scope.ts';
import type { ChunkRange } from '../../work/registry/uploads.ts';
import { sendEmpty } from './answer.ts';
import { bodyOf } from '../request-body.ts';
import type { RegistryCall } from './routes.ts';

function uploadPath(call: RegistryCall, id: string): string {
  return `/v2/${call.spelled}/blobs/uploads/${id}`;
}

/** `Range: 0-last`; the specification's form of an empty upload is `0-0`, as every registry sends it. */
function rangeHeader(size: number): string {
  return `0-${Math.max(0, size - 1)}`;
}

function blobCreated(call: RegistryCall, digest: string): void {
  sendEmpty(call.response, 201, { Location: `/v2/${call.spelled}/blobs/${digest}`, 'Docker-Content-Digest': digest });
}

/** end-4a, 4b, 4c and 11: begin an upload, take a whole blob, or mount one that is stored already. */
export async function startUpload(call: RegistryCall): Promise<void> {
  const { house, request, viewer, name, query } = call;
  const mount = query.get('mount');
  if (mount !== null) {
    const digest = parseDigest(mount);
    const from = query.get('from');
    // An unknown or foreign source is no error: the answer is an upload session (clients name other registries here).
    const source = from === null || from === '' ? undefined : repositoryNameOrNone(from);
    const mounted = from && !source ? false : await house.blobs.mount(viewer, name, digest, source);
    if (mounted) return blobCreated(call, digest);
  }
  const wanted = query.get('digest');
  if (wanted !== null && mount === null) {
    const digest = parseDigest(wanted);
    await house.uploads.whole(viewer, name, digest, bodyOf(request));
    return blobCreated(call, digest);
  }
  const session = await house.uploads.start(viewer, name, parseAlgorithm(query.get('digest-algorithm') ?? 'sha256'));
  sendEmpty(call.response, 202, {
    Location: uploadPath(call, session.id),
    Range: '0-0',
    'Docker-Upload-UUID': session.id,
  });
}

/** end-5: a chunk, or a stream of unknown length. */
export async function patchUpload(call: RegistryCall, id: string): Promise<void> {
  const size = await appending(call, id, () =>
    call.house.uploads.append(call.viewer, call.name, id, bodyOf(call.request), chunkRange(call.request)),
  );
  sendEmpty(call.response, 202, { Location: uploadPath(call, id), Range: rangeHeader(size), 'Docker-Upload-UUID': id });
}

/** end-6: the last chunk, if any, and the digest. */
export async function finishUpload(call: RegistryCall, id: string): Promise<void> {
  const text = call.query.get('digest');
  if (text === null) throw new AssayError('digest-invalid', 'the digest parameter is missing');
  const digest = parseDigest(text);
  await appending(call, id, () =>
    call.house.uploads.finish(call.viewer, call.name, id, digest, bodyOf(call.request), chunkRange(call.request)),
  );
  blobCreated(call, digest);
}

/** end-13 */
export async function uploadStatus(call: RegistryCall, id: string): Promise<void> {
  const size = await call.house.uploads.size(call.viewer, call.name, id);
  sendEmpty(call.response, 204, { Location: uploadPath(call, id), Range: rangeHeader(size), 'Docker-Upload-UUID': id });
}

/** end-14 */
export async function cancelUpload(call: RegistryCall, id: string): Promise<void> {
  await call.house.uploads.cancel(call.viewer, call.name, id);
  sendEmpty(call.response, 204);
}

/** A chunk out of order gets 416 with where to go on, so that the client can resume. */
async function appending<T>(call: RegistryCall, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAssayError(error, 'range-invalid')) {
      const { size } = error.detail as { size: number };
      call.response.setHeader('Location', uploadPath(call, id));
      call.response.setHeader('Range', rangeHeader(size));
      call.response.setHeader('Docker-Upload-UUID', id);
    }
    throw error;
  }
}

/** `Content-Range: first-last` of the distribution specification: no unit, no total. */
function chunkRange(request: IncomingMessage): ChunkRange | undefined {
  const header = request.headers['content-range'];
  if (header === undefined) return undefined;
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(header.trim());
  if (!match || Number(match[2]) < Number(match[1]))
    throw new AssayError(
      'blob-upload-invalid',
      `the Content-Range ${JSON.stringify(header.slice(0, 60))} is not first-last`,
    );
  const range = { first: Number(match[1]), last: Number(match[2]) };
  const length = request.headers['content-length'];
  if (length !== undefined && Number(length) !== range.last - range.first + 1)
    throw new AssayError('size-invalid', 'Content-Range and Content-Length do not agree');
  return range;
}
