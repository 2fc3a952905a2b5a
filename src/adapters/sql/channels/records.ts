import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryName, Tag } from '../../../oci/names.ts';
import type { ChannelRecords, StoredChannel } from '../../../ports/channel-records.ts';
import { preparedRows } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';
import { requests } from './requests.ts';

type Part<K extends keyof ChannelRecords> = Pick<ChannelRecords, K>;

function toChannel({ organisation, name, version, text, updated_at, updated_by }: Schema['channels']): StoredChannel {
  return { organisation, name, version, text, updatedAt: updated_at, updatedBy: updated_by };
}

export function channelRecords(db: Kysely<Schema>): ChannelRecords {
  return { ...definitions(db), ...requests(db), ...approvals(db), ...images(db) };
}

function definitions(
  db: Kysely<Schema>,
): Part<'channels' | 'organisationsWithChannels' | 'putChannel' | 'deleteChannel'> {
  const standing = db.selectFrom('channels').where('text', '<>', '');
  // Every push asks for these.
  const ofOrganisation = preparedRows(
    db,
    db
      .selectFrom('channels')
      .selectAll()
      .where('organisation', '=', '')
      .where('text', '<>', sql.lit(''))
      .orderBy('name')
      .compile(),
  );
  return {
    async channels(organisation) {
      return (await ofOrganisation(organisation)).map(toChannel);
    },
    async organisationsWithChannels() {
      const rows = await standing.select('organisation').distinct().orderBy('organisation').execute();
      return rows.map((row) => row.organisation);
    },
    async putChannel({ organisation, name, text, updatedAt, updatedBy }) {
      const values = { text, updated_at: updatedAt, updated_by: updatedBy };
      const row = await db
        .insertInto('channels')
        .values({ organisation, name, version: 1, ...values })
        .onConflict((oc) =>
          oc
            .columns(['organisation', 'name'])
            .doUpdateSet((eb) => ({ ...values, version: eb('channels.version', '+', 1) })),
        )
        .returningAll()
        .executeTakeFirstOrThrow();
      return toChannel(row);
    },
    async deleteChannel(organisation, name) {
      const row = await db
        .updateTable('channels')
        .set({ text: '' })
        .where('organisation', '=', organisation)
        .where('name', '=', name)
        .where('text', '<>', '')
        .returning('name')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

function approvals(db: Kysely<Schema>): Part<'addApproval' | 'approvals'> {
  return {
    async addApproval(requestId, { accountId, account, note, at }) {
      const row = await db
        .insertInto('promotion_approvals')
        .values({ request_id: requestId, account_id: accountId, account, note, at })
        .onConflict((oc) => oc.columns(['request_id', 'account_id']).doNothing())
        .returning('account_id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async approvals(requestId) {
      const rows = await db
        .selectFrom('promotion_approvals')
        .selectAll()
        .where('request_id', '=', requestId)
        .orderBy('at')
        .orderBy('account_id')
        .execute();
      return rows.map(({ account_id, account, note, at }) => ({ accountId: account_id, account, note, at }));
    },
  };
}

function images(db: Kysely<Schema>): Part<'stageImages'> {
  return {
    async stageImages(viewer, { organisation, prefix, limit }) {
      const rows = await db
        .selectFrom('tags')
        .innerJoin('repositories', 'repositories.id', 'tags.repository_id')
        .select(['repositories.name as repository', 'tags.name', 'tags.digest', 'tags.updated_at', 'tags.updated_by'])
        .where((eb) => visible(eb, viewer, 'pull'))
        .where('repositories.organisation', '=', organisation)
        .where(sql<boolean>`substr(repositories.name, 1, ${sql.lit(prefix.length)}) = ${prefix}`)
        .orderBy('tags.updated_at', 'desc')
        .orderBy('repositories.name')
        .orderBy('tags.name')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        repository: row.repository as RepositoryName,
        tag: row.name as Tag,
        digest: row.digest as Digest,
        since: row.updated_at,
        by: row.updated_by,
      }));
    },
  };
}
