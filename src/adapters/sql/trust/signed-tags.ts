import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryName, Tag } from '../../../oci/names.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { TrustMark, TrustRecords } from '../../../ports/trust-records.ts';
import { allActions } from '../../../access/roles.ts';
import { toRepository } from '../registry/repositories.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';

type Part<K extends keyof TrustRecords> = Pick<TrustRecords, K>;

export function signedTags(
  db: Kysely<Schema>,
): Part<'signedTags' | 'changeSignedTags' | 'marks' | 'marksOf' | 'differing' | 'expiring' | 'noteTold' | 'unnoted'> {
  const marked = db
    .selectFrom('trust_signed_tags')
    .innerJoin('trust_collections', 'trust_collections.gun', 'trust_signed_tags.gun')
    .innerJoin('trust_standings', 'trust_standings.gun', 'trust_signed_tags.gun')
    .leftJoin('tags', (join) =>
      join
        .onRef('tags.repository_id', '=', 'trust_collections.repository_id')
        .onRef('tags.name', '=', 'trust_signed_tags.tag'),
    )
    .select([
      'tags.digest as registry',
      'trust_collections.repository_id',
      'trust_signed_tags.gun',
      'trust_signed_tags.tag',
      'trust_signed_tags.digest',
      'trust_signed_tags.since',
      'trust_standings.good_until',
    ]);
  return {
    async signedTags(repository, gun) {
      const rows = await db
        .selectFrom('trust_signed_tags')
        .innerJoin('trust_collections', 'trust_collections.gun', 'trust_signed_tags.gun')
        .select(['tag', 'digest', 'since'])
        .where('trust_collections.repository_id', '=', repository.id)
        .where('trust_signed_tags.gun', '=', gun)
        .execute();
      return rows.map((row) => ({ ...row, digest: row.digest as Digest }));
    },
    async changeSignedTags(_repository, gun, { set, drop, tags, goodUntil, at }) {
      for (const some of chunks(drop))
        await db.deleteFrom('trust_signed_tags').where('gun', '=', gun).where('tag', 'in', some).execute();
      for (const some of chunks(set))
        await db
          .insertInto('trust_signed_tags')
          .values(some.map((each) => ({ gun, tag: each.tag, digest: each.digest, since: each.since })))
          .onConflict((oc) =>
            oc.columns(['gun', 'tag']).doUpdateSet((eb) => ({
              digest: eb.ref('excluded.digest'),
              since: eb.ref('excluded.since'),
            })),
          )
          .execute();
      const standing = { tags, good_until: goodUntil, noted_at: at };
      await db
        .insertInto('trust_standings')
        .values({ gun, ...standing })
        .onConflict((oc) => oc.column('gun').doUpdateSet(standing))
        .execute();
    },
    async marks(repository, names) {
      const found: TrustMark[] = [];
      for (const some of chunks(names)) {
        const rows = await marked
          .where('trust_collections.repository_id', '=', repository.id)
          .where('trust_signed_tags.tag', 'in', some)
          .execute();
        found.push(...rows.map(toMark));
      }
      return found;
    },
    async marksOf(viewer, wanted) {
      const tagOf = new Map(wanted.map(({ id, tag }) => [id as string, tag]));
      const found: TrustMark[] = [];
      for (const some of chunks(wanted, 100)) {
        const rows = await marked
          .innerJoin('repositories', 'repositories.id', 'trust_collections.repository_id')
          .where((eb) => visible(eb, viewer, 'pull'))
          .where((eb) =>
            eb.or(
              some.map(({ id, tag }) =>
                eb.and([eb('trust_collections.repository_id', '=', id), eb('trust_signed_tags.tag', '=', tag)]),
              ),
            ),
          )
          .execute();
        found.push(...rows.filter((row) => tagOf.get(row.repository_id) === row.tag).map(toMark));
      }
      return found;
    },
    async differing(repository, gun, limit) {
      const other = db
        .selectFrom('trust_signed_tags')
        .innerJoin('trust_collections', 'trust_collections.gun', 'trust_signed_tags.gun')
        .innerJoin('tags', (join) =>
          join
            .onRef('tags.repository_id', '=', 'trust_collections.repository_id')
            .onRef('tags.name', '=', 'trust_signed_tags.tag'),
        )
        .where('trust_collections.repository_id', '=', repository.id)
        .where('trust_signed_tags.gun', '=', gun)
        .whereRef('tags.digest', '<>', 'trust_signed_tags.digest');
      const rows = await other
        .select(['tags.name', 'trust_signed_tags.digest as signed', 'tags.digest as registry'])
        .orderBy('tags.name')
        .limit(limit)
        .execute();
      const { n } = await other.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
      return {
        items: rows.map((row) => ({
          tag: row.name as Tag,
          signed: row.signed as Digest,
          registry: row.registry as Digest,
        })),
        total: n,
      };
    },
    async expiring(instant, limit) {
      const rows = await db
        .selectFrom('trust_standings')
        .innerJoin('trust_collections', 'trust_collections.gun', 'trust_standings.gun')
        .innerJoin('repositories', 'repositories.id', 'trust_collections.repository_id')
        .selectAll('repositories')
        .select(['trust_standings.gun', 'trust_standings.good_until'])
        .where('trust_standings.tags', '>', 0)
        .where('trust_standings.good_until', '<', instant)
        .where((eb) =>
          eb.or([eb('told_until', 'is', null), eb('told_until', '!=', eb.ref('trust_standings.good_until'))]),
        )
        .orderBy('trust_standings.good_until')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        gun: row.gun,
        repository: toRepository(row, new Set(allActions)),
        goodUntil: row.good_until,
      }));
    },
    async noteTold(gun, goodUntil) {
      await db.updateTable('trust_standings').set({ told_until: goodUntil }).where('gun', '=', gun).execute();
    },
    async unnoted(limit) {
      const rows = await db
        .selectFrom('trust_collections')
        .innerJoin('repositories', 'repositories.id', 'trust_collections.repository_id')
        .leftJoin('trust_standings', 'trust_standings.gun', 'trust_collections.gun')
        .select(['trust_collections.gun', 'repositories.name'])
        .where('trust_standings.gun', 'is', null)
        .limit(limit)
        .execute();
      return rows.map((row) => ({ gun: row.gun, repositoryName: row.name as RepositoryName }));
    },
  };
}

function toMark(row: {
  repository_id: string;
  gun: string;
  tag: string;
  digest: string;
  since: number;
  registry: string | null;
  good_until: number;
}): TrustMark {
  return {
    repositoryId: row.repository_id as RepositoryId,
    gun: row.gun,
    tag: row.tag,
    digest: row.digest as Digest,
    since: row.since,
    registry: (row.registry ?? undefined) as Digest | undefined,
    goodUntil: row.good_until,
  };
}
