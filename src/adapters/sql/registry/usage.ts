import { type Kysely, sql } from 'kysely';
import { uuidv7 } from '../../../lib/uuid.ts';
import type { Schema } from '../schema.ts';

/**
 * Notes that links came or are about to go: one row for each organisation concerned. What an organisation stores is the
 * sum of its rows, so pushes that run side by side never wait for, or write over, each other's count.
 */
export async function noteUsage(
  db: Kysely<Schema>,
  sign: 1 | -1,
  links: { readonly repositoryId?: string; readonly digests?: readonly string[] },
  at: number,
): Promise<void> {
  const rows = await db
    .selectFrom('repository_blobs')
    .innerJoin('blobs', 'blobs.digest', 'repository_blobs.digest')
    .innerJoin('repositories', 'repositories.id', 'repository_blobs.repository_id')
    .select('repositories.organisation')
    .select(sql<number | string>`sum(blobs.size)`.as('bytes'))
    .$if(links.repositoryId !== undefined, (query) =>
      query.where('repository_blobs.repository_id', '=', links.repositoryId ?? ''),
    )
    .$if(links.digests !== undefined, (query) =>
      query.where('repository_blobs.digest', 'in', [...(links.digests ?? [])]),
    )
    .groupBy('repositories.organisation')
    .execute();
  const changes = rows
    .map((row) => ({ id: uuidv7(at), organisation: row.organisation, bytes: sign * Number(row.bytes) }))
    .filter((change) => change.bytes !== 0);
  if (changes.length > 0) await db.insertInto('usage_changes').values(changes).execute();
}

/** Counts anew what every organisation stores. */
export async function recountUsage(db: Kysely<Schema>): Promise<void> {
  await db.deleteFrom('usage_changes').execute();
  await sql`insert into usage_changes (id, organisation, bytes)
    select repositories.organisation, repositories.organisation, sum(blobs.size) from repository_blobs
      join blobs on blobs.digest = repository_blobs.digest
      join repositories on repositories.id = repository_blobs.repository_id
      group by repositories.organisation`.execute(db);
}
