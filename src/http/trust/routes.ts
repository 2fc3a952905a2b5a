import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../../access/viewer.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { House } from '../house.ts';
import { changefeed } from './changefeed.ts';
import { importCollection } from './import.ts';
import { deleteMetadata, getMetadata } from './metadata.ts';
import { getServerKey, rotateServerKey } from './server-keys.ts';
import { getDialects, getTuf1Metadata, getTuf1Target } from './tuf1.ts';
import { publishMetadata } from './upload.ts';

/** A request on `/v2/<gun>/_trust/…`. */
export interface TrustCall {
  readonly house: House;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly viewer: Viewer;
  readonly gun: string;
}

type Handler = (call: TrustCall, rest: string) => Promise<void>;

interface TrustRoute {
  readonly gun: string;
  readonly rest: string;
  readonly methods: Readonly<Partial<Record<string, Handler>>>;
  /** Token actions that each method needs, for the challenge. */
  readonly actions: Readonly<Partial<Record<string, string>>>;
}

/**
 * What a path of content trust means: Notary v1 under `_trust/tuf/`, TUF 1.x under `_trust/metadata/` and
 * `_trust/targets/`. A GUN holds slashes, colons and dots, so the path is cut at the last `/_trust/`.
 */
export function findTrustRoute(path: string): TrustRoute | undefined {
  if (path === '/v2/_trust/changefeed') return { gun: '', rest: '', methods: { GET: changefeed }, actions: {} };
  const at = path.lastIndexOf('/_trust/');
  if (!path.startsWith('/v2/') || at < 5) return undefined;
  const gun = path.slice(4, at);
  const rest = path.slice(at + '/_trust/'.length);
  if (rest === 'changefeed') return { gun, rest: '', methods: { GET: changefeed }, actions: { GET: 'pull' } };
  if (rest === 'tuf/')
    return {
      gun,
      rest: '',
      methods: { POST: publishMetadata, DELETE: deleteMetadata },
      actions: { POST: 'push,pull', DELETE: '*' },
    };
  if (rest === 'import') return { gun, rest, methods: { POST: importCollection }, actions: { POST: '*' } };
  const key = /^tuf\/(timestamp|snapshot)\.key$/.exec(rest)?.[1];
  if (key)
    return {
      gun,
      rest: key,
      methods: { GET: getServerKey, POST: rotateServerKey },
      actions: { GET: 'push,pull', POST: '*' },
    };
  if (rest === 'metadata/') return { gun, rest, methods: { GET: getDialects }, actions: { GET: 'pull' } };
  for (const [folder, handler] of [
    ['tuf/', getMetadata],
    ['metadata/', getTuf1Metadata],
    ['targets/', getTuf1Target],
  ] as const)
    if (rest.startsWith(folder) && rest.length > folder.length)
      return { gun, rest: rest.slice(folder.length), methods: { GET: handler }, actions: { GET: 'pull' } };
  return { gun, rest, methods: {}, actions: {} };
}

/** Answers a request of content trust. Unknown paths and HEAD are 404 and other methods 405, as with notary-server. */
export async function answerTrust(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  route: TrustRoute,
  query: URLSearchParams,
  viewer: Viewer,
): Promise<void> {
  const method = request.method ?? 'GET';
  const handler = route.methods[method];
  if (!handler) {
    if (method === 'GET' || method === 'HEAD' || method === 'POST' || method === 'PUT' || method === 'DELETE')
      throw new AssayError('trust-metadata-unknown');
    throw new AssayError('method-not-allowed');
  }
  try {
    await handler({ house, request, response, query, viewer, gun: route.gun }, route.rest);
  } catch (error) {
    // Only a publisher is told that the name is not one of ours.
    if (method !== 'POST' && isAssayError(error, 'gun-invalid')) throw new AssayError('trust-metadata-unknown');
    throw error;
  }
}

const UNQUOTABLE = /["\\\s,]/;

/** What a token for this request must cover. */
export function trustScope(route: TrustRoute, method: string): string | undefined {
  if (route.gun === '') return 'registry:catalog:*';
  const actions = route.actions[method];
  return actions === undefined || UNQUOTABLE.test(route.gun) ? undefined : `repository:${route.gun}:${actions}`;
}
