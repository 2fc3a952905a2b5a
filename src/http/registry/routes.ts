import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';

import { parseRepositoryName, type RepositoryName } from '../../oci/names.ts';
import type { House } from '../house.ts';
import { sendJson } from './answer.ts';
import { getBlob, headBlob, deleteBlob } from './blobs.ts';
import { deleteManifest, getManifest, putManifest } from './manifests.ts';
import { catalogue, extensions, referrers, tagList } from './lists.ts';
import { cancelUpload, finishUpload, patchUpload, startUpload, uploadStatus } from './uploads.ts';

/** A request on /v2 with everything its handler needs. */
export interface RegistryCall {
  readonly house: House;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly viewer: Viewer;
  /** The repository as the client spelled it; Location headers keep that spelling. */
  readonly spelled: string;
  readonly name: RepositoryName;
}

type Handler = (call: RegistryCall, rest: string) => Promise<void>;

/** What a path on /v2 means: repository names hold slashes, so it is read from the right. */
interface Route {
  readonly spelled: string;
  readonly rest: string;
  readonly methods: Readonly<Partial<Record<string, Handler>>>;
}

const uploadsRoot = { POST: startUpload } as const;
const upload = { GET: uploadStatus, PATCH: patchUpload, PUT: finishUpload, DELETE: cancelUpload } as const;
const blob = { GET: getBlob, HEAD: headBlob, DELETE: deleteBlob } as const;
const manifest = { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest } as const;

export function findRoute(path: string): Route | undefined {
  const match = /^\/v2\/(.+?)\/blobs\/uploads\/?$/.exec(path);
  if (match) return { spelled: match[1]!, rest: '', methods: uploadsRoot };
  const cut = path.lastIndexOf('/');
  const rest = path.slice(cut + 1);
  const before = path.slice(0, cut);
  if (rest === '' || !before.startsWith('/v2/')) return undefined;
  const kinds: [string, Route['methods']][] = [
    ['/blobs/uploads', upload],
    ['/blobs', blob],
    ['/manifests', manifest],
    ['/referrers', { GET: referrers }],
    ['/tags', rest === 'list' ? { GET: tagList } : {}],
  ];
  for (const [ending, methods] of kinds)
    if (before.endsWith(ending) && before.length > ending.length + 4)
      return { spelled: before.slice(4, -ending.length), rest, methods };
  return undefined;
}

/** Answers a request on /v2 (OCI distribution specification 1.1, "Endpoints"). */
export async function answerRegistry(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  viewer: Viewer,
): Promise<void> {
  const method = request.method ?? 'GET';
  if (path === '/v2' || path === '/v2/') {
    if (method !== 'GET' && method !== 'HEAD') throw new AssayError('method-not-allowed');
    if (viewer.kind === 'anonymous' && !viewer.scope) throw new AssayError('unauthorized');
    return sendJson(response, 200, {});
  }
  const call = { house, request, response, query, viewer };
  if (path === '/v2/_catalog' && method === 'GET') return catalogue(call);
  if (path === '/v2/_oci/ext/discover' && method === 'GET') return extensions(call);
  const route = findRoute(path);
  if (!route) throw new AssayError('not-found', 'no such path in the registry');
  const handler = route.methods[method];
  if (!handler) {
    response.setHeader('Allow', Object.keys(route.methods).join(', '));
    throw new AssayError('method-not-allowed');
  }
  await handler({ ...call, spelled: route.spelled, name: parseRepositoryName(route.spelled) }, route.rest);
}
