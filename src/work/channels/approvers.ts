import type { Viewer } from '../../access/viewer.ts';
import { isAssayError } from '../../lib/error.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { ApprovalTerms, Approver } from '../../policy/channels/channel.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Approval } from '../../ports/channel-records.ts';
import type { Records } from '../../ports/database.ts';
import { actionsOfRole } from '../access/grants.ts';

/** Where somebody would approve: the organisation and the repository that the image shall come to. */
export interface ApprovalPlace {
  readonly organisation: string;
  readonly target: RepositoryName;
}

/** A viewer with what the account holds by roles; that somebody administers the house approves nothing. */
function byRoles({ id, name }: Account): Viewer {
  return { kind: 'account', accountId: id, name, administrator: false };
}

/** True when the account is one of these now. A robot counts only where it is named. */
export async function isOneOf(
  records: Records,
  { organisation, target }: ApprovalPlace,
  account: Account,
  by: readonly Approver[],
): Promise<boolean> {
  if (account.disabled) return false;
  for (const { kind, name } of by) {
    if (kind === 'account' ? account.name === name : account.kind === 'robot') {
      if (kind === 'account') return true;
      continue;
    }
    if (kind === 'team') {
      const teams = await records.access.teamsOf(account.id);
      if (teams.some((team) => team.organisation === organisation && team.name === name)) return true;
    } else if (kind === 'role' && (await holdsRole(records, organisation, target, account, name))) return true;
  }
  return false;
}

/** Whoever may do all that a role may counts as having it; a role that is no more is nobody's. */
async function holdsRole(
  records: Records,
  organisation: string,
  target: RepositoryName,
  account: Account,
  role: string,
): Promise<boolean> {
  try {
    const wanted = await actionsOfRole(records, organisation, role);
    const viewer = byRoles(account);
    const there = await records.registry.repository(viewer, target);
    const held = there?.rights ?? (await records.access.rightsIn(viewer, organisation));
    return wanted.every((action) => held.has(action));
  } catch (error) {
    if (isAssayError(error, 'not-found')) return false;
    throw error;
  }
}

export function inWords({ count, by }: ApprovalTerms): string {
  const who = by.map(({ kind, name }) => (kind === 'account' ? name : `${kind}:${name}`)).join(' or ');
  return `${count === 1 ? 'an approval' : `${count} approvals`} of ${who}`;
}

/** The approvals that count for a line of the terms now: of people who still are what it names, and who did not ask. */
export async function countedFor(
  records: Records,
  place: ApprovalPlace,
  terms: ApprovalTerms,
  approvals: readonly Approval[],
  askedById: string | undefined,
): Promise<Approval[]> {
  const counted: Approval[] = [];
  for (const approval of approvals) {
    if (approval.accountId === askedById) continue;
    const account = await records.access.accountById(approval.accountId);
    if (account && (await isOneOf(records, place, account, terms.by))) counted.push(approval);
  }
  return counted;
}

/** Accounts that could approve now, for telling them: those named, members of the teams, and holders by a role's name. */
export async function approversOf(
  records: Records,
  organisation: string,
  approvals: readonly ApprovalTerms[],
): Promise<Account[]> {
  const names = new Set<string>();
  const addTeam = async (name: string): Promise<void> => {
    const team = await records.access.team(organisation, name);
    for (const { account } of team ? await records.access.teamMembers(team) : []) names.add(account);
  };
  for (const { kind, name } of approvals.flatMap(({ by }) => by)) {
    if (kind === 'account') names.add(name);
    else if (kind === 'team') await addTeam(name);
    else
      for (const { principal, role } of await records.access.grants({ organisation })) {
        if (role !== name) continue;
        if (principal.startsWith('team:')) await addTeam(principal.slice('team:'.length));
        else names.add(principal);
      }
  }
  const found: Account[] = [];
  for (const name of names) {
    const account = await records.access.account(name);
    if (account && !account.disabled) found.push(account);
  }
  return found;
}
