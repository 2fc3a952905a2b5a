import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Account } from '../../ports/access-records.ts';
import type { DeviceSignIn } from '../../ports/directory.ts';
import type { Directories } from './directories.ts';

const PENDING_MS = 10 * 60_000;
const MAX_PENDING = 10_000;
const MAX_DEVICES_PER_ADDRESS = 20;

interface Pending {
  readonly provider: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly next: string;
  /** SHA-256 of what the browser that began holds in a cookie. */
  readonly browser: string;
  readonly until: number;
}

interface Device {
  readonly provider: string;
  readonly deviceCode: string;
  readonly address: string;
  readonly until: number;
  readonly everyMs: number;
  nextAt: number;
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Signing in with an OpenID Connect provider. What a sign-in needs to be finished is kept here and bound to the browser
 * that began it, so that nobody can finish one for somebody else, or a second time.
 */
export class OidcSignIn {
  readonly #directories: Directories;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  readonly #devices = new Map<string, Device>();

  constructor(directories: Directories, clock: Clock) {
    this.#directories = directories;
    this.#clock = clock;
  }

  /** Where the browser goes, and what it keeps until it comes back. */
  async begin(provider: string, redirectUri: string, next: string): Promise<{ url: URL; browser: string }> {
    this.#sweep();
    if (this.#pending.size >= MAX_PENDING) throw new AssayError('too-many-requests', undefined, { retryAfter: 60 });
    const [state, nonce, verifier, browser] = [random(), random(), random(), random()];
    const opened = await this.#directories.provider(provider);
    const url = await opened.provider.begin({ redirectUri, state, nonce, verifier });
    const until = this.#clock.now() + PENDING_MS;
    const pending = { provider, nonce, verifier, redirectUri, next, browser: hash('sha256', browser, 'hex'), until };
    this.#pending.set(state, pending);
    return { url, browser };
  }

  /** Who came back, and where they wanted to go. Throws `directory-refused` when it is not who began. */
  async finish(parameters: URLSearchParams, browser: string | undefined): Promise<{ account: Account; next: string }> {
    this.#sweep();
    const state = parameters.get('state') ?? '';
    const pending = this.#pending.get(state);
    if (!pending)
      throw new AssayError('directory-refused', 'this sign-in was not begun here, is over or took too long');
    if (browser === undefined || !same(pending.browser, hash('sha256', browser, 'hex')))
      throw new AssayError('directory-refused', 'this sign-in was begun in another browser');
    this.#pending.delete(state);
    const { directory, provider } = await this.#directories.provider(pending.provider);
    const { nonce, verifier, redirectUri } = pending;
    const person = await provider.finish({ redirectUri, state, nonce, verifier }, parameters);
    return { account: await this.#directories.signedIn(directory, person), next: pending.next };
  }

  async beginDevice(
    name: string,
    address: string,
  ): Promise<
    Omit<DeviceSignIn, 'deviceCode' | 'verificationUriComplete'> & { handle: string; verificationUriComplete?: string }
  > {
    this.#sweep();
    const own = [...this.#devices.values()].filter((each) => each.address === address).length;
    if (own >= MAX_DEVICES_PER_ADDRESS || this.#devices.size >= MAX_PENDING)
      throw new AssayError('too-many-requests', 'too many sign-ins are waiting already', { retryAfter: 60 });
    const { provider } = await this.#directories.provider(name);
    const { deviceCode, verificationUriComplete, ...shown } = await provider.beginDevice();
    const now = this.#clock.now();
    const handle = random();
    this.#devices.set(handle, {
      provider: name,
      deviceCode,
      address,
      until: now + Math.min(PENDING_MS, shown.expiresInSeconds * 1000),
      everyMs: shown.intervalSeconds * 1000,
      nextAt: now,
    });
    return { handle, ...shown, ...(verificationUriComplete !== undefined && { verificationUriComplete }) };
  }

  async pollDevice(handle: string): Promise<Account | 'pending' | 'slow-down'> {
    this.#sweep();
    const device = this.#devices.get(handle);
    if (!device) throw new AssayError('not-found', 'this sign-in is over or took too long; begin again');
    const now = this.#clock.now();
    if (now < device.nextAt) return 'slow-down';
    device.nextAt = now + device.everyMs;
    const { directory, provider } = await this.#directories.provider(device.provider);
    const person = await provider.pollDevice(device.deviceCode);
    if (person === 'slow-down') device.nextAt += 5000;
    if (typeof person === 'string') return person;
    this.#devices.delete(handle);
    return this.#directories.signedIn(directory, person);
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const map of [this.#pending, this.#devices])
      for (const [key, { until }] of map) if (until < now) map.delete(key);
  }
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
