import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { isAdministrator, nameOf } from '../access/viewer.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { type ErrorCode, errorTable } from '../lib/error-table.ts';
import { answerAdmission } from './admission/routes.ts';
import { apiServer } from './api/server.ts';
import type { ConsoleFiles } from './console.ts';
import { withoutToken } from './path-token.ts';
import { identify, refuseReadOnly, viewerOfRequest } from './credentials.ts';
import { answerFeeds } from './feeds/routes.ts';
import type { HostCheck } from './hosts.ts';
import type { House } from './house.ts';
import { type FindOrigin, noteOrigin, originOf, requestIdOf } from './origin.ts';
import { answerOidc } from './oidc.ts';
import { answerTrustHealth } from './trust/health.ts';
import { finishBody, sendEmpty, sendJson, sendRegistryError, toAssayError } from './registry/answer.ts';
import { answerRegistry } from './registry/routes.ts';
import { answerTrust, findTrustRoute } from './trust/routes.ts';
import { answerToken } from './token/token.ts';

export interface RequestLog {
  answered(
    request: IncomingMessage,
    response: ServerResponse,
    info: { requestId: string; actor: string; milliseconds: number; error: AssayError | undefined },
  ): void;
}

export interface ServerParts {
  readonly house: House;
  readonly hosts: HostCheck;
  readonly origin: FindOrigin;
  readonly console: ConsoleFiles;
  readonly log: RequestLog;
  readonly ready: () => Promise<boolean>;
  /** Text of /metrics for a caller with the right. */
  readonly metrics: () => Promise<{ type: string; text: string }>;
}

const MAX_URL = 8192;

/** The one front of the house: finds what a request is for, who asks, and turns failures into answers. */
export function frontServer(parts: ServerParts): (request: IncomingMessage, response: ServerResponse) => void {
  const api = apiServer(parts.house);
  return (request, response) => {
    const startedAt = performance.now();
    const state: RequestState = { requestId: randomUUID(), actor: '', error: undefined };
    noteOrigin(request, parts.origin(request), state.requestId);
    response.setHeader('X-Request-Id', state.requestId);
    if (isStrict(parts.house, request)) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    response.once('close', () => {
      noteDenial(parts.house, request, state.refused ?? state.error);
      parts.log.answered(request, response, {
        requestId: state.requestId,
        actor: state.actor,
        milliseconds: performance.now() - startedAt,
        error: state.error,
      });
    });
    answer(parts, api, request, response, state).catch((error: unknown) => {
      state.error ??= toAssayError(error);
      if (response.headersSent) response.destroy();
      else sendProblem(request, response, state);
    });
  };
}

/**
 * Whether browsers shall only ever come by TLS (RFC 6797): with a certificate that was given, under a name. An own
 * authority may be made anew, and a browser that holds on to this could not go past that.
 */
function isStrict(house: House, request: IncomingMessage): boolean {
  const { secure, host } = originOf(request);
  const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return secure && house.authority === undefined && isIP(name) === 0 && !/(?:^|\.)localhost$/i.test(name);
}

interface RequestState {
  readonly requestId: string;
  actor: string;
  error: AssayError | undefined;
  /** What was refused, when the answer asks for a sign-in instead of saying so. */
  refused?: AssayError;
}

async function answer(
  parts: ServerParts,
  api: ReturnType<typeof apiServer>,
  request: IncomingMessage,
  response: ServerResponse,
  state: RequestState,
): Promise<void> {
  const url = request.url ?? '/';
  if (url.length > MAX_URL) throw new AssayError('uri-too-long');
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1));
  if (path === '/livez') return sendEmpty(response, 200);
  if (path === '/readyz') return sendEmpty(response, (await parts.ready()) ? 200 : 503);
  if (path === '/_notary_server/health') return answerTrustHealth(parts.house, response);
  parts.hosts.require(request);
  parts.house.clientCertificates?.require(request, response);
  if (path === '/v2' || path.startsWith('/v2/')) return registry(parts, request, response, state, path, query);
  if (path === '/token') {
    try {
      return await answerToken(parts.house, request, response, query);
    } catch (error) {
      state.error = toAssayError(error);
      return sendRegistryError(
        request,
        response,
        state.error,
        state.error.code === 'credentials-invalid' ? { 'WWW-Authenticate': 'Basic realm="Assay"' } : {},
      );
    }
  }
  if (path.startsWith('/api/'))
    return api(request, response, {
      requestId: state.requestId,
      failed: (error) => {
        state.error = error;
      },
    });
  if (path.startsWith('/admission/')) {
    const viewer = await answerAdmission(parts.house, request, response, path);
    state.actor = nameOf(viewer);
    return;
  }
  if (path.startsWith('/feeds/')) {
    const viewer = await answerFeeds(parts.house, parts.hosts.base(request), request, response, path);
    state.actor = nameOf(viewer);
    return;
  }
  if (path.startsWith('/oidc/')) return answerOidc(parts.house, parts.hosts, request, response, path, query);
  if (path === '/v1/search') return search(parts, request, response, query);
  if (path === '/metrics') return metrics(parts, request, response);
  return parts.console.send(request, response, path);
}

