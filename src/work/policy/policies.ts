import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { readPolicies } from '../../policy/read-policy.ts';
import type { Policy } from '../../policy/rule.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { StoredPolicy } from '../../ports/policy-records.ts';
import { requireAdministrator } from '../access/accounts.ts';
import { requireOrganisation } from '../access/grants.ts';
import { appendEvent } from '../events.ts';
import { splitDocuments } from './split-documents.ts';

/** The whole house, in place of the name of an organisation. */
export const HOUSE = '';

/** Writing, reading and taking away policies. */
export class Policies {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Policies that rule in an organisation of the viewer; without one every policy, for administrators. */
  async list(viewer: Viewer, organisation: string | undefined): Promise<StoredPolicy[]> {
    const { policy } = this.#database.records;
    if (organisation === undefined) {
      requireAdministrator(viewer);
      return policy.allPolicies();
    }
    await requireMember(this.#database.records, viewer, organisation);
    return policy.policies(organisation);
  }

  async get(viewer: Viewer, organisation: string, name: string): Promise<StoredPolicy> {
    await requireMember(this.#database.records, viewer, organisation);
    const found = await this.#database.records.policy.policy(organisation, name);
    if (!found) throw missing(organisation, name);
    return found;
  }

  /** Every text that the policy has had, newest first. */
  async versions(viewer: Viewer, organisation: string, name: string): Promise<StoredPolicy[]> {
    await requireMember(this.#database.records, viewer, organisation);
    const found = await this.#database.records.policy.policyVersions(organisation, name);
    if (found.length === 0) throw missing(organisation, name);
    return found;
  }

  /** Puts every policy of the file in force, all or none; one whose text stays the same is left alone. */
  async apply(viewer: Viewer, text: string): Promise<{ policy: StoredPolicy; changed: boolean }[]> {
    const policies = readPolicies(text);
    const texts = splitDocuments(text, policies);
    return this.#database.change(async (records) => {
      const applied: { policy: StoredPolicy; changed: boolean }[] = [];
      for (const policy of policies) applied.push(await this.#put(records, viewer, policy, texts.get(policy)!));
      return applied;
    });
  }

  async #put(
    records: Records,
    viewer: Viewer,
    { name, organisation = HOUSE, mode }: Policy,
    text: string,
  ): Promise<{ policy: StoredPolicy; changed: boolean }> {
    await requireGoverning(records, viewer, organisation);
    const before = await records.policy.policy(organisation, name);
    if (before?.text === text) return { policy: before, changed: false };
    const now = this.#clock.now();
    const policy = await records.policy.putPolicy({
      organisation,
      name,
      text,
      updatedAt: now,
      updatedBy: nameOf(viewer),
    });
    await appendEvent(
      records,
      now,
      before ? 'policy.changed' : 'policy.created',
      viewer,
      placeOf(organisation),
      titleOf(organisation, name),
      { mode, version: policy.version },
      { before: before?.text, after: text },
    );
    return { policy, changed: true };
  }

  async remove(viewer: Viewer, organisation: string, name: string): Promise<void> {
    await this.#database.change(async (records) => {
      await requireGoverning(records, viewer, organisation);
      const before = await records.policy.policy(organisation, name);
      if (!before || !(await records.policy.deletePolicy(organisation, name))) throw missing(organisation, name);
      await appendEvent(
        records,
        this.#clock.now(),
        'policy.deleted',
        viewer,
        placeOf(organisation),
        titleOf(organisation, name),
        {},
        { before: before.text },
      );
    });
  }
}

/** Policies of an organisation are its owners' affair, those of the house an administrator's. */
export async function requireGoverning(records: Records, viewer: Viewer, organisation: string): Promise<void> {
  if (organisation === HOUSE) requireAdministrator(viewer);
  else await requireOrganisation(records, viewer, organisation, 'administer');
}

/** Whoever belongs to an organisation may read what rules there. */
export async function requireMember(records: Records, viewer: Viewer, organisation: string): Promise<void> {
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  if (organisation === HOUSE) return;
  if (!(await records.access.organisations(viewer)).some((each) => each.name === organisation))
    throw new AssayError('not-found', `no organisation ${organisation.slice(0, 100)}, or not visible to you`);
}

export function placeOf(organisation: string): { organisation: string } | undefined {
  return organisation === HOUSE ? undefined : { organisation };
}

function titleOf(organisation: string, name: string): string {
  return organisation === HOUSE ? name : `${organisation}/${name}`;
}

function missing(organisation: string, name: string): AssayError {
  return new AssayError(
    'not-found',
    `no policy ${name.slice(0, 80)}${organisation === HOUSE ? '' : ` in ${organisation.slice(0, 80)}`}`,
  );
}
