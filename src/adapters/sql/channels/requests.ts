import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryName, Tag } from '../../../oci/names.ts';
import type { ChannelRecords, PromotionRequest } from '../../../ports/channel-records.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';

type Part<K extends keyof ChannelRecords> = Pick<ChannelRecords, K>;
type Row = Schema['promotion_requests'];

function toRequest(row: Row): PromotionRequest {
  return {
    id: row.id,
    organisation: row.organisation,
    channel: row.channel,
    version: row.version,
    stage: row.stage,
    sourceId: row.source_id as RepositoryId,
    source: row.source as RepositoryName,
    sourceTag: row.source_tag as Tag,
    target: row.target as RepositoryName,
    targetTag: row.target_tag as Tag,
    digest: row.digest as Digest,
    reason: row.reason,
    askedBy: row.asked_by,
    askedById: row.asked_by_id ?? undefined,
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
    state: row.state,
    settledAt: row.settled_at ?? undefined,
    settledBy: row.settled_by ?? undefined,
    note: row.note,
    previous: (row.previous ?? undefined) as Digest | undefined,
    evidence: row.evidence ?? undefined,
    rolledBackAt: row.rolled_back_at ?? undefined,
    rolledBackBy: row.rolled_back_by ?? undefined,
  };
}

function toRow(request: PromotionRequest): Row {
  return {
    id: request.id,
    organisation: request.organisation,
    channel: request.channel,
    version: request.version,
    stage: request.stage,
    source_id: request.sourceId,
    source: request.source,
    source_tag: request.sourceTag,
    target: request.target,
    target_tag: request.targetTag,
    digest: request.digest,
    reason: request.reason,
    asked_by: request.askedBy,
    asked_by_id: request.askedById ?? null,
    asked_at: request.askedAt,
    expires_at: request.expiresAt,
    state: request.state,
    settled_at: request.settledAt ?? null,
    settled_by: request.settledBy ?? null,
    note: request.note,
    previous: request.previous ?? null,
    evidence: request.evidence ?? null,
    rolled_back_at: request.rolledBackAt ?? null,
    rolled_back_by: request.rolledBackBy ?? null,
  };
}

export function requests(
  db: Kysely<Schema>,
): Part<
  | 'addRequest'
  | 'request'
  | 'requests'
  | 'openRequest'
  | 'waiting'
  | 'settleRequest'
  | 'lastPromotion'
  | 'markRolledBack'
> {
  const readable = db
    .selectFrom('promotion_requests')
    .innerJoin('repositories', 'repositories.id', 'promotion_requests.source_id')
    .selectAll('promotion_requests');
  const under = (target: string, tag: string) =>
    db.selectFrom('promotion_requests').selectAll().where('target', '=', target).where('target_tag', '=', tag);
  return {
    async addRequest(request) {
      const row = await db
        .insertInto('promotion_requests')
        .values(toRow(request))
        .onConflict((oc) => oc.doNothing())
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async request(viewer, id) {
      const row = await readable
        .where((eb) => visible(eb, viewer, 'pull'))
        .where('promotion_requests.id', '=', id)
        .executeTakeFirst();
      return row && toRequest(row);
    },
    async requests(viewer, { after, limit, organisation, channel, state, repository }) {
      const rows = await readable
        .where((eb) => visible(eb, viewer, 'pull'))
        .$if(organisation !== undefined, (query) =>
          query.where('promotion_requests.organisation', '=', organisation ?? ''),
        )
        .$if(channel !== undefined, (query) => query.where('promotion_requests.channel', '=', channel ?? ''))
        .$if(state !== undefined, (query) => query.where('promotion_requests.state', '=', state ?? 'open'))
        .$if(repository !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              eb('promotion_requests.source', '=', repository ?? ''),
              eb('promotion_requests.target', '=', repository ?? ''),
            ]),
          ),
        )
        .$if(after !== undefined, (query) => query.where('promotion_requests.id', '<', after ?? ''))
        .orderBy('promotion_requests.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toRequest);
    },
    async openRequest(target, tag) {
      const row = await under(target, tag).where('state', '=', 'open').executeTakeFirst();
      return row && toRequest(row);
    },
    async waiting(place) {
      const row = await db
        .selectFrom('promotion_requests')
        .select('organisation')
        .where('state', '=', 'open')
        .$if('organisation' in place, (query) =>
          query.where('organisation', '=', 'organisation' in place ? place.organisation : ''),
        )
        .$if('repositoryId' in place, (query) =>
          query.where('source_id', '=', 'repositoryId' in place ? place.repositoryId : ''),
        )
        .limit(1)
        .executeTakeFirst();
      return row?.organisation;
    },
    async settleRequest(id, { state, at, by, note, previous, evidence }) {
      const row = await db
        .updateTable('promotion_requests')
        .set({
          state,
          settled_at: at,
          settled_by: by,
          ...(note !== undefined && { note }),
          ...(previous !== undefined && { previous }),
          ...(evidence !== undefined && { evidence }),
        })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async lastPromotion(target, tag) {
      const row = await under(target, tag)
        .where('state', '=', 'promoted')
        .where('rolled_back_at', 'is', null)
        .orderBy('settled_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toRequest(row);
    },
    async markRolledBack(id, at, by) {
      const row = await db
        .updateTable('promotion_requests')
        .set({ rolled_back_at: at, rolled_back_by: by })
        .where('id', '=', id)
        .where('rolled_back_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
