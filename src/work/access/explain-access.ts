import { type Action, allActions, roleNames, roles } from '../../access/roles.ts';
import { covers } from '../../access/limits.ts';
import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { requireRepository } from '../registry/repositories.ts';
import { requireAccount } from './accounts.ts';

export interface Explanation {
  readonly allowed: boolean;
  readonly answer: string;
  readonly reasons: { gives: Action[]; because: string }[];
  readonly cure?: string;
}

/**
 * Why an account may, or may not, act on a repository: each thing that gives it a right, and what would. One's own is
 * told to everybody; of a repository that one may not see it tells nothing that its absence would not.
 */
export async function explainAccess(
  records: Records,
  viewer: Viewer,
  question: { repository: RepositoryName; action: Action; account?: string | undefined },
): Promise<Explanation> {
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  const { repository: name, action } = question;
  const own = question.account === undefined || question.account === viewer.name;
  if (!own) await requireRepository(records, viewer, name, 'manage');
  const account = await requireAccount(records, own ? viewer.name : (question.account ?? ''));
  const limits = own ? viewer.limits : undefined;
  const seen = await records.registry.repository(own ? viewer : asked(account), name);
  if (!seen) return unseen(records, account, name, action);
  const reasons = await reasonsFor(records, account, seen);
  const held = reasons.some(({ gives }) => gives.includes(action));
  const who = own ? 'you' : account.name;
  if (account.disabled)
    return { allowed: false, answer: `${account.name} is disabled`, reasons, cure: 'an administrator enables it' };
  if (held && limits && !covers(limits, name, action))
    return {
      allowed: false,
      answer: `${who} may ${action} ${name}, but this token is limited and does not cover it`,
      reasons,
      cure: `use a token whose limits cover ${action} on ${name}`,
    };
  if (held) {
    const first = reasons.find(({ gives }) => gives.includes(action));
    return { allowed: true, answer: `${who} may ${action} ${name}: ${first?.because}`, reasons };
  }
  return {
    allowed: false,
    answer: `${who} may not ${action} ${name}: ${reasons.length === 0 ? 'nothing gives a right there' : `no role of ${own ? 'yours' : account.name} there covers ${action}`}`,
    reasons,
    cure: `ask for the role ${leastRole(action)} on ${name} or on ${organisationOf(name)}`,
  };
}

function asked(account: Account): Viewer {
  return { kind: 'account', accountId: account.id, name: account.name, administrator: account.administrator };
}

/** The same words whether the repository is hidden or absent. */
async function unseen(records: Records, account: Account, name: RepositoryName, action: Action): Promise<Explanation> {
  const creates = (action === 'push' || action === 'pull') && (await records.registry.mayCreate(asked(account), name));
  if (creates)
    return {
      allowed: action === 'push',
      answer:
        action === 'push'
          ? `a push by ${account.name} creates ${name}`
          : `there is no repository ${name} yet, or it is not visible to ${account.name}`,
      reasons: [],
    };
  return {
    allowed: false,
    answer: `there is no repository ${name}, or it is not visible to ${account.name}`,
    reasons: [],
    cure: `ask for the role ${leastRole(action)} on ${name} or on ${organisationOf(name)}`,
  };
}

async function reasonsFor(records: Records, account: Account, repository: Repository): Promise<Explanation['reasons']> {
  const reasons: Explanation['reasons'] = [];
  if (account.administrator) reasons.push({ gives: [...allActions], because: 'administrators may do everything' });
  const teams = new Set(
    (await records.access.teamsOf(account.id))
      .filter((team) => team.organisation === organisationOf(repository.name))
      .map((team) => `team:${team.name}`),
  );
  for (const grant of await records.access.grants({ repository: repository.name })) {
    if (grant.principal !== account.name && !teams.has(grant.principal)) continue;
    const where = 'repository' in grant.subject ? repository.name : `all of ${grant.subject.organisation}`;
    const by = grant.principal === account.name ? '' : `, through the team ${grant.principal.slice(5)}`;
    reasons.push({ gives: [...grant.actions], because: `the role ${grant.role} on ${where}${by}` });
  }
  if (repository.visibility === 'public') reasons.push({ gives: ['pull'], because: 'the repository is public' });
  return reasons;
}

function leastRole(action: Action): string {
  return roleNames.find((role) => (roles[role] as readonly Action[]).includes(action)) ?? 'owner';
}

/** Words for what a token request asked for and did not get. */
export async function whyDropped(
  records: Records,
  viewer: Viewer & { kind: 'account' },
  name: RepositoryName,
  action: string,
  readOnly: boolean,
): Promise<string> {
  if (readOnly && action !== 'pull') return 'the token may only read';
  const known = allActions.find((each) => each === action);
  if (!known) return `${action} is no action here`;
  return (await explainAccess(records, viewer, { repository: name, action: known })).answer;
}
