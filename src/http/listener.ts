import { createServer as createHttp, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import { createServer as createNet, type Server as NetServer, type Socket } from 'node:net';
import { noteOutdated } from './client-certificates.ts';

export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
  /** Who vouches for clients' certificates, all PEM; without it clients are not asked for one. */
  readonly clients?: ClientTrust | undefined;
}

export interface ClientTrust {
  readonly authorities: string;
  /** Lists of revoked certificates: one of each authority, or none of any. */
  readonly revocations: string | undefined;
}

export interface ListenerTimes {
  /** Until the first byte of a connection. */
  readonly firstByteMs: number;
  readonly headersMs: number;
  /** Between requests on a kept connection. */
  readonly keepAliveMs: number;
  /** Without a byte either way, in the middle of a request too. */
  readonly stalledMs: number;
  /** How often overdue connections are looked for. */
  readonly checkMs: number;
}

export const listenerTimes: ListenerTimes = {
  firstByteMs: 10_000,
  headersMs: 20_000,
  keepAliveMs: 65_000,
  stalledMs: 600_000,
  checkMs: 5_000,
};

/** Forward secrecy and authenticated encryption only (RFC 9325 section 4.2). */
const TLS_SETTINGS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
} as const;
/** Clients may show a certificate; what does not hold is refused in words, after the handshake. */
const ASKING = { rejectUnauthorized: false } as const;
const TLS_HANDSHAKE = 0x16;
const MAX_HEADER_BYTES = 32 * 1024;

export interface Listener {
  readonly net: NetServer;
  replaceTls(material: TlsMaterial): void;
  /** Takes no new connections, ends idle ones and waits for the others; after the grace all are cut. */
  stop(graceMs: number): Promise<void>;
}

/**
 * One port for HTTP and HTTPS: the first byte of a connection tells (0x16 begins a TLS handshake), then the socket goes
 * to the server concerned. `plain` refuses connections without TLS by closing them when false. The inner servers never
 * listen, so their search for overdue connections is started by hand.
 */
export function createListener(
  onRequest: RequestListener,
  options: {
    plain: boolean;
    tls: TlsMaterial | undefined;
    times?: ListenerTimes;
    /** Takes TLS connections that begin so away from the server, for handshakes that are about the certificate itself. */
    divert?: ((head: Buffer) => NetServer | undefined) | undefined;
  },
): Listener {
  const times = options.times ?? listenerTimes;
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: times.headersMs,
    requestTimeout: 0,
    keepAliveTimeout: times.keepAliveMs,
    connectionsCheckingInterval: times.checkMs,
    noDelay: true,
  };
  const http: HttpServer = createHttp(settings, onRequest);
  const inners = new Set<HttpServer | HttpsServer>();
  const added = <Inner extends HttpServer | HttpsServer>(inner: Inner): Inner => {
    inners.add(inner);
    inner.emit('listening');
    inner.setTimeout(times.stalledMs);
    return inner;
  };
  const secure = (material: TlsMaterial): HttpsServer => {
    const server: HttpsServer = createHttps(
      { ...settings, ...contextOf(material), ...TLS_SETTINGS, ...ASKING, ALPNProtocols: ['http/1.1'] },
      (request, response) => {
        if (server !== https) noteOutdated(request);
        onRequest(request, response);
      },
    );
    return server;
  };
  added(http);
  let inForce = options.tls;
  let https = inForce && added(secure(inForce));
  const sockets = new Set<Socket>();
  const net = createNet({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(times.firstByteMs, () => socket.destroy());
    socket.once('data', (head: Buffer) => {
      socket.pause();
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      const inner = head[0] === TLS_HANDSHAKE ? (options.divert?.(head) ?? https) : options.plain ? http : undefined;
      if (!inner) {
        socket.end(
          'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThis port speaks HTTPS; use https://\n',
        );
        return;
      }
      socket.unshift(head);
      inner.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  return {
    net,
    replaceTls(material) {
      if (!https) return;
      const same = JSON.stringify(inForce?.clients) === JSON.stringify(material.clients);
      inForce = material;
      if (same) return https.setSecureContext({ ...contextOf(material), ...TLS_SETTINGS });
      // Connections were checked against what is no more in force: idle ones end, others with their request.
      const before = https;
      https = added(secure(material));
      before.close(() => inners.delete(before));
    },
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => net.close(() => resolve()));
      for (const inner of inners) {
        inner.closeIdleConnections();
        inner.close();
      }
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      const sweep = setInterval(() => {
        for (const inner of inners) inner.closeIdleConnections();
      }, 50);
      await closed;
      clearTimeout(cut);
      clearInterval(sweep);
    },
  };
}

function contextOf({ key, cert, clients }: TlsMaterial) {
  return {
    key,
    cert,
    ...(clients && {
      requestCert: true,
      ca: clients.authorities,
      ...(clients.revocations && { crl: clients.revocations }),
    }),
  };
}
