import { type Kysely, sql } from 'kysely';
import type { Notice, NotifyRecords } from '../../../ports/notify-records.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof NotifyRecords> = Pick<NotifyRecords, K>;

function toNotice(row: Schema['notices']): Notice {
  return {
    id: row.id,
    accountId: row.account_id,
    dedupeKey: row.dedupe_key,
    subject: row.subject,
    text: row.text,
    createdAt: row.created_at,
  };
}

/** The image itself, and the indexes of the repository that list it. */
const namedBy = (digest: string) => sql`select cast(${digest} as text) union all
  select manifest from manifest_references where target = ${digest} and kind = 'manifest'`;

export function notices(
  db: Kysely<Schema>,
): Part<
  | 'subscriptions'
  | 'addSubscription'
  | 'removeSubscription'
  | 'addNotice'
  | 'waitingNotices'
  | 'unsentNotices'
  | 'markSent'
  | 'notices'
  | 'addConsumers'
  | 'consumers'
  | 'publishers'
  | 'tagsNaming'
  | 'knownVulnerabilities'
  | 'setKnownVulnerabilities'
> {
  return {
    async subscriptions(filter) {
      const rows = await db
        .selectFrom('subscriptions')
        .leftJoin('accounts', 'accounts.id', 'subscriptions.subscriber')
        .leftJoin('teams', 'teams.id', 'subscriptions.subscriber')
        .leftJoin('repositories', 'repositories.id', 'subscriptions.repository_id')
        .selectAll('subscriptions')
        .select(['accounts.name as account', 'teams.name as team', 'repositories.name as repository'])
        .$if(filter.subscriber !== undefined, (query) =>
          query.where('subscriptions.subscriber', '=', filter.subscriber ?? ''),
        )
        .$if(filter.repositoryId !== undefined || filter.organisation !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              eb('subscriptions.repository_id', '=', filter.repositoryId ?? ''),
              eb('subscriptions.organisation', '=', filter.organisation ?? ''),
            ]),
          ),
        )
        .orderBy('subscriptions.id')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        subscriber: row.subscriber,
        subscriberKind: row.subscriber_kind,
        organisation: row.organisation ?? undefined,
        repositoryId: (row.repository_id ?? undefined) as RepositoryId | undefined,
        minSeverity: row.min_severity,
        createdAt: row.created_at,
        name: row.account ?? (row.team === null ? '' : `team:${row.team}`),
        place: row.repository ?? row.organisation ?? undefined,
      }));
    },
    async addSubscription(subscription) {
      await db
        .insertInto('subscriptions')
        .values({
          id: subscription.id,
          subscriber: subscription.subscriber,
          subscriber_kind: subscription.subscriberKind,
          organisation: subscription.organisation ?? null,
          repository_id: subscription.repositoryId ?? null,
          min_severity: subscription.minSeverity,
          created_at: subscription.createdAt,
        })
        .execute();
    },
    async removeSubscription(id) {
      await db.deleteFrom('subscriptions').where('id', '=', id).execute();
    },
    async addNotice(notice) {
      const row = await db
        .insertInto('notices')
        .values({
          id: notice.id,
          account_id: notice.accountId,
          dedupe_key: notice.dedupeKey,
          subject: notice.subject,
          text: notice.text,
          created_at: notice.createdAt,
          sent_at: null,
        })
        .onConflict((oc) => oc.columns(['account_id', 'dedupe_key']).doNothing())
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async waitingNotices(limit) {
      const rows = await db
        .selectFrom('notices')
        .select('account_id')
        .select((eb) => eb.fn.min('created_at').as('since'))
        .where('sent_at', 'is', null)
        .groupBy('account_id')
        .orderBy('since')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ accountId: row.account_id, since: row.since }));
    },
    async unsentNotices(accountId, limit) {
      const rows = await db
        .selectFrom('notices')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('sent_at', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toNotice);
    },
    async markSent(ids, at) {
      await db
        .updateTable('notices')
        .set({ sent_at: at })
        .where('id', 'in', [...ids])
        .execute();
    },
    async notices(accountId, limit) {
      const rows = await db
        .selectFrom('notices')
        .selectAll()
        .where('account_id', '=', accountId)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...toNotice(row), sentAt: row.sent_at ?? undefined }));
    },
    async addConsumers(pulls, at) {
      for (const { repositoryId, digest, accountId } of pulls)
        await db
          .insertInto('image_consumers')
          .values({ repository_id: repositoryId, digest, account_id: accountId, pulled_at: at })
          .onConflict((oc) => oc.columns(['repository_id', 'digest', 'account_id']).doUpdateSet({ pulled_at: at }))
          .execute();
    },
    async consumers(repositoryId, digest, since) {
      const rows = await db
        .selectFrom('image_consumers')
        .select('account_id')
        .distinct()
        .where('repository_id', '=', repositoryId)
        .where(sql<boolean>`digest in (${namedBy(digest)})`)
        .where('pulled_at', '>=', since)
        .execute();
      return rows.map((row) => row.account_id);
    },
    async publishers(repositoryId, digest) {
      const rows = await db
        .selectFrom('repository_manifests')
        .select('pushed_by')
        .distinct()
        .where('repository_id', '=', repositoryId)
        .where(sql<boolean>`digest in (${namedBy(digest)})`)
        .execute();
      return rows.map((row) => row.pushed_by);
    },
    async tagsNaming(repositoryId, digest) {
      const rows = await db
        .selectFrom('tags')
        .select('name')
        .where('repository_id', '=', repositoryId)
        .where(sql<boolean>`digest in (${namedBy(digest)})`)
        .orderBy('name')
        .limit(20)
        .execute();
      return rows.map((row) => row.name);
    },
    async knownVulnerabilities(digest) {
      const row = await db
        .selectFrom('known_vulnerabilities')
        .select('ids')
        .where('manifest', '=', digest)
        .executeTakeFirst();
      return row && (JSON.parse(row.ids) as string[]);
    },
    async setKnownVulnerabilities(digest, ids) {
      const text = JSON.stringify(ids);
      await db
        .insertInto('known_vulnerabilities')
        .values({ manifest: digest, ids: text })
        .onConflict((oc) => oc.column('manifest').doUpdateSet({ ids: text }))
        .execute();
    },
  };
}
