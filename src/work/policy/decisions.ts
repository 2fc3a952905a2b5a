import type { Viewer } from '../../access/viewer.ts';
import { isRobotName, nameOf } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import { organisationOf } from '../../oci/names.ts';
import { digestOf, evaluate } from '../../policy/evaluate.ts';
import type { ActorClass, Gate, PolicyRequest } from '../../policy/facts.ts';
import type { Policy } from '../../policy/rule.ts';
import { mayGovern } from '../../policy/scope.ts';
import type { Verdict } from '../../policy/verdict.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import { FactGatherer, type FactSources } from './gather-facts.ts';
import { RuleBook, type RulesInForce } from './rule-book.ts';

const MAX_CACHED = 20_000;

/** What a caller asks about a manifest that was looked up for its viewer. */
export interface Question {
  readonly gate: Gate;
  readonly repository: Repository;
  readonly manifest: StoredManifest;
  readonly tag: string | undefined;
  readonly viewer: Viewer;
  readonly platform?: string | undefined;
}

/**
 * Verdicts of every gate. A verdict is kept under the versions of the facts, the rules and the request, and used only
 * before time alone could change it; each version is asked of the database anew, so that nothing stale is ever used.
 */
export class Decisions {
  readonly ruleBook: RuleBook;
  readonly gatherer: FactGatherer;
  readonly #clock: Clock;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(from: FactSources, clock: Clock) {
    this.#clock = clock;
    this.ruleBook = new RuleBook(from.database);
    this.gatherer = new FactGatherer(from);
  }

  /** True when some rule could apply to images of the repository at this gate. */
  async governs(gate: Gate, repository: Repository): Promise<boolean> {
    const rules = await this.ruleBook.current(organisationOf(repository.name));
    return mayRule(rules, { gate, repository: repository.name });
  }

  /** None where no rule could apply: the image passes, and nothing of it was read. */
  async ask(question: Question): Promise<Verdict | undefined> {
    const { repository } = question;
    const rules = await this.ruleBook.current(organisationOf(repository.name));
    const request = requestOf(question);
    if (!mayRule(rules, request)) return undefined;
    return this.decide(question, rules, request);
  }

  /** The verdict with every rule that was asked, under the rules in force or under other policies in their place. */
  async explain(question: Question, policies?: readonly Policy[]): Promise<Verdict> {
    const inForce = await this.ruleBook.current(organisationOf(question.repository.name));
    if (!policies) return this.decide(question, inForce);
    const digest = digestOf([inForce.digest, JSON.stringify(policies)]);
    return this.decide(question, { ...inForce, policies, digest });
  }

  /** The verdict under these rules, whether they are in force or only tried. */
  async decide(question: Question, rules: RulesInForce, request?: PolicyRequest): Promise<Verdict> {
    const { repository, manifest, tag } = question;
    const asked = request ?? requestOf(question);
    const now = this.#clock.now();
    const images = await this.gatherer.imagesOf(repository, manifest);
    const digests: Digest[] = [manifest.digest, ...images.map((each) => each.digest)];
    const version = await this.gatherer.versionOf(repository, [...new Set(digests)]);
    const { gate, actor, platform } = asked;
    const key = digestOf([
      repository.id,
      manifest.digest,
      version,
      rules.digest,
      gate,
      tag,
      actor.class,
      actor.name,
      platform,
    ]);
    const known = this.#verdicts.get(key);
    if (known && (known.validUntil === undefined || now < known.validUntil)) return known;
    const subject = await this.gatherer.subject(repository, manifest, images, tag);
    const verdict = evaluate(subject, rules, asked, now);
    this.#keep(key, verdict);
    return verdict;
  }

  #keep(key: string, verdict: Verdict): void {
    this.#verdicts.delete(key);
    this.#verdicts.set(key, verdict);
    for (const oldest of this.#verdicts.keys()) {
      if (this.#verdicts.size <= MAX_CACHED) return;
      this.#verdicts.delete(oldest);
    }
  }
}

function mayRule(rules: RulesInForce, request: Pick<PolicyRequest, 'gate' | 'repository'>): boolean {
  return rules.holdsAny || rules.policies.some(({ scope }) => mayGovern(scope, request));
}

function requestOf({ gate, repository, tag, viewer, platform }: Question): PolicyRequest {
  return {
    gate,
    repository: repository.name,
    tag,
    actor: { class: classOf(viewer), name: nameOf(viewer) },
    platform,
  };
}

function classOf(viewer: Viewer): ActorClass {
  if (viewer.kind !== 'account') return viewer.kind;
  return isRobotName(viewer.name) ? 'robot' : 'person';
}
