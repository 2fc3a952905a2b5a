import type { Kysely } from 'kysely';
import type { StorageKey } from '../../../ports/blob-store.ts';
import type { RegistryRecords } from '../../../ports/registry-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function removals(db: Kysely<Schema>): Part<'removals' | 'noteRemovals' | 'removed' | 'unknownKeys'> {
  return {
    async removals(limit) {
      const rows = await db.selectFrom('removals').select('storage_key').orderBy('noted_at').limit(limit).execute();
      return rows.map((row) => row.storage_key as StorageKey);
    },
    noteRemovals: (keys, at) => noteRemovals(db, keys, at),
    async removed(keys) {
      for (const some of chunks(keys)) await db.deleteFrom('removals').where('storage_key', 'in', some).execute();
    },
    async unknownKeys(keys) {
      const unknown = new Set(keys);
      for (const some of chunks(keys))
        for (const table of ['blobs', 'uploads', 'layer_analyses', 'removals'] as const) {
          const rows = await db.selectFrom(table).select('storage_key').where('storage_key', 'in', some).execute();
          for (const row of rows) unknown.delete(row.storage_key as StorageKey);
        }
      return [...unknown];
    },
  };
}

export async function noteRemovals(db: Kysely<Schema>, keys: readonly string[], at: number): Promise<void> {
  for (const some of chunks(keys))
    await db
      .insertInto('removals')
      .values(some.map((key) => ({ storage_key: key, noted_at: at })))
      .onConflict((oc) => oc.doNothing())
      .execute();
}
