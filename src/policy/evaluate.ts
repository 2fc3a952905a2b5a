import { createHash } from 'node:crypto';
import { supportTurns } from '../content/findings/end-of-life.ts';
import { exceptionFor, inForce, type PolicyException, withoutExcepted } from './exception.ts';
import { type FactValues, factValues } from './fact-values.ts';
import type { Facts, Gap, PolicyRequest } from './facts.ts';
import { type HealthCard, healthCard } from './health/card.ts';
import type { HealthProfile } from './health/profile.ts';
import type { Policy, Rule } from './rule.ts';
import { governs } from './scope.ts';
import { isAgainst, type ResultState, type RuleResult, type Verdict } from './verdict.ts';

/** Everything that rules in one organisation at one moment, with the digest over it. */
export interface Rules {
  readonly policies: readonly Policy[];
  readonly exceptions: readonly PolicyException[];
  /** By which the health card is drawn. */
  readonly profile: HealthProfile;
  readonly digest: string;
}

/** An image, or an index with the facts of each image in it. */
export interface Subject {
  /** Facts of what was asked for. */
  readonly facts: Facts;
  /** Of an index: its images that are here. */
  readonly images?: readonly Facts[];
}

/** Built in: what a person holds back passes no gate, whatever the policies say. */
const HELD = { policy: 'quarantine', rule: 'held' } as const;
const RETRY_SECONDS = 5;

/**
 * The verdict on an image: a pure function of the subject, its facts, the rules and the request. An index is refused when
 * one of its images is; the image for one platform is judged alone when the request names the platform.
 */
export function evaluate(subject: Subject, rules: Rules, request: PolicyRequest, now: number): Verdict {
  const judged = judgedFacts(subject, request);
  const several = judged.length > 1;
  const all = judged.map((facts) => judge(facts, rules, request, now));
  const results = all.flatMap((each, at) =>
    several ? each.results.map((result) => ({ ...result, ...platformOf(judged[at]!) })) : each.results,
  );
  results.sort((a, b) => weight(a) - weight(b));
  const against = results.filter((each) => each.mode === 'enforce' && isAgainst(each));
  const onlyTime = against.length > 0 && against.every((each) => each.gap === 'pending');
  const until = Math.min(...all.map((each) => each.until));
  return {
    outcome: against.length > 0 ? 'deny' : 'allow',
    gate: request.gate,
    repository: request.repository,
    digest: subject.facts.image.digest,
    ...(request.tag !== undefined && { tag: request.tag }),
    results,
    ...(onlyTime && { retryAfter: RETRY_SECONDS }),
    ...(Number.isFinite(until) && { validUntil: until }),
    key: keyOf(subject, rules, request),
  };
}

function judgedFacts({ facts, images }: Subject, { platform }: PolicyRequest): readonly Facts[] {
  if (!images || images.length === 0) return [facts];
  const wanted = platform === undefined ? images : images.filter((each) => each.image.platform === platform);
  return wanted.length > 0 ? wanted : images;
}

function platformOf({ image }: Facts): { platform?: string } {
  return image.platform === undefined ? {} : { platform: image.platform };
}

/** Refusals first, then warnings, what is only recorded, what is set aside, and what holds. */
function weight({ mode, state }: RuleResult): number {
  if (!isAgainst({ state })) return state === 'set-aside' ? 30 : 40;
  return { enforce: 0, warn: 10, audit: 20 }[mode] + (state === 'unknown' ? 1 : 0);
}

interface Judged {
  readonly results: readonly RuleResult[];
  readonly until: number;
}

function judge(facts: Facts, rules: Rules, request: PolicyRequest, now: number): Judged {
  const policies = rules.policies.filter(({ scope }) => governs(scope, request, facts.image));
  const exceptions = inForce(rules.exceptions, request, facts, now);
  const { profile } = rules;
  const card = policies.some(asksHealth) ? cardOf(facts, request, now, profile) : undefined;
  const values = policies.length > 0 ? factValues(facts, request, now, card) : undefined;
  let until = Math.min(...exceptions.map((each) => each.expiresAt));
  // What is taken in is held before it comes, so that it is pushed while it is held.
  const comesIn = request.gate === 'push' && facts.release.intake === true;
  const results: RuleResult[] = facts.release.state === 'held' && !comesIn ? [held(facts)] : [];
  for (const policy of policies)
    for (const rule of policy.rules) {
      const asked: Asked = { facts, values: values!, policy, rule, request, now, card, profile };
      results.push(resultOf(asked, exceptions));
      until = Math.min(until, turnOf(asked));
    }
  return { results, until };
}

function asksHealth({ rules }: Policy): boolean {
  return rules.some(({ expression }) => expression.roots.has('health'));
}

function cardOf(facts: Facts, { tag }: PolicyRequest, now: number, profile: HealthProfile): HealthCard {
  return healthCard({ facts, tag, now }, profile);
}

function held({ image, release }: Facts): RuleResult {
  return {
    ...HELD,
    mode: 'enforce',
    state: 'broken',
    digest: image.digest,
    statement: `held back by ${release.by}`,
    evidence: release.reason === '' ? [] : [release.reason],
    cure: `ask ${release.by}, or let it go: assay quarantine release ${image.repository}@${image.digest}`,
    expression: 'release.state != "held"',
  };
}

interface Asked {
  readonly facts: Facts;
  readonly values: FactValues;
  readonly policy: Policy;
  readonly rule: Rule;
  readonly request: PolicyRequest;
  readonly now: number;
  readonly card: HealthCard | undefined;
  readonly profile: HealthProfile;
}

