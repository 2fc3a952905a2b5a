import type { Kysely } from 'kysely';
import type { TrustRecords } from '../../../ports/trust-records.ts';
import type { Schema } from '../schema.ts';
import { trustCollections } from './collections.ts';
import { trustFiles } from './files.ts';
import { signedTags } from './signed-tags.ts';

/** The room of content trust: collections, metadata files, signed tags, server keys and the changefeed. */
export function trustRecords(db: Kysely<Schema>): TrustRecords {
  return { ...trustCollections(db), ...trustFiles(db), ...signedTags(db) };
}
