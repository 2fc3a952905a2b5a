import { randomBytes } from 'node:crypto';
import type { Viewer } from '../../access/viewer.ts';
import { nameOf } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Delivery, Scope, Webhook } from '../../ports/notify-records.ts';
import type { CheckAddress } from '../../ports/outbound.ts';
import { requireAdministrator } from '../access/accounts.ts';
import { requireOrganisation } from '../access/grants.ts';
import { appendEvent, type Place } from '../events.ts';
import { requireRepository } from '../registry/repositories.ts';
import { cloudEvent } from './cloud-event.ts';

const EVENT = /^[a-z*][a-z*.-]{0,60}$/;
const MAX_PER_PLACE = 50;

/** Where a webhook is: a repository, an organisation, or (neither) the whole server. */
export interface WebhookPlace {
  readonly repository?: RepositoryName | undefined;
  readonly organisation?: string | undefined;
}

interface Found {
  readonly scope: Scope;
  readonly place: Place;
}

export function webhookSecretName(id: string): string {
  return `webhook ${id}`;
}

/** Webhooks: whoever manages a repository, administers an organisation or the server decides who is told. */
export class Webhooks {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #check: CheckAddress;
  readonly #source: string;

  constructor(database: Database, clock: Clock, check: CheckAddress, source: string) {
    this.#database = database;
    this.#clock = clock;
    this.#check = check;
    this.#source = source;
  }

  async list(viewer: Viewer, place: WebhookPlace): Promise<Webhook[]> {
    const { scope } = await this.#require(this.#database.records, viewer, place);
    return this.#database.records.notify.webhooks(scope);
  }

