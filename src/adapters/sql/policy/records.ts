import type { Kysely } from 'kysely';
import type { PolicyRecords } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';
import { denials } from './denials.ts';
import { exceptions } from './exceptions.ts';
import { health } from './health.ts';
import { imageFacts } from './image-facts.ts';
import { policies } from './policies.ts';
import { pullHistory } from './pull-history.ts';
import { organisationHolds, stages } from './stages.ts';
import { releases } from './releases.ts';

export function policyRecords(db: Kysely<Schema>): PolicyRecords {
  return {
    ...policies(db),
    ...exceptions(db),
    ...releases(db),
    ...organisationHolds(db),
    ...stages(db),
    ...imageFacts(db),
    ...denials(db),
    ...health(db),
    ...pullHistory(db),
  };
}
