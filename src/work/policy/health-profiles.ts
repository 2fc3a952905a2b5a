import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { type HealthProfile, plainProfile } from '../../policy/health/profile.ts';
import { readProfile } from '../../policy/health/read-profile.ts';
import type { Database } from '../../ports/database.ts';
import type { StoredProfile } from '../../ports/policy-records.ts';
import { appendEvent } from '../events.ts';
import { HOUSE, placeOf, requireGoverning, requireMember } from './policies.ts';

/** A profile as it counts, and the text that it was read from, if somebody wrote one. */
export interface ProfileInForce {
  readonly profile: HealthProfile;
  readonly stored: StoredProfile | undefined;
}

/** Profiles of the health card: an organisation's own counts before the house's, and that before the plain one. */
export class HealthProfiles {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async current(viewer: Viewer, organisation: string): Promise<ProfileInForce> {
    const { records } = this.#database;
    await requireMember(records, viewer, organisation);
    const stored = (await records.policy.healthProfile(organisation)) ?? (await records.policy.healthProfile(HOUSE));
    return { profile: stored ? readProfile(stored.text) : plainProfile, stored };
  }

  async put(viewer: Viewer, text: string): Promise<ProfileInForce> {
    const profile = readProfile(text);
    const organisation = profile.organisation ?? HOUSE;
    return this.#database.change(async (records) => {
      await requireGoverning(records, viewer, organisation);
      const now = this.#clock.now();
      const before = await records.policy.healthProfile(organisation);
      const stored = { organisation, text, updatedAt: now, updatedBy: nameOf(viewer) };
      await records.policy.setHealthProfile(stored);
      await appendEvent(
        records,
        now,
        'health-profile.changed',
        viewer,
        placeOf(organisation),
        organisation,
        {},
        { before: before?.text, after: text },
      );
      return { profile, stored };
    });
  }

  async remove(viewer: Viewer, organisation: string): Promise<void> {
    await this.#database.change(async (records) => {
      await requireGoverning(records, viewer, organisation);
      const before = await records.policy.healthProfile(organisation);
      if (!before || !(await records.policy.deleteHealthProfile(organisation)))
        throw new AssayError('not-found', 'there is no health profile');
      await appendEvent(
        records,
        this.#clock.now(),
        'health-profile.deleted',
        viewer,
        placeOf(organisation),
        organisation,
        {},
        { before: before.text },
      );
    });
  }
}
