import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { AcmeClient, type ChallengeResponder } from '../adapters/acme/acme-client.ts';
import { AlpnResponder } from '../adapters/acme/alpn-responder.ts';
import { httpClient } from '../cli/client/http.ts';
import { certificateRequest } from '../lib/certificate-request.ts';
import type { Clock } from '../lib/clock.ts';
import { AssayError } from '../lib/error.ts';
import type { CertificateState } from '../http/house.ts';
import type { Config } from './settings.ts';

const LOOK_MS = 60_000;
const FIRST_WAIT_MS = 60_000;
const MAX_WAIT_MS = 24 * 3600_000;

export interface AcmeCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Certificates from an authority that speaks ACME (RFC 8555), in `tls/acme/` of the data directory. A new one is ordered
 * when there is none, when the names change, and when a third of its time is left; whatever fails leaves the one in force.
 */
export class AcmeCertificates {
  readonly #config: Config;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #responder: ChallengeResponder;
  readonly #changed: () => void;
  readonly #names: readonly string[];
  #failures = 0;
  #notBefore = 0;
  #lastError: string | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: {
    config: Config;
    directory: string;
    clock: Clock;
    log: Logger;
    responder: ChallengeResponder;
    /** Called when a new certificate is there. */
    changed: () => void;
  }) {
    this.#config = parts.config;
    this.#folder = join(parts.directory, 'tls', 'acme');
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#responder = parts.responder;
    this.#changed = parts.changed;
    this.#names = namesOf(parts.config);
  }

  start(): void {
    this.#timer = setInterval(() => void this.round(), LOOK_MS).unref();
    void this.round();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    // An order may take minutes; it is given up with the process.
    await Promise.race([this.#running, Promise.resolve()]);
  }

  /** Orders what is due. */
  round(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  state(): CertificateState {
    const kept = keptCertificate(this.#folder);
    const notAfter = kept && new X509Certificate(kept.cert).validToDate.getTime();
    return {
      names: this.#names,
      directory: this.#config.acmeDirectory ?? '',
      notAfter,
      lastError: this.#lastError,
      nextTryAt: this.#lastError === undefined ? undefined : this.#notBefore,
    };
  }

  async #work(): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#notBefore || !this.#isDue(now)) return;
    try {
      const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const client = new AcmeClient(this.#http(), new URL(this.#config.acmeDirectory ?? ''), this.#accountKey());
      const request = certificateRequest(this.#names, keys);
      const cert = await client.order(this.#names, request, this.#responder, this.#config.acmeContact);
      const leaf = new X509Certificate(cert);
      if (!leaf.checkPrivateKey(keys.privateKey) || this.#names.some((name) => leaf.checkHost(name) === undefined))
        throw new AssayError('acme-failed', 'the authority gave a certificate of another key or other names');
      // One file, so that key and certificate are never of two orders.
      this.#write('certificate.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) + cert);
      this.#failures = 0;
      this.#lastError = undefined;
      this.#log.info({ names: this.#names, until: leaf.validTo }, 'the authority gave a certificate');
      this.#changed();
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : 'failed';
      this.#notBefore = now + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
      this.#log.error({ err: error }, 'no new certificate was given; the old one stays in force');
    }
  }

  #isDue(now: number): boolean {
    const kept = keptCertificate(this.#folder);
    if (!kept) return true;
    const leaf = new X509Certificate(kept.cert);
    const [from, until] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
    return now >= until - (until - from) / 3 || this.#names.some((name) => leaf.checkHost(name) === undefined);
  }

  #http() {
    const file = this.#config.acmeAuthorities;
    const authorities = file === undefined ? [] : [readFileSync(file, 'utf8')];
    return httpClient(() => Promise.resolve(authorities));
  }

  #accountKey(): KeyObject {
    const path = join(this.#folder, 'account.key');
    if (existsSync(path)) return createPrivateKey(readFileSync(path, 'utf8'));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#write('account.key', privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return privateKey;
  }

  #write(name: string, text: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
}

/** Certificates from an authority, when the configuration names one. */
export function openAcme(
  parts: { config: Config; directory: string; clock: Clock; log: Logger },
  stack: AsyncDisposableStack,
) {
  if (parts.config.acmeDirectory === undefined) return undefined;
  const responder = new AlpnResponder(() => parts.clock.now());
  let reload: () => void = () => undefined;
  const certificates = new AcmeCertificates({ ...parts, responder, changed: () => reload() });
  stack.adopt(certificates, (each) => each.stop());
  return {
    state: () => certificates.state(),
    start: () => certificates.start(),
    divert: (head: Buffer) => responder.serverFor(head),
    /** What puts a new one in force. */
    renews(given: () => void): void {
      reload = given;
    },
  };
}

/** Names of the server that an authority can be asked for. Throws `configuration-invalid` when there is none. */
function namesOf(config: Config): readonly string[] {
  const names = [...new Set(config.publicNames.map((name) => name.replace(/:\d+$/, '').toLowerCase()))];
  const hosts = names.filter((name) => isIP(name) === 0 && name.includes('.'));
  if (hosts.length === 0)
    throw new AssayError('configuration-invalid', 'acmeDirectory needs a host name in publicNames');
  if (config.tlsCertificate !== undefined)
    throw new AssayError('configuration-invalid', 'acmeDirectory and tlsCertificate exclude each other');
  return hosts;
}

/** What the authority gave last, however old; none when it never did or cannot be read. */
function keptCertificate(folder: string): AcmeCertificate | undefined {
  const path = join(folder, 'certificate.pem');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const cut = text.indexOf('-----BEGIN CERTIFICATE-----');
  return cut <= 0 ? undefined : { key: text.slice(0, cut), cert: text.slice(cut) };
}

export function acmeCertificate(directory: string, now: number): AcmeCertificate | undefined {
  const kept = keptCertificate(join(directory, 'tls', 'acme'));
  return kept && new X509Certificate(kept.cert).validToDate.getTime() > now ? kept : undefined;
}
