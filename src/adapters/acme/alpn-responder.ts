import { generateKeyPairSync } from 'node:crypto';
import { createSecureContext, createServer, type SecureContext, type Server } from 'node:tls';
import { issueCertificate } from '../../lib/certificate.ts';
import type { ChallengeResponder } from './acme-client.ts';

const PROTOCOL = 'acme-tls/1';
const MARK = Buffer.concat([Buffer.from([PROTOCOL.length]), Buffer.from(PROTOCOL)]);
const DAY_MS = 24 * 3600_000;

/**
 * Answers tls-alpn-01 (RFC 8737) on the server's own port: a ClientHello that offers `acme-tls/1` while a name is being
 * proven goes to a server of its own, which completes the handshake and says nothing.
 */
export class AlpnResponder implements ChallengeResponder {
  readonly #now: () => number;
  readonly #contexts = new Map<string, SecureContext>();
  readonly #server: Server;

  constructor(now: () => number) {
    this.#now = now;
    this.#server = createServer(
      {
        ALPNProtocols: [PROTOCOL],
        minVersion: 'TLSv1.2',
        SNICallback: (name, done) => {
          const context = this.#contexts.get(name.toLowerCase());
          if (context) done(null, context);
          else done(new Error('no such name is being proven'));
        },
      },
      (socket) => socket.end(),
    );
    this.#server.on('tlsClientError', () => undefined);
  }

  show(name: string, digest: Uint8Array): Disposable {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const subject = { commonName: 'ACME challenge' };
    const cert = issueCertificate({
      subject,
      issuer: subject,
      publicKey,
      issuerPublicKey: publicKey,
      issuerKey: privateKey,
      notBefore: this.#now() - DAY_MS,
      notAfter: this.#now() + DAY_MS,
      purpose: { acmeChallenge: { name, digest } },
    });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    this.#contexts.set(name.toLowerCase(), createSecureContext({ cert, key }));
    return { [Symbol.dispose]: () => void this.#contexts.delete(name.toLowerCase()) };
  }

  /** The server that a connection which begins so belongs to, or none: the usual one's. */
  serverFor(head: Uint8Array): Server | undefined {
    return this.#contexts.size > 0 && Buffer.from(head).includes(MARK) ? this.#server : undefined;
  }
}
