import { createServer as createHttp, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer as createHttps, type Server as HttpsServer } from 'node:https';
import { createServer as createNet, type Server as NetServer, type Socket } from 'node:net';

export interface TlsMaterial {
  readonly key: string;
  readonly cert: string;
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
  options: { plain: boolean; tls: TlsMaterial | undefined; times?: ListenerTimes },
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
  const https: HttpsServer | undefined =
    options.tls &&
    createHttps({ ...settings, ...options.tls, ...TLS_SETTINGS, ALPNProtocols: ['http/1.1'] }, onRequest);
  for (const inner of [http, https]) {
    inner?.emit('listening');
    inner?.setTimeout(times.stalledMs);
  }
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
      const inner = head[0] === TLS_HANDSHAKE ? https : options.plain ? http : undefined;
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
    replaceTls: (material) => https?.setSecureContext({ ...material, ...TLS_SETTINGS }),
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => net.close(() => resolve()));
      for (const inner of [http, https]) {
        inner?.closeIdleConnections();
        inner?.close();
      }
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      const sweep = setInterval(() => {
        http.closeIdleConnections();
        https?.closeIdleConnections();
      }, 50);
      await closed;
      clearTimeout(cut);
      clearInterval(sweep);
    },
  };
}