async function registry(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  state: RequestState,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
  try {
    const caller = await identify(parts.house, request);
    state.actor = nameOf(caller.viewer);
    refuseReadOnly(caller, request.method);
    const trust = findTrustRoute(path);
    if (trust) return await answerTrust(parts.house, request, response, trust, query, caller.viewer);
    await answerRegistry(parts.house, request, response, path, query, caller.viewer);
  } catch (error) {
    const failure = toAssayError(error);
    state.refused = failure;
    // Clients of content trust read 403 as "unreachable"; they are asked to sign in instead.
    const challenge =
      needsSignIn(failure, request) || (failure.code === 'denied' && findTrustRoute(path) !== undefined);
    state.error = challenge && failure.code === 'denied' ? new AssayError('unauthorized', failure.message) : failure;
    sendRegistryError(
      request,
      response,
      state.error,
      challenge ? { 'WWW-Authenticate': parts.hosts.challenge(request, path, query) } : {},
    );
  }
}

/** Refusals that say something of who asks; a request without credentials is only asked for some. */
const REFUSALS: readonly ErrorCode[] = [
  'denied',
  'credentials-invalid',
  'second-factor-required',
  'directory-refused',
  'certificate-refused',
  'origin-refused',
  'tag-immutable',
  'tag-protected',
  'quota-exceeded',
];

function noteDenial(house: House, request: IncomingMessage, error: AssayError | undefined): void {
  if (!error || !REFUSALS.includes(error.code)) return;
  const viewer = viewerOfRequest(request);
  const path = (request.url ?? '').split('?')[0] ?? '';
  const by = viewer.kind === 'account' ? (viewer.origin?.by ?? '') : '';
  const origin = { address: originOf(request).address, requestId: requestIdOf(request), by };
  house.denials.note(viewer, error.code, `${request.method} ${withoutToken(path)}`, origin);
}

/**
 * A client without credentials, or whose token does not cover the repository, is challenged for a token rather than told
 * what exists: what it may not see then looks like what it has not signed in for.
 */
function needsSignIn(error: AssayError, request: IncomingMessage): boolean {
  if (isAssayError(error, 'unauthorized', 'credentials-invalid')) return true;
  const bearer =
    /^bearer /i.test(request.headers.authorization ?? '') && !/^bearer asy_/i.test(request.headers.authorization ?? '');
  return bearer && isAssayError(error, 'denied');
}

async function search(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const { viewer } = await identify(parts.house, request);
  // podman asks without its credentials first and turns to the catalogue, with them, when it is refused here.
  if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
  const limit = Math.min(100, Math.max(1, Number(query.get('n') ?? 25) || 25));
  const found = await parts.house.database.records.registry.repositories(viewer, {
    search: (query.get('q') ?? '').toLowerCase(),
    limit,
  });
  const results = found.map((each) => ({
    name: each.name,
    description: each.description,
    star_count: 0,
    is_official: false,
    is_automated: false,
    is_trusted: false,
  }));
  sendJson(response, 200, {
    num_pages: 1,
    num_results: results.length,
    page: 1,
    page_size: limit,
    query: query.get('q') ?? '',
    results,
  });
}

async function metrics(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { viewer } = await identify(parts.house, request);
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  if (!isAdministrator(viewer)) throw new AssayError('denied');
  const { type, text } = await parts.metrics();
  const body = Buffer.from(text);
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}

function sendProblem(request: IncomingMessage, response: ServerResponse, state: RequestState): void {
  const error = state.error ?? new AssayError('internal');
  finishBody(request, response);
  sendJson(
    response,
    errorTable[error.code].status,
    {
      type: `urn:assay:error:${error.code}`,
      title: errorTable[error.code].text,
      status: errorTable[error.code].status,
      detail: error.message,
      code: error.code,
      requestId: state.requestId,
    },
    {
      'Content-Type': 'application/problem+json',
      ...(error.code === 'unauthorized' && { 'WWW-Authenticate': 'Basic realm="Assay"' }),
    },
  );
}
