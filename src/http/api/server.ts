import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { z } from 'zod';
import { anonymous, isAdministrator } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { Endpoint } from '../../contract/endpoint.ts';
import { endpoints } from '../../contract/endpoints.ts';
import { openApiDocument } from '../../contract/openapi.ts';
import { addressOf, callerOfCertificate, identify, refuseReadOnly, type Caller } from '../credentials.ts';
import type { House } from '../house.ts';
import { bodyOf } from '../request-body.ts';
import { toAssayError } from '../registry/answer.ts';
import type { AnswerHead, Handled } from './call.ts';
import { handlers } from './handlers/all.ts';
import { foreignProblemOf, problemOf } from './problem.ts';
import { isForeign, requireSameOrigin } from '../origin.ts';
import { callerOfSession } from './session-cookie.ts';

const DEFAULT_BODY = 64 * 1024;

interface ApiContext {
  readonly requestId: string;
  readonly failed: (error: AssayError) => void;
}

/** Answers /api: every declared endpoint has a handler and a right, or the server does not start. */
export function apiServer(
  house: House,
): (request: IncomingMessage, response: ServerResponse, context: ApiContext) => Promise<void> {
  const contexts = new WeakMap<IncomingMessage, ApiContext>();
  const app = new Hono<{ Bindings: HttpBindings }>();
  const document = JSON.stringify(openApiDocument(house.version));
  app.get('/api/openapi.json', (c) => c.body(document, 200, { 'content-type': 'application/json' }));
  const byId = new Map(handlers.map((each) => [each.endpoint.id, each]));
  for (const endpoint of endpoints) {
    const handled = byId.get(endpoint.id);
    if (!handled || !endpoint.right)
      throw new AssayError('configuration-invalid', `the endpoint ${endpoint.id} has no handler or no right`);
    app.on(endpoint.method, endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) =>
      answer(house, handled, c.env.incoming, contexts.get(c.env.incoming)!, {
        params: c.req.param(),
        query: new URL(c.req.url).searchParams,
      }),
    );
  }
  app.notFound((c) =>
    problemResponse(new AssayError('not-found', 'no such path in /api'), contexts.get(c.env.incoming)!),
  );
  app.onError((error, c) => problemResponse(toAssayError(error), contexts.get(c.env.incoming)!));
  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
  });
  return async (request, response, context) => {
    contexts.set(request, context);
    await listener(request, response);
  };
}

function problemResponse(error: AssayError, context: ApiContext, wire?: Endpoint['wire']): Response {
  context.failed(error);
  const { status, headers, body } = wire ? foreignProblemOf(error, wire) : problemOf(error, context.requestId);
  return new Response(body, { status, headers });
}

async function answer(
  house: House,
  { endpoint, answer: handler }: Handled,
  request: IncomingMessage,
  context: ApiContext,
  raw: { params: Record<string, string>; query: URLSearchParams },
): Promise<Response> {
  try {
    const caller = await callerFor(house, request, endpoint);
    checkRight(endpoint, caller);
    const head: AnswerHead = { headers: {} };
    const value = await handler({
      house,
      caller,
      viewer: caller.viewer,
      request,
      address: addressOf(request),
      head,
      params: parse(endpoint.params, raw.params, 'params') as never,
      query: parse(endpoint.query, Object.fromEntries(raw.query), 'query') as never,
      body: (endpoint.body
        ? parse(endpoint.body, await readJson(request, endpoint.maxBodyBytes ?? DEFAULT_BODY), '')
        : undefined) as never,
      bytes: () => limited(request, endpoint.maxBodyBytes ?? DEFAULT_BODY),
    });
    if (endpoint.stream) return streamed(value as AsyncIterable<Uint8Array>, endpoint.stream);
    if (!endpoint.answer) return new Response(null, { status: 204, headers: { ...head.headers } });
    return new Response(JSON.stringify(value), {
      status: head.status ?? endpoint.status ?? 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...head.headers },
    });
  } catch (error) {
    return problemResponse(toAssayError(error), context, endpoint.wire);
  }
}

function streamed(bytes: AsyncIterable<Uint8Array>, type: string): Response {
  return new Response(ReadableStream.from(bytes), {
    headers: { 'content-type': type, 'cache-control': 'no-store' },
  });
}

/** Authorization header first; a browser comes with its session cookie or certificate and must then come from this site. */
async function callerFor(house: House, request: IncomingMessage, { embeddable }: Endpoint): Promise<Caller> {
  if (request.headers.authorization) {
    const caller = await identify(house, request);
    refuseReadOnly(caller, request.method);
    return caller;
  }
  // A picture on another site's page shows what is public, whoever looks at it.
  if (embeddable && isForeign(request)) return { viewer: anonymous, identified: undefined, readOnly: true };
  requireSameOrigin(request);
  const caller = await callerOfSession(house, request);
  return caller.identified ? caller : callerOfCertificate(house, request);
}

function checkRight(endpoint: Endpoint, { viewer }: Caller): void {
  if (endpoint.right === 'anyone' || endpoint.right === 'viewer') return;
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  if (endpoint.right === 'administrator' && !isAdministrator(viewer))
    throw new AssayError('denied', 'this needs an administrator');
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.slice(0, 20).map((issue) => ({
    pointer: `/${[where, ...issue.path].filter((part) => part !== '').join('/')}`,
    code: issue.code,
    detail: issue.message,
  }));
  throw new AssayError('input-invalid', `${errors[0]?.pointer}: ${errors[0]?.detail}`, { detail: errors });
}

async function* limited(request: IncomingMessage, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.length;
    if (size > limit) throw new AssayError('body-too-large', `at most ${limit} bytes are accepted here`);
    yield chunk;
  }
}

async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  if (!/^application\/(?:[\w.-]{1,100}\+)?json(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new AssayError('media-type-unsupported', 'send application/json');
  const chunks: Uint8Array[] = [];
  for await (const chunk of limited(request, limit)) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new AssayError('input-invalid', 'the body is not JSON', { cause });
  }
}
