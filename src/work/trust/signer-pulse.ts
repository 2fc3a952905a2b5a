import type { Clock } from '../../lib/clock.ts';
import type { SignerHealth, SignerService } from '../../ports/signer-service.ts';

/** How the signing service is. */
export type SignerState =
  | ({ readonly state: 'works' } & SignerHealth)
  | { readonly state: 'down'; readonly reason: string };

/** Longest that a person or a probe waits for the answer. */
const WAIT_MS = 3000;
/** An answer serves everybody who asks within this time, so that probes cost the signing service next to nothing. */
const FRESH_MS = 1000;

/** Asks the signing service whether it lives. */
export class SignerPulse {
  readonly #signer: SignerService;
  readonly #clock: Clock;
  #last: { readonly at: number; readonly state: Promise<SignerState> } | undefined;

  constructor(signer: SignerService, clock: Clock) {
    this.#signer = signer;
    this.#clock = clock;
  }

  check(): Promise<SignerState> {
    const now = this.#clock.now();
    if (this.#last && now >= this.#last.at && now - this.#last.at < FRESH_MS) return this.#last.state;
    const state = this.#ask();
    this.#last = { at: now, state };
    return state;
  }

  async #ask(): Promise<SignerState> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<SignerState>((resolve) => {
      timer = setTimeout(() => resolve({ state: 'down', reason: 'it did not answer in time' }), WAIT_MS);
    });
    const asked = this.#signer.health().then(
      (health): SignerState => ({ state: 'works', ...health }),
      (error: unknown): SignerState => ({ state: 'down', reason: error instanceof Error ? error.message : 'unknown' }),
    );
    const state = await Promise.race([asked, late]);
    clearTimeout(timer);
    return state;
  }
}