  /** The secret that its messages are signed with is told once. */
  async create(
    viewer: Viewer,
    place: WebhookPlace,
    wanted: {
      name: string;
      url: string;
      events: readonly string[];
      format: Webhook['format'];
      secret?: string | undefined;
    },
  ): Promise<{ webhook: Webhook; secret: string }> {
    this.#checkWanted(wanted);
    const now = this.#clock.now();
    const secret = wanted.secret ?? randomBytes(32).toString('base64url');
    return this.#database.change(async (records) => {
      const { scope, place: at } = await this.#require(records, viewer, place);
      if ((await records.notify.webhooks(scope)).length >= MAX_PER_PLACE)
        throw new AssayError('input-invalid', `there are at most ${MAX_PER_PLACE} webhooks in one place`);
      const webhook: Webhook = {
        id: uuidv7(now),
        name: wanted.name,
        url: wanted.url,
        events: wanted.events,
        format: wanted.format,
        enabled: true,
        ...scope,
        createdAt: now,
        createdBy: nameOf(viewer),
      };
      await records.notify.putWebhook(webhook);
      await records.access.setSecret(webhookSecretName(webhook.id), Buffer.from(secret));
      await appendEvent(records, now, 'webhook.created', viewer, at, webhook.name, {
        url: webhook.url,
        events: webhook.events,
        format: webhook.format,
      });
      return { webhook, secret };
    });
  }

  async update(
    viewer: Viewer,
    id: string,
    change: {
      name?: string | undefined;
      url?: string | undefined;
      events?: readonly string[] | undefined;
      format?: Webhook['format'] | undefined;
      enabled?: boolean | undefined;
    },
  ): Promise<Webhook> {
    return this.#database.change(async (records) => {
      const { webhook, place } = await this.#find(records, viewer, id);
      const after: Webhook = {
        ...webhook,
        name: change.name ?? webhook.name,
        url: change.url ?? webhook.url,
        events: change.events ?? webhook.events,
        format: change.format ?? webhook.format,
        enabled: change.enabled ?? webhook.enabled,
      };
      this.#checkWanted(after);
      await records.notify.putWebhook(after);
      const shown = ({ name, url, events, format, enabled }: Webhook) => ({ name, url, events, format, enabled });
      await appendEvent(
        records,
        this.#clock.now(),
        'webhook.changed',
        viewer,
        place,
        after.name,
        { enabled: after.enabled },
        { before: shown(webhook), after: shown(after) },
      );
      return after;
    });
  }

  async remove(viewer: Viewer, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      const { webhook, place } = await this.#find(records, viewer, id);
      await records.notify.deleteWebhook(id);
      await records.access.deleteSecret(webhookSecretName(id));
      await appendEvent(records, this.#clock.now(), 'webhook.deleted', viewer, place, webhook.name, {});
    });
  }

  async deliveries(
    viewer: Viewer,
    id: string,
    page: { after?: string | undefined; limit: number },
  ): Promise<Delivery[]> {
    const { records } = this.#database;
    await this.#find(records, viewer, id);
    return records.notify.deliveries(id, page);
  }

  /** Sends an event again: the same event id, a new place in the sequence. */
  async replay(viewer: Viewer, id: string, deliveryId: string): Promise<void> {
    await this.#database.change(async (records) => {
      await this.#find(records, viewer, id);
      const delivery = await records.notify.delivery(id, deliveryId);
      if (!delivery) throw new AssayError('not-found', 'no such delivery');
      const event = JSON.parse(delivery.body) as Record<string, unknown>;
      await this.#queue(records, id, delivery.eventId, (sequence) => JSON.stringify({ ...event, sequence }));
    });
  }

  /** A message that says nothing, to see whether one arrives. */
  async ping(viewer: Viewer, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      const { webhook } = await this.#find(records, viewer, id);
      const now = this.#clock.now();
      const eventId = uuidv7(now);
      await this.#queue(records, id, eventId, (sequence) =>
        cloudEvent(
          {
            id: eventId,
            type: 'dev.assay.webhook.pinged.v1',
            actor: nameOf(viewer),
            repositoryId: undefined,
            subject: webhook.name,
            data: {},
            at: now,
          },
          undefined,
          this.#source,
          sequence,
        ),
      );
    });
  }

  async #queue(
    records: Records,
    webhookId: string,
    eventId: string,
    body: (sequence: number) => string,
  ): Promise<void> {
    const now = this.#clock.now();
    const state = 'waiting' as const;
    await records.notify.addDelivery(
      {
        id: uuidv7(now),
        webhookId,
        eventId,
        state,
        attempts: 0,
        uncertain: 0,
        nextAt: now,
        createdAt: now,
        endedAt: undefined,
        status: undefined,
        error: undefined,
      },
      body,
    );
  }

  #checkWanted({ url, events }: { url: string; events: readonly string[] }): void {
    if (events.length === 0 || events.some((each) => !EVENT.test(each)))
      throw new AssayError('input-invalid', 'events are nouns such as tag.moved, with * for any characters');
    if (!URL.canParse(url)) throw new AssayError('input-invalid', 'that is no address');
    this.#check(new URL(url));
  }

  async #require(records: Records, viewer: Viewer, place: WebhookPlace): Promise<Found> {
    if (place.repository !== undefined) {
      const repository = await requireRepository(records, viewer, place.repository, 'manage');
      return { scope: { organisation: undefined, repositoryId: repository.id }, place: repository };
    }
    if (place.organisation !== undefined) {
      await requireOrganisation(records, viewer, place.organisation, 'administer');
      return {
        scope: { organisation: place.organisation, repositoryId: undefined },
        place: { organisation: place.organisation },
      };
    }
    requireAdministrator(viewer);
    return { scope: { organisation: undefined, repositoryId: undefined }, place: undefined };
  }

  /** One that the viewer has no right to is not there. */
  async #find(records: Records, viewer: Viewer, id: string): Promise<{ webhook: Webhook; place: Place }> {
    if (viewer.kind === 'anonymous') throw new AssayError('unauthorized');
    const missing = new AssayError('not-found', 'no such webhook, or not visible to you');
    const webhook = await records.notify.webhook(id);
    if (!webhook) throw missing;
    try {
      const { place } = await this.#require(records, viewer, await placeOf(records, viewer, webhook));
      return { webhook, place };
    } catch {
      throw missing;
    }
  }
}

async function placeOf(records: Records, viewer: Viewer, { organisation, repositoryId }: Scope): Promise<WebhookPlace> {
  if (repositoryId === undefined) return { organisation };
  const name = await records.registry.repositoryNameById(viewer, repositoryId);
  if (name === undefined) throw new AssayError('not-found', 'no such repository');
  return { repository: name };
}
