import type { Kysely } from 'kysely';
import type { RegistryRecords } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';
import { blobs } from './blobs.ts';
import { garbage } from './garbage.ts';
import { type KeepTimes, keepTimes } from './keep-times.ts';
import { manifests } from './manifests.ts';
import { pulls } from './pulls.ts';
import { removals } from './removals.ts';
import { repositories } from './repositories.ts';
import { tagRules } from './tag-rules.ts';
import { tags } from './tags.ts';

export function registryRecords(db: Kysely<Schema>, keep: KeepTimes = keepTimes): RegistryRecords {
  return {
    ...repositories(db),
    ...blobs(db, keep),
    ...manifests(db, keep),
    ...tags(db),
    ...tagRules(db),
    ...garbage(db),
    ...pulls(db),
    ...removals(db),
  };
}
