import type { Viewer } from '../../access/viewer.ts';
import { isRobotName, nameOf } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import { digestOf, evaluate } from '../../policy/evaluate.ts';
import type { ActorClass, Facts, Gate, PolicyRequest, ReleaseFacts } from '../../policy/facts.ts';
import type { Policy } from '../../policy/rule.ts';
import { mayGovern } from '../../policy/scope.ts';
import type { Verdict } from '../../policy/verdict.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import type { AdvisorySet } from '../../ports/advisory-sets.ts';
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
  /** What the container asks for, at the gate run; sorted, each once. */
  readonly powers?: readonly string[] | undefined;
}

/**
 * Verdicts of every gate. A verdict is kept under the versions of the facts, the rules and the request, and used only
 * before time alone could change it; each version is asked of the database anew unless
 * nothing at all was committed since, so that nothing stale is ever used.
 */
export class Decisions {
  readonly ruleBook: RuleBook;
  readonly gatherer: FactGatherer;
  readonly #clock: Clock;
  readonly #from: FactSources;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #latest = new Map<string, Latest>();

  constructor(from: FactSources, clock: Clock) {
    this.#clock = clock;
    this.#from = from;
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
    const state = this.#state();
    const asked = keyOf(question);
    const latest = this.#latest.get(asked);
    if (latest && isSame(latest, state) && isCurrent(latest.verdict, this.#clock.now())) return latest.verdict;
    const verdict = await this.#ask(question);
    keep(this.#latest, asked, { ...state, verdict });
    return verdict;
  }

  async #ask(question: Question): Promise<Verdict | undefined> {
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

  /** The verdict as it would be with this word of a person in place of the one on the image; a hold on its digest stays. */
  async withRelease(question: Question, release: ReleaseFacts): Promise<Verdict> {
    const { repository, manifest, tag } = question;
    const rules = await this.ruleBook.current(organisationOf(repository.name));
    const images = await this.gatherer.imagesOf(repository, manifest);
    const { facts, images: parts } = await this.gatherer.subject(repository, manifest, images, tag);
    const told = (some: Facts): Facts => (some.release.everywhere ? some : { ...some, release });
    const subject = { facts: told(facts), ...(parts && { images: parts.map(told) }) };
    return evaluate(subject, rules, requestOf(question), this.#clock.now());
  }

  /** The request of a question as if the image were in another repository. */
  requestAs(question: Question, repository: RepositoryName): PolicyRequest {
    return { ...requestOf(question), repository };
  }

  /** The verdict under these rules, whether they are in force or only tried. */
  async decide(question: Question, rules: RulesInForce, request?: PolicyRequest): Promise<Verdict> {
    const { repository, manifest, tag } = question;
    const asked = request ?? requestOf(question);
    const now = this.#clock.now();
    const images = await this.gatherer.imagesOf(repository, manifest);
    const digests: Digest[] = [manifest.digest, ...images.map((each) => each.digest)];
    const version = await this.gatherer.versionOf(repository, [...new Set(digests)]);
    const { gate, actor, platform, powers = [] } = asked;
    const key = digestOf([
      repository.id,
      asked.repository,
      manifest.digest,
      version,
      rules.digest,
      gate,
      tag,
      actor.class,
      actor.name,
      platform,
      ...powers,
    ]);
    const known = this.#verdicts.get(key);
    if (known && isCurrent(known, now)) return known;
    const subject = await this.gatherer.subject(repository, manifest, images, tag);
    const verdict = evaluate(subject, rules, asked, now);
    keep(this.#verdicts, key, verdict);
    return verdict;
  }

  #state(): State {
    return { commits: this.#from.database.commits?.(), advisories: this.#from.advisories.current() };
  }
}

/** All that verdicts stand on, as far as one process can tell at a glance. */
interface State {
  readonly commits: number | undefined;
  readonly advisories: AdvisorySet;
}

interface Latest extends State {
  readonly verdict: Verdict | undefined;
}

function isSame(a: State, b: State): boolean {
  return a.commits !== undefined && a.commits === b.commits && a.advisories === b.advisories;
}

function isCurrent(verdict: Verdict | undefined, now: number): boolean {
  return verdict?.validUntil === undefined || now < verdict.validUntil;
}

function keyOf({ gate, repository, manifest, tag, viewer, platform, powers = [] }: Question): string {
  const named = `${repository.id} ${manifest.digest} ${gate} ${tag ?? ''} ${platform ?? ''} ${classOf(viewer)} ${nameOf(viewer)}`;
  return powers.length === 0 ? named : `${named} ${JSON.stringify(powers)}`;
}

/** Keeps the newest. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_CACHED) return;
    map.delete(oldest);
  }
}

function mayRule(rules: RulesInForce, request: Pick<PolicyRequest, 'gate' | 'repository'>): boolean {
  return rules.holdsAny || rules.policies.some(({ scope }) => mayGovern(scope, request));
}

function requestOf({ gate, repository, tag, viewer, platform, powers }: Question): PolicyRequest {
  return {
    gate,
    repository: repository.name,
    tag,
    actor: { class: classOf(viewer), name: nameOf(viewer) },
    platform,
    powers,
  };
}

function classOf(viewer: Viewer): ActorClass {
  if (viewer.kind !== 'account') return viewer.kind;
  return isRobotName(viewer.name) ? 'robot' : 'person';
}
