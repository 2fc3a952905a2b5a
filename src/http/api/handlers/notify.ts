import type { z } from 'zod';
import * as contract from '../../../contract/notify.ts';
import type { severity } from '../../../contract/shapes.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { parseRepositoryName, type RepositoryName } from '../../../oci/names.ts';
import type { Delivery, Webhook } from '../../../ports/notify-records.ts';
import type { ShownSubscription } from '../../../work/notify/subscriptions.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';
import { requireAccount } from './session.ts';

function toWebhook({ id, name, url, events, format, enabled, createdAt, createdBy }: Webhook) {
  return { id, name, url, events: [...events], format, enabled, createdAt: toRfc3339(createdAt), createdBy };
}

function toDelivery(each: Delivery) {
  const event = JSON.parse(each.body) as { type: string; subject: string };
  return {
    id: each.id,
    eventId: each.eventId,
    type: event.type,
    subject: event.subject,
    sequence: each.sequence,
    state: each.state,
    attempts: each.attempts,
    uncertain: each.uncertain,
    createdAt: toRfc3339(each.createdAt),
    ...(each.state === 'waiting' && each.attempts > 0 && { nextAt: toRfc3339(Math.floor(each.nextAt)) }),
    ...(each.endedAt !== undefined && { endedAt: toRfc3339(each.endedAt) }),
    ...(each.status !== undefined && { status: each.status }),
    ...(each.error !== undefined && { error: each.error }),
    body: each.body,
  };
}

function toSubscription(each: ShownSubscription) {
  return {
    id: each.id,
    subscriber: each.name,
    ...(each.repositoryId !== undefined && each.place !== undefined && { repository: each.place }),
    ...(each.organisation !== undefined && { organisation: each.organisation }),
    minSeverity: each.minSeverity as z.output<typeof severity>,
    createdAt: toRfc3339(each.createdAt),
  };
}

function placeOf(given: { repository?: string | undefined; organisation?: string | undefined }): {
  repository: RepositoryName | undefined;
  organisation: string | undefined;
} {
  return {
    repository: given.repository === undefined ? undefined : parseRepositoryName(given.repository),
    organisation: given.organisation,
  };
}

export const notifyHandlers: readonly Handled[] = [
  handle(contract.listWebhooks, async ({ house, viewer, query }) => ({
    items: (await house.webhooks.list(viewer, placeOf(query))).map(toWebhook),
  })),
  handle(contract.createWebhook, async ({ house, viewer, body }) => {
    const { webhook, secret } = await house.webhooks.create(viewer, placeOf(body), body);
    return { webhook: toWebhook(webhook), secret };
  }),
  handle(contract.updateWebhook, async ({ house, viewer, params, body }) =>
    toWebhook(await house.webhooks.update(viewer, params.id, body)),
  ),
  handle(contract.deleteWebhook, ({ house, viewer, params }) => house.webhooks.remove(viewer, params.id)),
  handle(contract.pingWebhook, ({ house, viewer, params }) => house.webhooks.ping(viewer, params.id)),
  handle(contract.listDeliveries, async ({ house, viewer, params, query }) => {
    const found = await house.webhooks.deliveries(viewer, params.id, {
      after: readCursor(query.cursor),
      limit: query.limit + 1,
    });
    const page = cutList(found, query.limit, (each) => String(each.sequence));
    return { ...page, items: page.items.map(toDelivery) };
  }),
  handle(contract.replayDelivery, ({ house, viewer, params }) =>
    house.webhooks.replay(viewer, params.id, params.delivery),
  ),
  handle(contract.listSubscriptions, async ({ house, viewer }) => ({
    items: (await house.subscriptions.list(requireAccount(viewer))).map(toSubscription),
  })),
  handle(contract.createSubscription, async ({ house, viewer, body }) =>
    toSubscription(await house.subscriptions.add(requireAccount(viewer), { ...body, ...placeOf(body) })),
  ),
  handle(contract.deleteSubscription, ({ house, viewer, params }) =>
    house.subscriptions.remove(requireAccount(viewer), params.id),
  ),
  handle(contract.listNotices, async ({ house, viewer }) => {
    const { accountId } = requireAccount(viewer);
    const { access, notify } = house.database.records;
    const email = (await access.accountById(accountId))?.email;
    return {
      ...(email !== undefined && { email }),
      mail: house.sendsMail,
      items: (await notify.notices(accountId, 200)).map(({ id, subject, text, createdAt, sentAt }) => ({
        id,
        subject,
        text,
        createdAt: toRfc3339(createdAt),
        ...(sentAt !== undefined && { sentAt: toRfc3339(sentAt) }),
      })),
    };
  }),
  handle(contract.setOwnEmail, ({ house, viewer, body }) =>
    house.accounts.setOwnEmail(requireAccount(viewer), body.email ?? undefined),
  ),
];
