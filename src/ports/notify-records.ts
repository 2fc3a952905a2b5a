import type { Digest } from '../oci/digest.ts';
import type { EventRecord } from './events-records.ts';
import type { RepositoryId } from './registry-records.ts';

/** Where events must happen to concern a webhook or a subscription; neither part: everywhere. */
export interface Scope {
  readonly organisation: string | undefined;
  readonly repositoryId: RepositoryId | undefined;
}

export interface Webhook extends Scope {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Nouns with `*` for any characters: `tag.*`, `vulnerability.found`. */
  readonly events: readonly string[];
  /** What its receiver reads: `cloudevents`, or what a chat takes (src/work/notify/message-formats.ts). */
  readonly format: 'cloudevents' | 'slack' | 'teams';
  readonly enabled: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  /** Counts the events of one webhook, without gaps. */
  readonly sequence: number;
  readonly state: 'waiting' | 'sending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** How often the process died between sending and noting it; the target may have it that often already. */
  readonly uncertain: number;
  readonly nextAt: number;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly body: string;
}

export interface Subscription extends Scope {
  readonly id: string;
  /** Id of an account or a team. */
  readonly subscriber: string;
  readonly subscriberKind: 'account' | 'team';
  readonly minSeverity: string;
  readonly createdAt: number;
}

export interface Notice {
  readonly id: string;
  readonly accountId: string;
  /** The same thing is told an account once. */
  readonly dedupeKey: string;
  readonly subject: string;
  readonly text: string;
  readonly createdAt: number;
}

export interface NotifyRecords {
  /** Events that no webhook or subscription was asked about yet, oldest first, with their repository's name. */
  undispatched(limit: number): Promise<(EventRecord & { readonly repository: string | undefined })[]>;
  markDispatched(ids: readonly string[]): Promise<void>;

  webhooks(scope: Scope): Promise<Webhook[]>;
  webhook(id: string): Promise<Webhook | undefined>;
  /** Enabled ones whose scope holds the repository, or with none: those of everywhere. */
  webhooksFor(repositoryId: RepositoryId | undefined, organisation: string | undefined): Promise<Webhook[]>;
  putWebhook(webhook: Webhook): Promise<void>;
  deleteWebhook(id: string): Promise<void>;

  /** Queues a delivery with the webhook's next sequence number, which `body` is made with. */
  addDelivery(delivery: Omit<Delivery, 'sequence' | 'body'>, body: (sequence: number) => string): Promise<void>;
  anyDue(now: number, busy: readonly string[]): Promise<boolean>;
  /** The first waiting delivery of each webhook, of those that are due; marks them as being sent. */
  takeDue(now: number, limit: number, busy: readonly string[]): Promise<Delivery[]>;
  endDelivery(
    id: string,
    end: {
      state: 'waiting' | 'delivered' | 'failed';
      at: number;
      nextAt: number;
      status: number | undefined;
      error: string | undefined;
    },
  ): Promise<void>;
  /** Gives back what a process that died was sending; returns how many. */
  releaseSending(now: number): Promise<number>;
  deliveries(webhookId: string, page: { after?: string | undefined; limit: number }): Promise<Delivery[]>;
  delivery(webhookId: string, id: string): Promise<Delivery | undefined>;
  forgetDeliveries(before: number): Promise<number>;

  subscriptions(
    filter: { subscriber?: string } & Partial<Scope>,
  ): Promise<(Subscription & { readonly name: string; readonly place: string | undefined })[]>;
  addSubscription(subscription: Subscription): Promise<void>;
  removeSubscription(id: string): Promise<void>;

  /** False when the account was told before. */
  addNotice(notice: Notice): Promise<boolean>;
  /** Accounts with notices that wait, and since when the oldest does. */
  waitingNotices(limit: number): Promise<{ accountId: string; since: number }[]>;
  unsentNotices(accountId: string, limit: number): Promise<Notice[]>;
  markSent(ids: readonly string[], at: number): Promise<void>;
  notices(accountId: string, limit: number): Promise<(Notice & { readonly sentAt: number | undefined })[]>;

  addConsumers(
    pulls: readonly { repositoryId: RepositoryId; digest: Digest; accountId: string }[],
    at: number,
  ): Promise<void>;
  /** Who pulled the image, or an index that lists it, since then. */
  consumers(repositoryId: RepositoryId, digest: Digest, since: number): Promise<string[]>;
  /** Who pushed the image or an index that lists it: names. */
  publishers(repositoryId: RepositoryId, digest: Digest): Promise<string[]>;
  /** Tags that name the image or an index that lists it. */
  tagsNaming(repositoryId: RepositoryId, digest: Digest): Promise<string[]>;

  knownVulnerabilities(digest: Digest): Promise<readonly string[] | undefined>;
  setKnownVulnerabilities(digest: Digest, ids: readonly string[]): Promise<void>;
}
