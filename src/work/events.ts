import { nameOf, type Viewer } from '../access/viewer.ts';
import { uuidv7 } from '../lib/uuid.ts';
import type { Records } from '../ports/database.ts';
import type { RepositoryId } from '../ports/registry-records.ts';
import { queueWaiting } from './channels/carry-out-jobs.ts';
import { queueHealth } from './policy/health-jobs.ts';

/** What happens in the house; the events' schemas follow these names. */
export type EventNoun =
  | 'repository.created'
  | 'repository.changed'
  | 'repository.renamed'
  | 'repository.deleted'
  | 'manifest.pushed'
  | 'manifest.deleted'
  | 'tag.moved'
  | 'tag.deleted'
  | 'blob.deleted'
  | 'image.analysed'
  | 'image.judged'
  | 'advisories.imported'
  | 'account.created'
  | 'account.deleted'
  | 'password.changed'
  | 'token.created'
  | 'token.revoked'
  | 'grant.changed'
  | 'account.changed'
  | 'second-factor.changed'
  | 'passkey.added'
  | 'passkey.changed'
  | 'passkey.removed'
  | 'passkey.suspected'
  | 'organisation.created'
  | 'organisation.changed'
  | 'organisation.deleted'
  | 'role.changed'
  | 'role.deleted'
  | 'team.created'
  | 'team.changed'
  | 'team.deleted'
  | 'robot.created'
  | 'robot.deleted'
  | 'directory.created'
  | 'directory.changed'
  | 'directory.deleted'
  | 'webhook.created'
  | 'webhook.changed'
  | 'webhook.deleted'
  | 'vulnerability.found'
  | 'vulnerability.gone'
  | 'tag-rule.created'
  | 'tag-rule.deleted'
  | 'trust.published'
  | 'trust.imported'
  | 'trust.deleted'
  | 'trust-key.created'
  | 'trust-key.retired'
  | 'trust.expiring'
  | 'quota.exceeded'
  | 'policy.created'
  | 'policy.changed'
  | 'policy.deleted'
  | 'policy.refused'
  | 'exception.created'
  | 'exception.ended'
  | 'exception.expired'
  | 'health.changed'
  | 'health-profile.changed'
  | 'health-profile.deleted'
  | 'image.stage-changed'
  | 'digest.held'
  | 'digest.released'
  | 'image.held'
  | 'image.promoted'
  | 'channel.created'
  | 'channel.changed'
  | 'channel.deleted'
  | 'promotion.requested'
  | 'promotion.approved'
  | 'promotion.rejected'
  | 'promotion.expired'
  | 'promotion.voided'
  | 'tag.rolled-back'
  | 'image.released'
  | 'vex.stated'
  | 'vex.withdrawn';

/** Where a change happened, for those who may see it: a repository, or an organisation. Neither: for administrators. */
export type Place =
  | { readonly id: RepositoryId; readonly name: string }
  | { readonly organisation: string }
  | undefined;

/** Findings about images are facts that follow from changes; the audit holds the changes. */
const DERIVED: ReadonlySet<EventNoun> = new Set([
  'image.analysed',
  'image.judged',
  'vulnerability.found',
  'vulnerability.gone',
  'trust.expiring',
  'quota.exceeded',
  // Refusals are added up in the audit by themselves.
  'policy.refused',
  'health.changed',
  'image.stage-changed',
]);

/**
 * Writes an event inside the transaction of the change it tells of, and the entry of the audit with it. `change` is what
 * was there before and what is there now, where the event's own data do not say it.
 */
export async function appendEvent(
  records: Records,
  at: number,
  noun: EventNoun,
  actor: Viewer | string,
  place: Place,
  subject: string,
  data: Readonly<Record<string, unknown>>,
  change?: { readonly before?: unknown; readonly after?: unknown },
): Promise<void> {
  const id = uuidv7(at);
  const repositoryId = place && 'id' in place ? place.id : undefined;
  const name = typeof actor === 'string' ? actor : nameOf(actor);
  await records.events.append({ id, type: `dev.assay.${noun}.v1`, actor: name, repositoryId, subject, data, at });
  if (place) {
    const where = 'id' in place ? { repositoryId: place.id } : { organisation: place.organisation };
    await queueHealth(records.jobs, noun, where, at);
    await queueWaiting(records, noun, where, at);
  }
  if (DERIVED.has(noun)) return;
  await records.audit.append({
    id,
    at,
    actor: name,
    actorId: typeof actor === 'string' || actor.kind !== 'account' ? undefined : actor.accountId,
    origin: typeof actor === 'string' || actor.kind === 'system' ? undefined : actor.origin,
    action: noun,
    object: subject,
    organisation: place && ('organisation' in place ? place.organisation : place.name.split('/')[0]),
    repositoryId,
    before: change?.before,
    after: change ? change.after : data,
    occurrences: 1,
  });
}

/** Many events of the house's own making at once; they follow from others and have no line in the audit. */
export async function appendDerived(
  records: Records,
  at: number,
  noun: 'image.analysed' | 'image.judged',
  events: readonly {
    readonly place: { readonly id: RepositoryId };
    readonly subject: string;
    readonly data: EventData;
  }[],
): Promise<void> {
  await records.events.appendAll(
    events.map(({ place, subject, data }) => ({
      id: uuidv7(at),
      type: `dev.assay.${noun}.v1`,
      actor: 'system',
      repositoryId: place.id,
      subject,
      data,
      at,
    })),
  );
  const repositories = new Set(events.map(({ place }) => place.id));
  for (const each of repositories) {
    await queueHealth(records.jobs, noun, { repositoryId: each }, at);
    await queueWaiting(records, noun, { repositoryId: each }, at);
  }
}

type EventData = Readonly<Record<string, unknown>>;
