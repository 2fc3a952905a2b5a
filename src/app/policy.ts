import type { Logger } from 'pino';
import type { House } from '../http/house.ts';
import type { Clock } from '../lib/clock.ts';
import { Decisions } from '../work/policy/decisions.ts';
import { Exceptions } from '../work/policy/exceptions.ts';
import type { FactSources } from '../work/policy/gather-facts.ts';
import { Health } from '../work/policy/health.ts';
import { HealthProfiles } from '../work/policy/health-profiles.ts';
import { Policies } from '../work/policy/policies.ts';
import { PushGate } from '../work/policy/push-gate.ts';
import { PullGate } from '../work/policy/pull-gate.ts';
import { Quarantine } from '../work/policy/quarantine.ts';
import { Refusals } from '../work/policy/refusals.ts';
import { Trials } from '../work/policy/trials.ts';

/** Puts the policy room together; what was refused last is written before the database is closed. */
export function openPolicy(
  parts: FactSources & { readonly clock: Clock; readonly log: Logger },
  stack: AsyncDisposableStack,
): {
  readonly gates: { readonly pull: PullGate; readonly push: PushGate };
  readonly useCases: Pick<
    House,
    'decisions' | 'refusals' | 'policies' | 'exceptions' | 'quarantine' | 'health' | 'healthProfiles' | 'trials'
  >;
} {
  const { database, clock, log } = parts;
  const decisions = new Decisions(parts, clock);
  const refusals = stack.adopt(
    new Refusals(database, clock, (error) => log.error({ err: error }, 'refusals could not be written')),
    (each) => each.stop(),
  );
  return {
    gates: { pull: new PullGate(database, decisions, refusals), push: new PushGate(decisions, refusals) },
    useCases: {
      decisions,
      refusals,
      policies: new Policies(database, clock),
      exceptions: new Exceptions(database, clock),
      quarantine: new Quarantine(database, clock),
      health: new Health({ gatherer: decisions.gatherer, ruleBook: decisions.ruleBook, clock }),
      healthProfiles: new HealthProfiles(database, clock),
      trials: new Trials(database, decisions, clock),
    },
  };
}
