import type { Clock } from '../../lib/clock.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Database } from '../../ports/database.ts';
import type { Delivery } from '../../ports/notify-records.ts';
import type { PostMessage } from '../../ports/outbound.ts';
import { signatureOf } from './cloud-event.ts';
import { dispatch } from './dispatch.ts';
import { messageOf } from './message-formats.ts';
import { webhookSecretName } from './webhooks.ts';

const EVERY_MS = 500;
const AT_ONCE = 32;
const MAX_ATTEMPTS = 12;
const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 6 * 3600_000;
const KEEP_MS = 30 * 24 * 3600_000;
const FORGET_EVERY_MS = 3600_000;

/**
 * Sends what waits, one message at a time to each webhook, so that a slow or dead target is only its own. What is sent is
 * noted before and after: a message goes twice only when the process died in between, which is counted.
 */
export class Deliverer {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #post: PostMessage;
  readonly #source: string;
  readonly #failed: (error: unknown) => void;
  /** Webhooks that a message is on its way to. */
  readonly #busy = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** A message has gone while a round was under way: the next for its webhook does not wait for the clock. */
  #again = false;
  #stopping = false;
  #forgotAt = 0;

  constructor(parts: {
    database: Database;
    clock: Clock;
    post: PostMessage;
    /** CloudEvents' source: where this server is reached. */
    source: string;
    failed: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#post = parts.post;
    this.#source = parts.source;
    this.#failed = parts.failed;
  }

  async start(): Promise<void> {
    const now = this.#clock.now();
    await this.#database.change(({ notify }) => notify.releaseSending(now));
    this.#timer = setInterval(() => void this.round(), EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#running;
    await Promise.allSettled(this.#busy.values());
  }

  /** Events become deliveries, and what is due is begun. */
  round(): Promise<void> {
    this.#running ??= this.#work()
      .catch(this.#failed)
      .finally(() => {
        this.#running = undefined;
        if (this.#again) this.#next();
      });
    return this.#running;
  }

  #next(): void {
    this.#again = this.#running !== undefined;
    if (!this.#again && !this.#stopping) void this.round();
  }

  /** Waits for the messages that are on their way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#busy.values());
  }

  async #work(): Promise<void> {
    while (!this.#stopping && (await dispatch(this.#database, this.#clock, this.#source)) > 0);
    const now = this.#clock.now();
    const room = AT_ONCE - this.#busy.size;
    if (this.#stopping || room <= 0) return;
    const busy = [...this.#busy.keys()];
    const waiting = await this.#database.records.notify.anyDue(now, busy);
    if (waiting) {
      const due = await this.#database.change(({ notify }) => notify.takeDue(now, room, busy));
      for (const delivery of due) {
        const sending = this.#send(delivery)
          .catch(this.#failed)
          .finally(() => {
            this.#busy.delete(delivery.webhookId);
            this.#next();
          });
        this.#busy.set(delivery.webhookId, sending);
      }
    }
    if (this.#forgotAt + FORGET_EVERY_MS < now) {
      this.#forgotAt = now;
      await this.#database.change(({ notify }) => notify.forgetDeliveries(now - KEEP_MS));
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { records } = this.#database;
    const webhook = await records.notify.webhook(delivery.webhookId);
    const secret = await records.access.secret(webhookSecretName(delivery.webhookId));
    let status: number | undefined;
    let error: string | undefined;
    let hopeless = !webhook?.enabled || !secret;
    if (!webhook?.enabled || !secret) error = 'the webhook is turned off';
    else
      try {
        const seconds = Math.floor(this.#clock.now() / 1000);
        const { contentType, body } = messageOf(webhook.format, delivery.body, this.#source);
        const headers = {
          'content-type': contentType,
          'assay-signature': signatureOf(secret, seconds, body),
          'assay-delivery': delivery.id,
          'assay-attempt': String(delivery.attempts),
        };
        const answer = await this.#post(new URL(webhook.url), headers, Buffer.from(body));
        status = answer.status;
        // 410 says that nothing will ever listen there again (RFC 9110 section 15.5.11).
        hopeless = status === 410;
        if (status < 200 || status > 299) error = `the target answered ${status}`;
      } catch (cause) {
        hopeless = isAssayError(cause, 'address-refused');
        error = cause instanceof Error ? cause.message.slice(0, 500) : 'failed';
      }
    const at = this.#clock.now();
    const over = hopeless || delivery.attempts >= MAX_ATTEMPTS;
    const state = error === undefined ? 'delivered' : over ? 'failed' : 'waiting';
    const wait = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (delivery.attempts - 1)) * (0.5 + Math.random());
    await this.#database.change(({ notify }) =>
      notify.endDelivery(delivery.id, { state, at, nextAt: at + wait, status, error }),
    );
  }
}
