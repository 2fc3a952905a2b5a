import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Tells every process that what rules in this organisation has changed. */
export async function countUp(db: Kysely<Schema>, organisation: string): Promise<void> {
  await db
    .insertInto('policy_revisions')
    .values({ organisation, revision: 1 })
    .onConflict((oc) =>
      oc.column('organisation').doUpdateSet((eb) => ({ revision: eb('policy_revisions.revision', '+', 1) })),
    )
    .execute();
}
