import { once } from 'node:events';
import { connect as connectTls, createServer, type Server, type TLSSocket } from 'node:tls';
import { AssayError, systemCode } from '../../lib/error.ts';
import type { SignerService } from '../../ports/signer-service.ts';
import type { ConnectSigner } from './client.ts';
import { serveSigner } from './server.ts';

const MAX_CONNECTIONS = 64;
const HANDSHAKE_MS = 10_000;
const CONNECT_MS = 5000;
const PROBE_MS = 10_000;
const STOP_MS = 3000;

/** Key and certificate of this side, and the authority of the other; all PEM. */
export interface MutualTls {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface SignerListener extends AsyncDisposable {
  /** The port that was given, or the free one that was found. */
  readonly port: number;
}

/**
 * The signing service on TLS 1.3, for clients with a certificate of the given authority and, when `clients` is not empty,
 * one of those common names.
 */
export async function listenSigner(
  at: { host: string; port: number },
  tls: MutualTls,
  clients: readonly string[],
  service: SignerService,
  told: (line: string) => void,
): Promise<SignerListener> {
  const server = createServer({
    cert: tls.certificate,
    key: tls.key,
    ca: tls.authority,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    handshakeTimeout: HANDSHAKE_MS,
  });
  server.maxConnections = MAX_CONNECTIONS;
  const open = new Set<TLSSocket>();
  server.on('tlsClientError', (error) => told(`refused a connection: ${error.message}`));
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    const name = socket.getPeerCertificate().subject?.CN;
    if (clients.length > 0 && (typeof name !== 'string' || !clients.includes(name))) {
      told(`refused a client whose name is not one of ${clients.join(', ')}`);
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, PROBE_MS);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serveSigner(socket, service).catch((error: unknown) => {
      told(`ended a connection: ${error instanceof Error ? error.message : 'unknown'}`);
      socket.destroy();
    });
  });
  await listen(server, at);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : at.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.end();
      const timer = setTimeout(() => open.forEach((socket) => socket.destroy()), STOP_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    const listening = once(server, 'listening');
    server.listen(port, host);
    await listening;
  } catch (cause) {
    throw new AssayError(
      'configuration-invalid',
      `cannot listen on ${host}:${port}: ${systemCode(cause) ?? 'failed'}`,
      {
        cause,
      },
    );
  }
}

/** Connects to a signing service elsewhere; its certificate must name `host`. */
export function signerOverTls(at: { host: string; port: number }, tls: MutualTls): ConnectSigner {
  return () =>
    new Promise((resolve, reject) => {
      const socket = connectTls({
        host: at.host,
        port: at.port,
        cert: tls.certificate,
        key: tls.key,
        ca: tls.authority,
        minVersion: 'TLSv1.3',
        rejectUnauthorized: true,
      });
      const failed = (reason: string, cause?: Error) => {
        socket.destroy();
        const where = `${at.host}:${at.port}`;
        reject(
          new AssayError('signer-unavailable', `the signing service at ${where} is not reached: ${reason}`, {
            cause,
            retryAfter: 1,
          }),
        );
      };
      socket.setTimeout(CONNECT_MS, () => failed('no answer in time'));
      socket.once('error', (error) => failed(systemCode(error) ?? error.message, error));
      socket.once('secureConnect', () => {
        socket.setTimeout(0);
        socket.setKeepAlive(true, PROBE_MS);
        socket.removeAllListeners('error');
        socket.on('error', () => undefined);
        resolve(socket);
      });
    });
}
