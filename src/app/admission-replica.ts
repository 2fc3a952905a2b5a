import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { decisionFile } from '../adapters/fs/decision-file.ts';
import type { AdmissionReplicaOptions, RunningReplica } from '../cli/command.ts';
import type { ServerClient } from '../cli/server-client.ts';
import { answerReview } from '../http/admission/routes.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import { RemoteDecisions } from '../work/gates/remote-decisions.ts';
import { serverDecisions } from './server-decisions.ts';

const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/**
 * Answers admission reviews in a cluster with a server's decisions. Whoever reaches it may ask, unless an authority of
 * clients is named; it tells no more than whether an image may be deployed.
 */
export async function serveAdmissionReplica(
  client: ServerClient,
  options: AdmissionReplicaOptions,
): Promise<RunningReplica> {
  const decisions = new RemoteDecisions(serverDecisions(client), decisionFile(options.state), systemClock);
  await decisions.open();
  const server = createServer(
    {
      cert: readFileSync(options.certificate),
      key: readFileSync(options.key),
      ...(options.clientCa !== undefined && {
        ca: readFileSync(options.clientCa),
        requestCert: true,
        rejectUnauthorized: true,
      }),
      minVersion: 'TLSv1.2',
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
    },
    (request, response) => {
      answer(request, response, decisions).catch(() => response.destroy());
    },
  );
  const cut = options.listen.lastIndexOf(':');
  const [host, port] = [options.listen.slice(0, cut).replace(/^\[|\]$/g, ''), Number(options.listen.slice(cut + 1))];
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new AssayError('configuration-invalid', `cannot listen on ${options.listen}`, { cause })),
    );
    server.listen({ host, port }, resolve);
  });
  const bound = server.address();
  return {
    address: `${host}:${typeof bound === 'object' && bound ? bound.port : port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
      await decisions.close();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, decisions: RemoteDecisions): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === '/livez' || path === '/readyz') {
    response.writeHead(200).end();
    return;
  }
  const form = /^\/admission\/(validate|mutate)$/.exec(path ?? '')?.[1];
  if (request.method !== 'POST' || (form !== 'validate' && form !== 'mutate')) {
    response.writeHead(404).end();
    return;
  }
  await answerReview(
    request,
    response,
    (image, record) => decisions.ask({ gate: 'deploy', image, powers: [] }, !record),
    form,
  );
}
