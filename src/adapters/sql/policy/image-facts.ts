import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import { organisationOf } from '../../../oci/names.ts';
import type { PolicyRecords } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

interface Versions {
  readonly analysed_at: number | null;
  readonly judged_at: number | null;
  readonly advisories: string | null;
  readonly trust: number | null;
  readonly collections: number;
  readonly released: number | null;
  readonly state: string | null;
  readonly held_everywhere: number | null;
  readonly referrers: number;
  readonly referred: number | null;
  readonly referrer: string | null;
  readonly named: string | null;
  readonly statements: number;
  readonly withdrawn: number;
  readonly rules: number;
  readonly rule: string | null;
  /** Jobs about it that were given up. */
  readonly failed: number;
}

export function imageFacts(db: Kysely<Schema>): Part<'factsVersion' | 'tagMoves' | 'manifestsWithBlob'> {
  return {
    async factsVersion({ id, name }, digest) {
      const { rows } = await sql<Versions>`select
        (select analysed_at from image_analyses where manifest = ${digest}) as analysed_at,
        (select judged_at from image_judgements where manifest = ${digest}) as judged_at,
        (select advisories from image_judgements where manifest = ${digest}) as advisories,
        (select max(trust_changes.id) from trust_changes join trust_collections on trust_collections.gun = trust_changes.gun
          where trust_collections.repository_id = ${id}) as trust,
        (select count(*) from trust_collections where repository_id = ${id}) as collections,
        (select at from image_releases where repository_id = ${id} and digest = ${digest}) as released,
        (select state from image_releases where repository_id = ${id} and digest = ${digest}) as state,
        (select at from organisation_holds where organisation = ${organisationOf(name)} and digest = ${digest}) as held_everywhere,
        (select count(*) from repository_manifests where repository_id = ${id} and subject = ${digest}) as referrers,
        (select max(pushed_at) from repository_manifests where repository_id = ${id} and subject = ${digest}) as referred,
        (select max(digest) from repository_manifests where repository_id = ${id} and subject = ${digest}) as referrer,
        (select max((select max(id) from tag_changes where tag_changes.repository_id = tags.repository_id
          and tag_changes.tag = tags.name)) from tags where tags.repository_id = ${id} and tags.digest = ${digest}) as named,
        (select count(*) from vex_statements where repository_id = ${id} and digest = ${digest}) as statements,
        (select count(withdrawn_at) from vex_statements where repository_id = ${id} and digest = ${digest}) as withdrawn,
        (select count(*) from tag_rules where repository_id = ${id}) as rules,
        (select max(id) from tag_rules where repository_id = ${id}) as rule,
        (select count(*) from jobs where state = 'dead' and dedupe_key = ${digest}) as failed`.execute(db);
      return JSON.stringify(Object.values(rows[0] ?? {}));
    },
    async tagMoves({ id }, tag) {
      const row = await db
        .selectFrom('tag_changes')
        .select((eb) => [eb.fn.count<number>('digest').distinct().as('images'), eb.fn.max('changed_at').as('at')])
        .where('repository_id', '=', id)
        .where('tag', '=', tag)
        .where('digest', 'is not', null)
        .executeTakeFirst();
      return { moves: Math.max(0, (row?.images ?? 0) - 1), movedAt: row?.at ?? 0 };
    },
    async manifestsWithBlob(repository, blob, limit) {
      const rows = await db
        .selectFrom('manifest_references')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'manifest_references.manifest')
        .select('manifest_references.manifest')
        .distinct()
        .where('manifest_references.target', '=', blob)
        .where('manifest_references.kind', 'in', ['config', 'layer'])
        .where('repository_manifests.repository_id', '=', repository.id)
        .limit(limit)
        .execute();
      return rows.map((row) => row.manifest as Digest);
    },
  };
}
