import { hash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Notice } from '../../ports/notify-records.ts';
import type { Mailer } from '../../ports/outbound.ts';

const EVERY_MS = 5_000;
const MAX_LINES = 200;
const MAX_ACCOUNTS = 100;
const RETRY_MS = 5 * 60_000;
const MAX_RETRY_MS = 6 * 3600_000;

/** Mails each account what it is to be told, gathered for a while so that one cause makes one mail. */
export class Digests {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #mailer: Mailer;
  readonly #gatherMs: number;
  readonly #source: string;
  readonly #failed: (error: unknown) => void;
  /** Accounts whose mail failed: when to try again, and how often it failed. */
  readonly #later = new Map<string, { at: number; times: number }>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: {
    database: Database;
    clock: Clock;
    mailer: Mailer;
    gatherMs: number;
    source: string;
    failed: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#mailer = parts.mailer;
    this.#gatherMs = parts.gatherMs;
    this.#source = parts.source;
    this.#failed = parts.failed;
  }

  start(): void {
    this.#timer = setInterval(() => void this.round(), EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  round(): Promise<void> {
    this.#running ??= this.#work()
      .catch(this.#failed)
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #work(): Promise<void> {
    const now = this.#clock.now();
    for (const { accountId, since } of await this.#database.records.notify.waitingNotices(MAX_ACCOUNTS)) {
      if (since + this.#gatherMs > now || (this.#later.get(accountId)?.at ?? 0) > now) continue;
      try {
        await this.#mail(accountId);
        this.#later.delete(accountId);
      } catch (error) {
        const times = (this.#later.get(accountId)?.times ?? 0) + 1;
        this.#later.set(accountId, { at: now + Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (times - 1)), times });
        this.#failed(error);
      }
    }
  }

  async #mail(accountId: string): Promise<void> {
    const { records } = this.#database;
    const account = await records.access.accountById(accountId);
    const notices = await records.notify.unsentNotices(accountId, MAX_LINES);
    if (notices.length === 0) return;
    if (account && !account.disabled && account.email !== undefined)
      await this.#mailer.send({ to: account.email, ...digestOf(notices, this.#source) });
    const at = this.#clock.now();
    // Without an address they stay in the console's list alone.
    await this.#database.change(({ notify }) =>
      notify.markSent(
        notices.map((each) => each.id),
        at,
      ),
    );
  }
}

/** The same notices make the same message id: a mail that is sent again is known as one. */
function digestOf(notices: readonly Notice[], source: string): { subject: string; text: string; messageId: string } {
  const [first] = notices;
  const subject = notices.length === 1 ? (first?.subject ?? '') : `${first?.subject} and ${notices.length - 1} more`;
  const lines = notices.map((each) => `- ${each.text}`).join('\n');
  const text = `${lines}\n\n${source}\n\nYou get this because you pushed, pulled or follow these images. Change it under Notifications in the console.\n`;
  const messageId = `<${hash('sha256', notices.map((each) => each.id).join(), 'hex').slice(0, 40)}@assay>`;
  return { subject: `Assay: ${subject}`, text, messageId };
}
