import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import { type ContentRecords, FORMER_IMAGES_MS } from '../../../ports/content-records.ts';
import type { Repository } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';

export function formerFindings(db: Kysely<Schema>): Pick<ContentRecords, 'imagesThatHad'> {
  return {
    async imagesThatHad(viewer, vulnerability, { since, limit }) {
      const rows = await db
        .selectFrom('former_findings')
        .innerJoin('repositories', 'repositories.id', 'former_findings.repository_id')
        .select(['repositories.name', 'former_findings.digest', 'former_findings.pushed_at'])
        .select('former_findings.deleted_at')
        .where('former_findings.vulnerability', '=', vulnerability)
        .where('former_findings.deleted_at', '>=', since)
        .where((eb) => visible(eb, viewer, 'pull'))
        .orderBy('former_findings.deleted_at', 'desc')
        .orderBy('former_findings.digest')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        repository: row.name,
        digest: row.digest as Digest,
        pushedAt: row.pushed_at,
        deletedAt: row.deleted_at,
      }));
    },
  };
}

/** Keeps what an image has at the moment it is deleted, and drops what is too old to be asked for. */
export async function keepFormerFindings(
  db: Kysely<Schema>,
  repository: Pick<Repository, 'id'>,
  digest: Digest,
  at: number,
): Promise<void> {
  await db
    .deleteFrom('former_findings')
    .where('deleted_at', '<', at - FORMER_IMAGES_MS)
    .execute();
  await sql`insert into former_findings (vulnerability, repository_id, digest, pushed_at, deleted_at)
    select distinct found.vulnerability, held.repository_id, held.digest, held.pushed_at, cast(${at} as bigint)
    from repository_manifests held
    join image_packages contents on contents.manifest = held.digest
    join package_findings found on found.package_id = contents.package_id
    where held.repository_id = ${repository.id} and held.digest = ${digest}
    on conflict do nothing`.execute(db);
}
