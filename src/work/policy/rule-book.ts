import { digestOf, type Rules } from '../../policy/evaluate.ts';
import { type HealthProfile, plainProfile } from '../../policy/health/profile.ts';
import { readProfile } from '../../policy/health/read-profile.ts';
import { readPolicies } from '../../policy/read-policy.ts';
import type { Gate } from '../../policy/facts.ts';
import type { Policy } from '../../policy/rule.ts';
import type { Database } from '../../ports/database.ts';
import type { StoredPolicy, StoredProfile } from '../../ports/policy-records.ts';

/** What rules in an organisation, and whether anything there is held back by a person. */
export interface RulesInForce extends Rules {
  readonly holdsAny: boolean;
}

interface Page {
  readonly revision: string;
  /** The state of the database at which the revision was asked for. */
  commits: number | undefined;
  readonly rules: RulesInForce;
}

const MAX_ORGANISATIONS = 1000;

/**
 * The rules of each organisation, read and compiled once for each of their revisions. The revision is asked of the
 * database whenever anything was committed since, so that a change counts at once in every process.
 */
export class RuleBook {
  readonly #database: Database;
  readonly #pages = new Map<string, Page>();
  #enforced: { readonly revision: string; readonly gates: ReadonlySet<Gate> } | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async current(organisation: string): Promise<RulesInForce> {
    const { policy } = this.#database.records;
    const page = this.#pages.get(organisation);
    const commits = this.#database.commits?.();
    if (page && commits !== undefined && page.commits === commits) return page.rules;
    const revision = await policy.rulesRevision(organisation);
    if (page?.revision === revision) {
      page.commits = commits;
      return page.rules;
    }
    // Read after the revision: a change in between only makes the next decision read again.
    const stored = await policy.policies(organisation);
    const exceptions = [...(await policy.exceptions(organisation)), ...(await policy.exceptions(''))];
    // An organisation's own profile counts before the house's.
    const profile = (await policy.healthProfile(organisation)) ?? (await policy.healthProfile(''));
    const rules: RulesInForce = {
      policies: stored.map(compiled),
      exceptions,
      profile: profileOf(profile),
      digest: digestOf([
        ...stored.map((each) => `${each.id} ${each.version}`),
        JSON.stringify(exceptions),
        profile?.text,
      ]),
      holdsAny: await policy.holdsAny(organisation),
    };
    if (this.#pages.size >= MAX_ORGANISATIONS) this.#pages.clear();
    this.#pages.set(organisation, { revision, commits, rules });
    return rules;
  }

  /** True when some policy of the house or of any organisation is enforced at this gate. */
  async enforces(gate: Gate): Promise<boolean> {
    const { policy } = this.#database.records;
    const revision = await policy.everyRevision();
    if (this.#enforced?.revision !== revision) {
      const enforced = (await policy.allPolicies()).map(compiled).filter(({ mode }) => mode === 'enforce');
      this.#enforced = { revision, gates: new Set(enforced.flatMap(({ scope }) => scope.gates)) };
    }
    return this.#enforced.gates.has(gate);
  }
}

/** A stored policy was compiled when it was stored, by this version or an earlier one whose words still count. */
function compiled({ text, name }: StoredPolicy): Policy {
  const policy = readPolicies(text).find((each) => each.name === name);
  if (!policy) throw new Error(`the stored policy ${name} holds another name`);
  return policy;
}

function profileOf(stored: StoredProfile | undefined): HealthProfile {
  return stored ? readProfile(stored.text) : plainProfile;
}
