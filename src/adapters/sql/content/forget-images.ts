import type { Kysely } from 'kysely';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';

/** Drops what was found in these images, and the packages that no other image holds. */
export async function forgetImages(db: Kysely<Schema>, manifests: readonly string[]): Promise<void> {
  const packages = new Set<string>();
  for (const some of chunks(manifests)) {
    const rows = await db.deleteFrom('image_packages').where('manifest', 'in', some).returning('package_id').execute();
    for (const row of rows) packages.add(row.package_id);
    for (const table of ['image_analyses', 'image_judgements', 'image_observations'] as const)
      await db.deleteFrom(table).where('manifest', 'in', some).execute();
  }
  for (const some of chunks([...packages])) {
    const gone = await db
      .deleteFrom('packages')
      .where('id', 'in', some)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('image_packages')
              .select('image_packages.package_id')
              .whereRef('image_packages.package_id', '=', 'packages.id'),
          ),
        ),
      )
      .returning('id')
      .execute();
    for (const ids of chunks(gone.map((row) => row.id)))
      for (const table of ['package_findings', 'package_names'] as const)
        await db.deleteFrom(table).where('package_id', 'in', ids).execute();
  }
}
