import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { listOf, listQuery, organisationName, repositoryParam, severity, time } from './shapes.ts';

const place = { repository: repositoryParam.optional(), organisation: organisationName.optional() };
const events = z.array(z.string().min(1).max(61)).min(1).max(50);
const url = z.string().min(8).max(2000);
const name = z.string().min(1).max(100);
/** What the receiver reads: CloudEvents, or what a webhook of Slack or of Teams takes. */
const format = z.enum(['cloudevents', 'slack', 'teams']);

const webhook = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  format,
  enabled: z.boolean(),
  createdAt: time,
  createdBy: z.string(),
});

export const listWebhooks = endpoint({
  id: 'listWebhooks',
  method: 'GET',
  path: '/api/v1/webhooks',
  summary: 'Webhooks of a repository, of an organisation, or (neither given) of the whole server',
  right: 'signed-in',
  query: z.object(place),
  answer: z.object({ items: z.array(webhook) }),
  errors: ['name-unknown', 'not-found', 'denied', 'unauthorized'],
});

export const createWebhook = endpoint({
  id: 'createWebhook',
  method: 'POST',
  path: '/api/v1/webhooks',
  summary:
    'Have events sent to an address, signed: CloudEvents, or messages for Slack or Teams; the secret is shown once',
  right: 'signed-in',
  body: z.strictObject({
    ...place,
    name,
    url,
    /** Nouns, * for any characters: `tag.moved`, `vulnerability.*`, `*`. */
    events: events.default(['*']),
    format: format.default('cloudevents'),
    secret: z.string().min(16).max(200).optional(),
  }),
  answer: z.object({ webhook, secret: z.string() }),
  status: 201,
  errors: ['name-unknown', 'not-found', 'input-invalid', 'address-refused', 'denied', 'unauthorized'],
});

const byId = z.object({ id: z.string().max(64) });

export const updateWebhook = endpoint({
  id: 'updateWebhook',
  method: 'PATCH',
  path: '/api/v1/webhooks/{id}',
  summary: 'Change a webhook, turn it off or on',
  right: 'signed-in',
  params: byId,
  body: z.strictObject({
    name: name.optional(),
    url: url.optional(),
    events: events.optional(),
    format: format.optional(),
    enabled: z.boolean().optional(),
  }),
  answer: webhook,
  errors: ['not-found', 'input-invalid', 'address-refused', 'unauthorized'],
});

export const deleteWebhook = endpoint({
  id: 'deleteWebhook',
  method: 'DELETE',
  path: '/api/v1/webhooks/{id}',
  summary: 'Delete a webhook with its deliveries',
  right: 'signed-in',
  params: byId,
  errors: ['not-found', 'unauthorized'],
});

export const pingWebhook = endpoint({
  id: 'pingWebhook',
  method: 'POST',
  path: '/api/v1/webhooks/{id}/ping',
  summary: 'Send a message that says nothing, to see whether one arrives',
  right: 'signed-in',
  params: byId,
  errors: ['not-found', 'unauthorized'],
});

const delivery = z.object({
  id: z.string(),
  eventId: z.string(),
  type: z.string(),
  subject: z.string(),
  sequence: z.number().int(),
  state: z.enum(['waiting', 'sending', 'delivered', 'failed']),
  attempts: z.number().int(),
  /** How often it may have arrived more than once: the server died while sending. */
  uncertain: z.number().int(),
  createdAt: time,
  nextAt: time.optional(),
  endedAt: time.optional(),
  status: z.number().int().optional(),
  error: z.string().optional(),
  body: z.string(),
});

export const listDeliveries = endpoint({
  id: 'listDeliveries',
  method: 'GET',
  path: '/api/v1/webhooks/{id}/deliveries',
  summary: 'What was sent to a webhook, newest first, and what became of it; kept for 30 days',
  right: 'signed-in',
  params: byId,
  query: z.object(listQuery),
  answer: listOf(delivery),
  errors: ['not-found', 'unauthorized'],
});

export const replayDelivery = endpoint({
  id: 'replayDelivery',
  method: 'POST',
  path: '/api/v1/webhooks/{id}/deliveries/{delivery}/replay',
  summary: 'Send an event again: the same event id, a new sequence number',
  right: 'signed-in',
  params: byId.extend({ delivery: z.string().max(64) }),
  errors: ['not-found', 'unauthorized'],
});

const subscription = z.object({
  id: z.string(),
  /** An account, or team:NAME. */
  subscriber: z.string(),
  repository: z.string().optional(),
  organisation: z.string().optional(),
  minSeverity: severity,
  createdAt: time,
});

export const listSubscriptions = endpoint({
  id: 'listSubscriptions',
  method: 'GET',
  path: '/api/v1/subscriptions',
  summary: 'Which repositories and organisations one follows, oneself and by team',
  right: 'signed-in',
  answer: z.object({ items: z.array(subscription) }),
  errors: ['unauthorized'],
});

export const createSubscription = endpoint({
  id: 'createSubscription',
  method: 'POST',
  path: '/api/v1/subscriptions',
  summary: 'Follow a repository or an organisation: new vulnerabilities of at least a severity are told once, by mail',
  right: 'signed-in',
  body: z.strictObject({
    ...place,
    minSeverity: severity.default('high'),
    /** A team of the organisation follows; for who administers it. */
    team: z.string().max(60).optional(),
  }),
  answer: subscription,
  status: 201,
  errors: ['name-unknown', 'not-found', 'input-invalid', 'denied', 'unauthorized'],
});

export const deleteSubscription = endpoint({
  id: 'deleteSubscription',
  method: 'DELETE',
  path: '/api/v1/subscriptions/{id}',
  summary: 'Follow no longer',
  right: 'signed-in',
  params: byId,
  errors: ['not-found', 'unauthorized'],
});

export const listNotices = endpoint({
  id: 'listNotices',
  method: 'GET',
  path: '/api/v1/me/notices',
  summary: 'What one was told, newest first',
  right: 'signed-in',
  answer: z.object({
    /** Where mail goes; absent: nowhere. */
    email: z.string().optional(),
    /** Whether this server sends mail at all. */
    mail: z.boolean(),
    items: z.array(
      z.object({ id: z.string(), subject: z.string(), text: z.string(), createdAt: time, sentAt: time.optional() }),
    ),
  }),
  errors: ['unauthorized'],
});

export const setOwnEmail = endpoint({
  id: 'setOwnEmail',
  method: 'PUT',
  path: '/api/v1/me/email',
  summary: 'Where mail for oneself goes; null for nowhere',
  right: 'signed-in',
  body: z.strictObject({ email: z.email().max(254).nullable() }),
  errors: ['input-invalid', 'denied', 'unauthorized'],
});
