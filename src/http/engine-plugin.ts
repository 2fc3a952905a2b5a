import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { EngineVerdict } from '../work/gates/engine-gate.ts';
import type { EngineRequest } from '../runtime/docker/engine-call.ts';

/** An engine hands on bodies up to 1 MiB, in base64, with headers beside them. */
const MAX_BYTES = 4 * 1024 * 1024;
const TYPE = 'application/vnd.docker.plugins.v1.2+json';

const asked = z.object({
  RequestMethod: z.string(),
  RequestUri: z.string(),
  RequestBody: z.string().nullish(),
  RequestHeaders: z.record(z.string(), z.string()).nullish(),
});

/**
 * The authorisation plug-in protocol of Docker Engine (docs: "Access authorization plugin", API v1): what the engine
 * was asked goes to `decide`; what cannot be read is refused.
 */
export function enginePlugin(decide: (request: EngineRequest) => Promise<EngineVerdict>): Server {
  return createServer((request, response) => {
    answer(request, response, decide).catch(() => response.destroy());
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  decide: (request: EngineRequest) => Promise<EngineVerdict>,
): Promise<void> {
  const bytes = await bodyWithin(request);
  if (request.url === '/Plugin.Activate') return send(response, { Implements: ['authz'] });
  // Answers are let out: what must not happen was refused before it did.
  if (request.url === '/AuthZPlugin.AuthZRes') return send(response, { Allow: true });
  if (request.url !== '/AuthZPlugin.AuthZReq') {
    response.writeHead(404).end();
    return;
  }
  const read = bytes && asked.safeParse(jsonOf(bytes));
  if (!read?.success) return send(response, { Allow: false, Msg: 'the engine sent what is no request of a plug-in' });
  const { RequestMethod, RequestUri, RequestBody, RequestHeaders } = read.data;
  const [, contentType = ''] =
    Object.entries(RequestHeaders ?? {}).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  const verdict = await decide({
    method: RequestMethod,
    uri: RequestUri,
    body: RequestBody ? Buffer.from(RequestBody, 'base64') : undefined,
    contentType,
  });
  send(response, verdict.allow ? { Allow: true } : { Allow: false, Msg: verdict.message });
}

function send(response: ServerResponse, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(200, { 'Content-Type': TYPE, 'Content-Length': body.length });
  response.end(body);
}

async function bodyWithin(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  return size > MAX_BYTES ? undefined : Buffer.concat(chunks);
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
