import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import { digestOf } from '../../policy/evaluate.ts';
import type { Gate } from '../../policy/facts.ts';
import type { Policy } from '../../policy/rule.ts';
import { denialLine, type Verdict } from '../../policy/verdict.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import type { Decisions, Question } from './decisions.ts';
import type { RulesInForce } from './rule-book.ts';

/** Images that one trial judges at most; what is beyond is said to be left out. */
const MAX_IMAGES = 2000;
const PAGE = 200;
const DAY_MS = 86_400_000;

/** Which stored images a trial is about. */
export interface TrialScope {
  readonly gate: Gate;
  readonly organisation?: string | undefined;
  readonly repository?: string | undefined;
}

/** An image whose verdict the tried policies change. */
export interface ChangedVerdict {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly tag: string | undefined;
  readonly before: Verdict['outcome'];
  readonly after: Verdict['outcome'];
  /** Why it is refused: under the tried policies, or where they let it through under those in force. */
  readonly line: string;
}

export interface Comparison {
  readonly judged: number;
  readonly changed: readonly ChangedVerdict[];
  /** There are more images than a trial judges. */
  readonly cut: boolean;
}

/** Pulls that the tried policies would have stopped. */
export interface StoppedPulls {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly tag: string | undefined;
  readonly pulls: number;
  readonly lastDay: string;
  readonly line: string;
}

export interface Simulation {
  readonly pulls: number;
  readonly stopped: readonly StoppedPulls[];
  /** Pulls of images that are not here any more, which nobody can judge. */
  readonly gone: number;
  readonly cut: boolean;
}

/** Tries policies on what is stored, as if they were in force beside the others, without putting them in force. */
export class Trials {
  readonly #database: Database;
  readonly #decisions: Decisions;
  readonly #clock: Clock;

  constructor(database: Database, decisions: Decisions, clock: Clock) {
    this.#database = database;
    this.#decisions = decisions;
    this.#clock = clock;
  }

  /** Which images that the viewer may pull would be judged otherwise. */
  async compare(viewer: Viewer, policies: readonly Policy[], scope: TrialScope): Promise<Comparison> {
    const changed: ChangedVerdict[] = [];
    let judged = 0;
    for await (const { repository, tag, manifest } of this.#tagged(viewer, scope)) {
      if (judged >= MAX_IMAGES) return { judged, changed, cut: true };
      judged++;
      const question: Question = { gate: scope.gate, repository, manifest, tag, viewer };
      const before = await this.#decisions.explain(question);
      const after = await this.#decide(question, policies);
      if (before.outcome === after.outcome) continue;
      const line = denialLine(after.outcome === 'deny' ? after : before);
      const { outcome } = before;
      changed.push({
        repository: repository.name,
        digest: manifest.digest,
        tag,
        before: outcome,
        after: after.outcome,
        line,
      });
    }
    return { judged, changed, cut: false };
  }

  /** What of the pulls of these days would have been stopped, judged by what is known of the images today. */
  async simulate(viewer: Viewer, policies: readonly Policy[], scope: TrialScope, days: number): Promise<Simulation> {
    const since = new Date(this.#clock.now() - days * DAY_MS).toISOString().slice(0, 10);
    const { policy, registry } = this.#database.records;
    const history = await policy.pullsSince(viewer, { since, limit: MAX_IMAGES + 1, ...placeOf(scope) });
    const stopped: StoppedPulls[] = [];
    let pulls = 0;
    let gone = 0;
    for (const each of history.slice(0, MAX_IMAGES)) {
      pulls += each.pulls;
      const repository = await registry.repository(viewer, each.repository);
      const manifest = repository && (await registry.manifest(repository, { digest: each.digest }));
      if (!repository || !manifest) {
        gone += each.pulls;
        continue;
      }
      const { tag } = each;
      const verdict = await this.#decide({ gate: scope.gate, repository, manifest, tag, viewer }, policies);
      if (verdict.outcome === 'deny') stopped.push({ ...each, line: denialLine(verdict) });
    }
    return { pulls, stopped, gone, cut: history.length > MAX_IMAGES };
  }

  async #decide(question: Question, policies: readonly Policy[]): Promise<Verdict> {
    const organisation = organisationOf(question.repository.name);
    const inForce = await this.#decisions.ruleBook.current(organisation);
    return this.#decisions.decide(question, asIfApplied(inForce, policies, organisation));
  }

  async *#tagged(
    viewer: Viewer,
    scope: TrialScope,
  ): AsyncGenerator<{ repository: Repository; tag: string; manifest: StoredManifest }> {
    const { registry } = this.#database.records;
    for await (const name of this.#names(viewer, scope)) {
      const repository = await registry.repository(viewer, name);
      if (!repository) continue;
      for (let after: string | undefined; ; ) {
        const tags = await registry.tagNames(repository, { after, limit: PAGE });
        for (const tag of tags) {
          const manifest = await registry.manifest(repository, { tag });
          if (manifest) yield { repository, tag, manifest };
        }
        if (tags.length < PAGE) break;
        after = tags.at(-1);
      }
    }
  }

  async *#names(viewer: Viewer, { organisation, repository }: TrialScope): AsyncGenerator<RepositoryName> {
    const { registry } = this.#database.records;
    for (let after: string | undefined; ; ) {
      const names = await registry.repositoryNames(viewer, { after, limit: PAGE });
      for (const name of names)
        if (
          (repository === undefined || name === repository) &&
          (organisation === undefined || organisationOf(name) === organisation)
        )
          yield name;
      if (names.length < PAGE) return;
      after = names.at(-1);
    }
  }
}

function placeOf({ organisation, repository }: TrialScope): { organisation?: string; repository?: string } {
  return { ...(organisation !== undefined && { organisation }), ...(repository !== undefined && { repository }) };
}

/** The rules of an organisation with these policies beside them; one of the same name takes the other's place. */
function asIfApplied(inForce: RulesInForce, tried: readonly Policy[], organisation: string): RulesInForce {
  const own = tried.filter((each) => each.organisation === undefined || each.organisation === organisation);
  const kept = inForce.policies.filter(
    (each) => !own.some((other) => other.name === each.name && other.organisation === each.organisation),
  );
  const policies = [...kept, ...own];
  return { ...inForce, policies, digest: digestOf([inForce.digest, JSON.stringify(policies)]) };
}
