import type { Kysely } from 'kysely';
import { AssayError } from '../../../lib/error.ts';
import type { Repository } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';

/** A repository is looked up before the change that writes to it; one that was deleted in between takes nothing in. */
export async function requireStillThere(db: Kysely<Schema>, repository: Pick<Repository, 'id'>): Promise<void> {
  const row = await db.selectFrom('repositories').select('id').where('id', '=', repository.id).executeTakeFirst();
  if (!row) throw new AssayError('name-unknown', 'the repository was deleted meanwhile');
}
