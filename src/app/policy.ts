import type { Logger } from 'pino';
import type { House } from '../http/house.ts';
import type { Clock } from '../lib/clock.ts';
import { CarryOut } from '../work/channels/carry-out.ts';
import { CARRY_OUT } from '../work/channels/carry-out-jobs.ts';
import { Decisions } from '../work/policy/decisions.ts';
import type { JobHandler } from '../work/jobs/runner.ts';
import { every } from './periodic.ts';
import { ExceptionEnds, NOTE_EXCEPTION_ENDS } from '../work/policy/exception-ends.ts';
import { Exceptions } from '../work/policy/exceptions.ts';
import type { FactSources } from '../work/policy/gather-facts.ts';
import { Health } from '../work/policy/health.ts';
import { RECORD_HEALTH } from '../work/policy/health-jobs.ts';
import { HealthHistory } from '../work/policy/health-history.ts';
import { HealthProfiles } from '../work/policy/health-profiles.ts';
import { Policies } from '../work/policy/policies.ts';
import { PushGate } from '../work/policy/push-gate.ts';
import { PullGate } from '../work/policy/pull-gate.ts';
import { Quarantine } from '../work/policy/quarantine.ts';
import { Refusals } from '../work/policy/refusals.ts';
import { Trials } from '../work/policy/trials.ts';

/** Time alone changes the health of images too. */
const HEALTH_MS = 24 * 3600_000;
const EXCEPTION_ENDS_MS = 5 * 60_000;
/** Ages and ends of requests come by time alone. */
const CARRY_OUT_MS = 60_000;

/** Puts the policy room together; what was refused last is written before the database is closed. */
export function openPolicy(
  parts: FactSources & { readonly clock: Clock; readonly log: Logger },
  stack: AsyncDisposableStack,
): {
  readonly jobs: readonly JobHandler[];
  /** Begins what is done from time to time. */
  start(wake: () => void, until: AsyncDisposableStack): void;
  readonly gates: { readonly pull: PullGate; readonly push: PushGate };
  readonly carryOut: CarryOut;
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
  const carryOut = new CarryOut(database, clock, decisions);
  const health = new Health({ gatherer: decisions.gatherer, ruleBook: decisions.ruleBook, clock });
  return {
    start(wake, until) {
      until.use(every(HEALTH_MS, RECORD_HEALTH, { database, clock, wake }));
      until.use(every(EXCEPTION_ENDS_MS, NOTE_EXCEPTION_ENDS, { database, clock, wake }));
      until.use(every(CARRY_OUT_MS, CARRY_OUT, { database, clock, wake }));
    },
    jobs: [new HealthHistory(database, clock, health, decisions), new ExceptionEnds(database, clock), carryOut],
    carryOut,
    gates: { pull: new PullGate(database, decisions, refusals), push: new PushGate(decisions, refusals) },
    useCases: {
      decisions,
      refusals,
      policies: new Policies(database, clock),
      exceptions: new Exceptions(database, clock),
      quarantine: new Quarantine(database, clock),
      health,
      healthProfiles: new HealthProfiles(database, clock),
      trials: new Trials(database, decisions, clock),
    },
  };
}