function resultOf(asked: Asked, exceptions: readonly PolicyException[]): RuleResult {
  const { policy, rule, facts } = asked;
  const found = outcomeOf(withFindings(asked, exceptions));
  const result: RuleResult = {
    policy: policy.name,
    rule: rule.id,
    mode: policy.mode,
    digest: facts.image.digest,
    expression: rule.expression.text,
    ...found,
    ...(isAgainst(found) && rule.message !== undefined && { statement: rule.message }),
    ...(isAgainst(found) && rule.cure !== undefined && { cure: rule.cure }),
  };
  const exception = isAgainst(result) ? exceptionFor(exceptions, policy.name, rule.id) : undefined;
  if (!exception) return result;
  const { id, owner, reason, expiresAt } = exception;
  return { ...result, state: 'set-aside', exception: { id, owner, reason, expiresAt } };
}

/** The same question once single vulnerabilities are set aside. */
function withFindings(asked: Asked, exceptions: readonly PolicyException[]): Asked {
  const { facts, policy, rule, request, now } = asked;
  const { roots } = rule.expression;
  if (!facts.findings || !(roots.has('findings') || roots.has('health'))) return asked;
  const findings = withoutExcepted(facts.findings, exceptions, policy.name, rule.id);
  if (findings === facts.findings) return asked;
  const left = { ...facts, findings };
  const card = asked.card && cardOf(left, request, now, asked.profile);
  return { ...asked, facts: left, values: factValues(left, request, now, card), card };
}

type Outcome = Pick<RuleResult, 'statement' | 'evidence' | 'cure' | 'gap'> & { readonly state: ResultState };

function outcomeOf({ facts, values, rule, request, now, card }: Asked): Outcome {
  const gap = gapOf(facts, rule, card);
  if (gap && (gap.kind === 'not-applicable' || rule.unscanned === 'allow'))
    return { state: 'not-applicable', statement: gap.detail, evidence: [], cure: '', gap: gap.kind };
  if (gap) return { state: 'unknown', statement: gap.detail, evidence: [], cure: cureOfGap(gap), gap: gap.kind };
  const answer = rule.expression.evaluate(values);
  if (answer.kind === 'error')
    return {
      state: 'error',
      statement: `could not be evaluated: ${answer.detail}`,
      evidence: [],
      cure: 'mend the rule, or the image so that it says what the rule asks for',
    };
  if (answer.value)
    return {
      state: 'holds',
      statement: rule.ready?.predicate.summary ?? 'the expression is true',
      evidence: [],
      cure: '',
    };
  const breach = rule.ready?.predicate.breach(rule.ready.options, { facts, request, now, card }) ?? {
    statement: 'the expression is false',
    evidence: [rule.expression.text],
    cure: '',
  };
  return { state: 'broken', ...breach };
}

/** What the rule asks for and is not known; what does not apply does not hide what is not known. */
function gapOf(facts: Facts, rule: Rule, card: HealthCard | undefined): Gap | undefined {
  let found: Gap | undefined;
  for (const root of rule.expression.roots) {
    const gap = root === 'health' ? card?.gap : facts.gaps[root];
    if (gap && (found === undefined || found.kind === 'not-applicable')) found = gap;
  }
  return found;
}

function cureOfGap({ kind, cure }: Gap): string {
  if (cure !== undefined) return cure;
  return {
    pending: 'ask again in a moment',
    failed: 'see assay status, and push it again',
    unsupported: 'push it as an image that can be read',
    absent: 'push it with what is missing',
    'not-applicable': '',
  }[kind];
}

/**
 * The next instant at which time alone may change a rule's answer. What a root itself turns at counts for every rule that
 * names it; an expression of one's own that looks at the clock may change at once.
 */
function turnOf({ rule, facts, request, now, card }: Asked): number {
  const { roots } = rule.expression;
  const own = rule.ready?.predicate.turnsAt?.(rule.ready.options, { facts, request, now, card });
  if (!own && roots.has('now')) return now;
  const turns = [
    ...(own ?? []),
    ...(roots.has('trust') ? (facts.trust?.turnsAt ?? []) : []),
    ...(roots.has('distribution') ? supportTurns(facts.distribution?.end) : []),
    ...(roots.has('health') && card?.validUntil !== undefined ? [card.validUntil] : []),
  ];
  return Math.min(...turns.filter((at) => at > now));
}

const naming = new WeakMap<readonly Policy[], boolean>();

/** True when some policy may tell actors apart: who asks is then part of the question. */
function namesActors(policies: readonly Policy[]): boolean {
  let known = naming.get(policies);
  if (known === undefined) {
    known = policies.some(looksAtName);
    naming.set(policies, known);
  }
  return known;
}

function keyOf({ facts, images }: Subject, rules: Rules, request: PolicyRequest): Verdict['key'] {
  const { gate, repository, tag, platform, actor, powers = [] } = request;
  const named = namesActors(rules.policies);
  return {
    subject: digestOf([facts.image.digest, ...(images ?? []).map((each) => each.image.digest)]),
    facts: digestOf([facts.digest, ...(images ?? []).map((each) => each.digest)]),
    rules: rules.digest,
    request: digestOf([gate, repository, tag, platform, actor.class, named ? actor.name : undefined, ...powers]),
  };
}

/** True for a policy that may tell one actor from another of the same class. */
function looksAtName({ scope, rules }: Policy): boolean {
  return (
    scope.actors?.some((each) => !each.startsWith('@')) === true ||
    rules.some(({ expression }) => expression.roots.has('request'))
  );
}

/** SHA-256 of a list of texts, `sha256:` before it. */
export function digestOf(parts: readonly (string | undefined)[]): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}
