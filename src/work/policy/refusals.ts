import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { isAgainst, type RuleResult, type Verdict } from '../../policy/verdict.ts';
import type { Gate } from '../../policy/facts.ts';
import type { Database } from '../../ports/database.ts';
import type { PolicyDenial } from '../../ports/policy-records.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';

const FLUSH_MS = 1000;
const MAX_WAITING = 10_000;

interface Waiting {
  readonly denial: PolicyDenial;
  count: number;
  lastAt: number;
  readonly place: Repository | undefined;
}

/** Notes what gates refused, warned of or would have refused, added up by rule, image and actor. */
export class Refusals {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, clock: Clock, failed: (error: unknown) => void) {
    this.#database = database;
    this.#clock = clock;
    this.#failed = failed;
  }

  note(viewer: Viewer, repository: Repository, verdict: Verdict): void {
    for (const result of verdict.results)
      if (isAgainst(result)) this.#judged(nameOf(viewer), repository, verdict, result);
  }

  /** An image of another registry, or one that was made on a host; `line` is what its user was told. */
  noteForeign(viewer: Viewer, image: string, gate: Gate, line: string): void {
    this.#add(undefined, {
      repository: image.slice(0, 500),
      digest: undefined,
      tag: undefined,
      gate,
      actor: nameOf(viewer),
      policy: 'images',
      rule: 'foreign',
      mode: 'enforce',
      verdict: JSON.stringify(line),
    });
  }

  #judged(actor: string, place: Repository, verdict: Verdict, { policy, rule, mode, digest }: RuleResult): void {
    const { gate, tag } = verdict;
    const said = { repository: place.name, digest, tag, gate, actor, policy, rule, mode };
    this.#add(place, { ...said, verdict: JSON.stringify(verdict) });
  }

  #add(
    place: Repository | undefined,
    said: Omit<PolicyDenial, 'id' | 'repositoryId' | 'firstAt' | 'lastAt' | 'count'>,
  ): void {
    const now = this.#clock.now();
    const { repository, digest, tag, gate, actor, policy, rule, mode } = said;
    const key = [place?.id, repository, digest, tag, gate, actor, policy, rule, mode].join('\0');
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(this.#failed);
    }, FLUSH_MS).unref();
    const known = this.#waiting.get(key);
    if (known) {
      known.count++;
      known.lastAt = now;
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) return;
    const denial = { ...said, id: uuidv7(now), repositoryId: place?.id, firstAt: now, lastAt: now, count: 1 };
    this.#waiting.set(key, { place, count: 1, lastAt: now, denial });
  }

  /** Writes what waits; an event tells of each refusal of the last second once. */
  async flush(): Promise<void> {
    const some = [...this.#waiting.values()];
    this.#waiting.clear();
    if (some.length === 0) return;
    await this.#database.change(async (records) => {
      await records.policy.noteDenials(some.map(({ denial, count, lastAt }) => ({ ...denial, count, lastAt })));
      for (const { denial, place } of some)
        if (denial.mode === 'enforce')
          await appendEvent(records, denial.lastAt, 'policy.refused', denial.actor, place, nameOfDenied(denial), {
            gate: denial.gate,
            policy: denial.policy,
            rule: denial.rule,
          });
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush();
  }
}

function nameOfDenied({ repository, tag, digest }: PolicyDenial): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
