import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { accountOfCertificate, type CertificateRule } from '../access/certificate-rules.ts';
import { namesOfCertificate } from '../lib/certificate-names.ts';
import type { Clock } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';

/** Whose a connection's certificate is, as the rules say. */
export interface CertificateHolder {
  readonly account: string;
  /** For the audit. */
  readonly by: string;
}

/** What TLS says of a certificate that it does not accept, in words; other codes are told as they are. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_REVOKED: 'it has been revoked',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CRL_HAS_EXPIRED: 'the list of revoked certificates is out of date; an administrator must renew it',
  UNABLE_TO_GET_CRL: 'there is no list of revoked certificates of its authority',
  INVALID_PURPOSE: 'it is not made for clients',
  CERT_UNTRUSTED: 'its authority is not trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not trusted here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its authority is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not trusted here',
};

/** Connections that were opened under trust which has been replaced since. */
const outdated = new WeakSet<IncomingMessage>();

export function noteOutdated(request: IncomingMessage): void {
  outdated.add(request);
}

/**
 * Certificates that clients show in the TLS handshake (RFC 8446 section 4.3.2). One that does not hold is refused with
 * its reason, whatever credentials come with it: the request never goes on as somebody else, or as nobody.
 */
export class ClientCertificates {
  readonly #required: boolean;
  readonly #rules: readonly CertificateRule[];
  readonly #clock: Clock;
  /** By the connection, whose certificate does not change (renegotiation is not offered). */
  readonly #known = new WeakMap<TLSSocket, { notAfter: number; serial: string; found: Found }>();

  constructor(options: { required: boolean; rules: readonly CertificateRule[]; clock: Clock }) {
    this.#required = options.required;
    this.#rules = options.rules;
    this.#clock = options.clock;
  }

  get required(): boolean {
    return this.#required;
  }

  /** Throws `certificate-refused` for a certificate that does not hold, and for none where one is required. */
  require(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const certificate = socket instanceof TLSSocket ? this.#read(socket) : undefined;
    if (!certificate) {
      if (!this.#required) return;
      throw new AssayError('certificate-refused', 'this server wants a client certificate (https:// with one)');
    }
    if (outdated.has(request)) {
      response.setHeader('Connection', 'close');
      throw refusal('what it is checked against was replaced since you connected; connect again');
    }
    if (certificate.notAfter <= this.#clock.now()) throw refusal('it has expired');
    if ('broken' in certificate.found) throw refusal(certificate.found.broken);
  }

  /** Whose the certificate of this connection is; none without one. Throws `certificate-refused` when no rule says so. */
  holder(request: IncomingMessage): CertificateHolder | undefined {
    const { socket } = request;
    const certificate = socket instanceof TLSSocket ? this.#read(socket) : undefined;
    if (!certificate) return undefined;
    const { found, serial } = certificate;
    if ('account' in found) return { account: found.account, by: `certificate ${serial}` };
    throw refusal('broken' in found ? found.broken : found.refused);
  }

  #read(socket: TLSSocket) {
    const known = this.#known.get(socket);
    if (known) return known;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return undefined;
    const read = {
      notAfter: certificate.validToDate.getTime(),
      serial: certificate.serialNumber.slice(0, 40).toLowerCase(),
      found: socket.authorized ? this.#find(certificate) : { broken: reasonOf(socket) },
    };
    this.#known.set(socket, read);
    return read;
  }

  #find(certificate: X509Certificate): Found {
    try {
      return accountOfCertificate(this.#rules, namesOfCertificate(certificate.raw));
    } catch {
      return { refused: 'its names cannot be read' };
    }
  }
}

type Found = { readonly account: string } | { readonly refused: string } | { readonly broken: string };

function refusal(reason: string): AssayError {
  return new AssayError('certificate-refused', `your client certificate is not accepted: ${reason}`);
}

function reasonOf(socket: TLSSocket): string {
  const error: unknown = socket.authorizationError;
  const code = typeof error === 'string' ? error : error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (code.slice(0, 80).toLowerCase().replaceAll('_', ' ') || 'it cannot be checked');
}
