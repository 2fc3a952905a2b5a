import type { Kysely } from 'kysely';
import type { ContentRecords } from '../../../ports/content-records.ts';
import type { Schema } from '../schema.ts';
import { analyses } from './analyses.ts';
import { feedSources } from './feed-sources.ts';
import { formerFindings } from './former-findings.ts';
import { judging } from './judging.ts';
import { lists } from './lists.ts';

export function contentRecords(db: Kysely<Schema>): ContentRecords {
  return { ...analyses(db), ...judging(db), ...lists(db), ...feedSources(db), ...formerFindings(db) };
}
