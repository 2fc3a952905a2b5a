import type { ImageStage } from '../../../ports/policy-records.ts';

/** Tables of the policy room. */
export interface PolicySchema {
  policies: {
    id: string;
    organisation: string;
    name: string;
    version: number;
    text: string;
    updated_at: number;
    updated_by: string;
  };
  policy_versions: {
    id: string;
    organisation: string;
    name: string;
    version: number;
    text: string;
    updated_at: number;
    updated_by: string;
  };
  policy_revisions: { organisation: string; revision: number };
  policy_exceptions: {
    id: string;
    organisation: string;
    created_at: number;
    expires_at: number;
    body: string;
    /** 1 once its end was told, or when somebody ended it. */
    told: number;
  };
  image_releases: {
    repository_id: string;
    digest: string;
    state: 'held' | 'released';
    by_whom: string;
    reason: string;
    at: number;
    /** 1 while it is being taken in from elsewhere. */
    intake: number;
  };
  organisation_holds: { organisation: string; digest: string; by_whom: string; reason: string; at: number };
  image_stages: {
    repository_id: string;
    digest: string;
    tag: string;
    stage: ImageStage;
    since: number;
    waits_for: string;
  };
  health_profiles: { organisation: string; text: string; updated_at: number; updated_by: string };
  image_health: {
    id: string;
    repository_id: string;
    digest: string;
    at: number;
    grade: string;
    score: number;
    lines: string;
  };
  policy_denials: {
    id: string;
    repository_id: string;
    digest: string;
    tag: string;
    gate: string;
    actor: string;
    policy: string;
    rule: string;
    mode: string;
    first_at: number;
    last_at: number;
    count: number;
    verdict: string;
  };
}
