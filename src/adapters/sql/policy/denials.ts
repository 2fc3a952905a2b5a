import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { PolicyDenial, PolicyRecords } from '../../../ports/policy-records.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';
import { isAdministrator, type Viewer } from '../../../access/viewer.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

/** Refusals that are kept, counted from the newest. */
const KEPT = 50_000;

function toDenial(row: Schema['policy_denials'] & { name: string | null }): PolicyDenial {
  return {
    id: row.id,
    ...(row.repository_id === ''
      ? { repositoryId: undefined, repository: row.tag, digest: undefined, tag: undefined }
      : {
          repositoryId: row.repository_id as RepositoryId,
          repository: row.name ?? '',
          digest: row.digest as Digest,
          tag: row.tag === '' ? undefined : row.tag,
        }),
    gate: row.gate,
    actor: row.actor,
    policy: row.policy,
    rule: row.rule,
    mode: row.mode,
    firstAt: row.first_at,
    lastAt: row.last_at,
    count: row.count,
    verdict: row.verdict,
  };
}

/** Those of images that are in no repository are the house's. */
function readableBy(
  eb: ExpressionBuilder<Schema, 'policy_denials' | 'repositories'>,
  viewer: Viewer,
): Expression<SqlBool> {
  const inside = eb.and([eb('policy_denials.repository_id', '<>', ''), visible(eb, viewer, 'audit')]);
  if (viewer.kind !== 'system' && !isAdministrator(viewer)) return inside;
  return eb.or([eb('policy_denials.repository_id', '=', ''), inside]);
}

export function denials(db: Kysely<Schema>): Part<'noteDenials' | 'denials' | 'denial'> {
  const readable = db
    .selectFrom('policy_denials')
    .leftJoin('repositories', 'repositories.id', 'policy_denials.repository_id')
    .selectAll('policy_denials')
    .select('repositories.name');
  return {
    async noteDenials(some) {
      for (const each of some)
        await db
          .insertInto('policy_denials')
          .values({
            id: each.id,
            repository_id: each.repositoryId ?? '',
            digest: each.digest ?? '',
            tag: each.repositoryId === undefined ? each.repository : (each.tag ?? ''),
            gate: each.gate,
            actor: each.actor,
            policy: each.policy,
            rule: each.rule,
            mode: each.mode,
            first_at: each.firstAt,
            last_at: each.lastAt,
            count: each.count,
            verdict: each.verdict,
          })
          .onConflict((oc) =>
            oc.columns(['repository_id', 'digest', 'tag', 'gate', 'actor', 'policy', 'rule']).doUpdateSet((eb) => ({
              last_at: each.lastAt,
              mode: each.mode,
              verdict: each.verdict,
              count: eb('policy_denials.count', '+', each.count),
            })),
          )
          .execute();
      const oldest = await db
        .selectFrom('policy_denials')
        .select('last_at')
        .orderBy('last_at', 'desc')
        .offset(KEPT)
        .limit(1)
        .executeTakeFirst();
      if (oldest) await db.deleteFrom('policy_denials').where('last_at', '<=', oldest.last_at).execute();
    },
    async denials(viewer, { after, limit, repository, gate }) {
      const rows = await readable
        .where((eb) => readableBy(eb, viewer))
        .$if(repository !== undefined, (query) => query.where('repositories.name', '=', repository ?? ''))
        .$if(gate !== undefined, (query) => query.where('gate', '=', gate ?? ''))
        .$if(after !== undefined, (query) => {
          const [at, id = ''] = (after ?? '').split(' ');
          return query.where((eb) =>
            eb.or([
              eb('last_at', '<', Number(at)),
              eb.and([eb('last_at', '=', Number(at)), eb('policy_denials.id', '>', id)]),
            ]),
          );
        })
        .orderBy('last_at', 'desc')
        .orderBy('policy_denials.id')
        .limit(limit)
        .execute();
      return rows.map(toDenial);
    },
    async denial(viewer, id) {
      const row = await readable
        .where((eb) => readableBy(eb, viewer))
        .where('policy_denials.id', '=', id)
        .executeTakeFirst();
      return row && toDenial(row);
    },
  };
}
