import { randomBytes } from 'node:crypto';
import { toBase32, totpAddress, totpStep } from '../../access/totp.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Database } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';

const SECRET_BYTES = 20;
const OFFER_MS = 10 * 60_000;
const MAX_OFFERS = 1000;

/** Codes of an authenticator application beside the password (RFC 6238). Each code is good once. */
export class SecondFactor {
  readonly #database: Database;
  readonly #clock: Clock;
  /** Secrets that were shown and not yet confirmed, by account. */
  readonly #offers = new Map<string, { secret: string; until: number }>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Makes a secret to be put into an application; nothing changes until `confirm`. */
  offer(viewer: Viewer & { kind: 'account' }, service: string): { secret: string; address: string } {
    const now = this.#clock.now();
    for (const [id, offer] of this.#offers) if (offer.until < now) this.#offers.delete(id);
    if (this.#offers.size >= MAX_OFFERS) throw new AssayError('too-many-requests', undefined, { retryAfter: 60 });
    const secret = toBase32(randomBytes(SECRET_BYTES));
    this.#offers.set(viewer.accountId, { secret, until: now + OFFER_MS });
    return { secret, address: totpAddress(secret, viewer.name, `Assay ${service}`) };
  }

  /** Turns it on when the application shows the right code. Other sessions end: they were opened without it. */
  async confirm(viewer: Viewer & { kind: 'account' }, code: string): Promise<void> {
    const now = this.#clock.now();
    const offer = this.#offers.get(viewer.accountId);
    if (!offer || offer.until < now) throw new AssayError('conflict', 'begin again: the secret was shown too long ago');
    const step = totpStep(offer.secret, code, now);
    if (step === undefined) throw new AssayError('input-invalid', 'that is not the code of now; look again');
    await this.#database.change(async (records) => {
      await records.access.setTotp(viewer.accountId, offer.secret);
      await records.access.useTotpStep(viewer.accountId, step);
      await records.access.revokeTokens(viewer.accountId, ['session', 'refresh']);
      await appendEvent(records, now, 'second-factor.changed', viewer, undefined, viewer.name, { on: true });
    });
    this.#offers.delete(viewer.accountId);
  }

  /** Throws `second-factor-required` or `credentials-invalid` unless the code is the account's, now and unused. */
  async require(account: Account, code: string | undefined): Promise<void> {
    if (!account.secondFactor && account.passkeys === 0) return;
    if (!account.secondFactor || code === undefined || code === '') throw new AssayError('second-factor-required');
    const now = this.#clock.now();
    const right = await this.#database.change(async ({ access }) => {
      const kept = await access.totp(account.id);
      const step = kept && totpStep(kept.secret, code, now);
      return step !== undefined && (await access.useTotpStep(account.id, step));
    });
    if (!right) throw new AssayError('credentials-invalid', 'the code is not right, or was used already');
  }

  /** Turns codes off, by their owner, who has shown one; passkeys too, by an administrator for who lost them all. */
  async remove(viewer: Viewer, account: Account, options: { passkeys: boolean } = { passkeys: false }): Promise<void> {
    await this.#database.change(async (records) => {
      await records.access.setTotp(account.id, undefined);
      if (options.passkeys)
        for (const { id } of await records.access.passkeys(account.id))
          await records.access.removePasskey(account.id, id);
      await appendEvent(records, this.#clock.now(), 'second-factor.changed', viewer, undefined, account.name, {
        on: false,
        ...(options.passkeys && account.passkeys > 0 && { passkeys: account.passkeys }),
      });
    });
  }
}
