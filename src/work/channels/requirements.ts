import type { Viewer } from '../../access/viewer.ts';
import { toRfc3339 } from '../../lib/clock.ts';
import { isAssayError } from '../../lib/error.ts';
import type { PromotionTerms } from '../../policy/channels/channel.ts';
import { inWords as lengthInWords } from '../../policy/predicates/duration.ts';
import { denialLine, type Verdict } from '../../policy/verdict.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Approval, PromotionRequest } from '../../ports/channel-records.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository, StoredManifest } from '../../ports/registry-records.ts';
import type { Decisions } from '../policy/decisions.ts';
import { requirePush } from '../registry/repositories.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../oci/names.ts';
import type { Gate } from '../../policy/facts.ts';
import { countedFor, inWords } from './approvers.ts';

/** Changes of a tag that are looked through. */
const MAX_HISTORY = 500;

export const requirementKinds = ['asker', 'approvals', 'age', 'policy', 'tag'] as const;

/** One thing that a promotion needs, and how it stands now. */
export interface Requirement {
  readonly kind: (typeof requirementKinds)[number];
  readonly met: boolean;
  readonly detail: string;
}

/** Who asked must still be there and still be allowed to push to where the image goes. */
export async function askerNow(
  records: Records,
  request: PromotionRequest,
): Promise<{ readonly requirement: Requirement; readonly viewer: Viewer | undefined }> {
  const unmet = (detail: string) => ({
    viewer: undefined,
    requirement: { kind: 'asker', met: false, detail } as const,
  });
  if (request.askedById === undefined)
    return {
      viewer: { kind: 'system', reason: 'automatic promotion' },
      requirement: { kind: 'asker', met: true, detail: 'asked for by the channel itself' },
    };
  const account = await records.access.accountById(request.askedById);
  if (!account || account.disabled) return unmet(`${request.askedBy}, who asked, is no account any more`);
  const viewer = viewerOf(account);
  try {
    await requirePush(records, viewer, request.target);
  } catch (error) {
    if (isAssayError(error)) return unmet(`${request.askedBy}, who asked: ${error.message}`);
    throw error;
  }
  return { viewer, requirement: { kind: 'asker', met: true, detail: `asked for by ${request.askedBy}` } };
}

function viewerOf({ id, name, administrator }: Account): Viewer {
  return { kind: 'account', accountId: id, name, administrator };
}

export async function approvalsNow(
  records: Records,
  request: PromotionRequest,
  terms: PromotionTerms,
): Promise<{ readonly requirements: readonly Requirement[]; readonly counted: readonly Approval[] }> {
  const given = await records.channels.approvals(request.id);
  const requirements: Requirement[] = [];
  const counted = new Set<Approval>();
  for (const line of terms.approvals) {
    const some = await countedFor(records, request, line, given, request.askedById);
    for (const each of some) counted.add(each);
    const who = some.length === 0 ? 'none yet' : some.map(({ account }) => account).join(', ');
    const met = some.length >= line.count;
    requirements.push({ kind: 'approvals', met, detail: `${inWords(line)}: ${who}` });
  }
  return { requirements, counted: [...counted] };
}

/** From when to when the tag of the stage before named the image, by its history; none when it never did. */
export async function stoodThere(
  records: Records,
  source: Repository,
  { sourceTag, digest }: PromotionRequest,
): Promise<{ readonly since: number; readonly until: number | undefined } | undefined> {
  const changes = await records.registry.tagHistory(source, sourceTag, { limit: MAX_HISTORY });
  const at = changes.findIndex((each) => each.digest === digest);
  const found = changes[at];
  return found && { since: found.changedAt, until: changes[at - 1]?.changedAt };
}

export function ageNow(
  stood: Awaited<ReturnType<typeof stoodThere>>,
  { minimumAge }: PromotionTerms,
  now: number,
): Requirement[] {
  if (minimumAge === 0) return [];
  const asked = `${lengthInWords(minimumAge)} in the stage before`;
  if (!stood) return [{ kind: 'age', met: false, detail: `${asked}: it is not known since when it is there` }];
  const over = stood.since + minimumAge;
  if (stood.until !== undefined && stood.until < over)
    return [{ kind: 'age', met: false, detail: `${asked}: its tag named another image before they were over` }];
  return [
    { kind: 'age', met: now >= over, detail: `${asked}: ${now >= over ? 'over since' : 'until'} ${toRfc3339(over)}` },
  ];
}

/** The verdicts on an image with the facts of where it is, and the rules and names of where it goes. */
export async function verdictsAt(
  decisions: Decisions,
  subject: { readonly source: Repository; readonly manifest: StoredManifest; readonly viewer: Viewer },
  goal: { readonly name: RepositoryName; readonly tag: Tag },
  gates: readonly Gate[],
): Promise<Verdict[]> {
  const { source: repository, manifest, viewer } = subject;
  const rules = await decisions.ruleBook.current(organisationOf(goal.name));
  const verdicts: Verdict[] = [];
  for (const gate of gates) {
    const question = { gate, repository, manifest, tag: goal.tag, viewer };
    verdicts.push(await decisions.decide(question, rules, decisions.requestAs(question, goal.name)));
  }
  return verdicts;
}

export function policyNow(verdicts: readonly Verdict[]): Requirement[] {
  return verdicts.map((verdict) => ({
    kind: 'policy',
    met: verdict.outcome === 'allow',
    detail: `${verdict.gate}: ${verdict.outcome === 'allow' ? 'let through' : denialLine(verdict)}`,
  }));
}
