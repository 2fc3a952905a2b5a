import { severities, type Severity } from '../../content/advisories/advisory.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Account } from '../../ports/access-records.ts';
import type { Records } from '../../ports/database.ts';
import type { EventRecord } from '../../ports/events-records.ts';
import type { RepositoryId } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';

/** Publishers and consumers of an image are told of these without asking for it. */
const UNASKED: readonly Severity[] = ['critical', 'high'];
const CONSUMER_MS = 90 * 24 * 3600_000;
const MAX_LISTED = 50;

interface Found {
  readonly id: string;
  readonly severity: Severity;
  readonly fixedVersion?: string;
}

/**
 * When an image was judged anew: which vulnerabilities it did not have before, and which it has no more. The first
 * judgement is what the others are compared with. New ones are told once to each who pushed the image, pulled it within
 * 90 days or subscribed, and who may still see it.
 */
export async function noteVulnerabilities(
  records: Records,
  now: number,
  event: EventRecord & { readonly repository: string | undefined },
): Promise<void> {
  if (!/^dev\.assay\.image\.(?:analysed|judged)\./.test(event.type)) return;
  const digest = event.subject.slice(event.subject.indexOf('@') + 1);
  if (!isDigest(digest) || event.repositoryId === undefined || event.repository === undefined) return;
  const current = await vulnerabilitiesOf(records, digest);
  const known = await records.notify.knownVulnerabilities(digest);
  const ids = [...current.keys()].sort();
  if (known && known.length === ids.length && known.every((id, at) => id === ids[at])) return;
  // Every repository that holds the image has an event of its own; the last one moves what is known.
  await records.notify.setKnownVulnerabilities(digest, ids);
  if (!known) return;
  const before = new Set(known);
  const found = ids.filter((id) => !before.has(id)).map((id) => current.get(id)!);
  const gone = known.filter((id) => !current.has(id));
  for (const repository of await records.content.repositoriesOf(digest)) {
    const subject = `${repository.name}@${digest}`;
    if (found.length > 0) {
      await appendEvent(records, now, 'vulnerability.found', 'system', repository, subject, {
        vulnerabilities: found.slice(0, MAX_LISTED),
        count: found.length,
      });
      await tell(records, now, repository, digest, found);
    }
    if (gone.length > 0)
      await appendEvent(records, now, 'vulnerability.gone', 'system', repository, subject, {
        vulnerabilities: gone.slice(0, MAX_LISTED),
        count: gone.length,
      });
  }
}

async function vulnerabilitiesOf(records: Records, digest: Digest): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const { finding } of await records.content.findings(digest)) {
    const known = found.get(finding.id);
    if (known && severities.indexOf(known.severity) <= severities.indexOf(finding.severity)) continue;
    found.set(finding.id, {
      id: finding.id,
      severity: finding.severity,
      ...(finding.fixedVersion !== undefined && { fixedVersion: finding.fixedVersion }),
    });
  }
  return found;
}

async function tell(
  records: Records,
  now: number,
  repository: { readonly id: RepositoryId; readonly name: string },
  digest: Digest,
  found: readonly Found[],
): Promise<void> {
  const tags = await records.notify.tagsNaming(repository.id, digest);
  // What no tag names any more is no longer what anybody runs from here.
  if (tags.length === 0) return;
  const name = repository.name as RepositoryName;
  for (const [account, wanted] of await recipients(records, now, repository.id, name, digest)) {
    const viewer = {
      kind: 'account' as const,
      accountId: account.id,
      name: account.name,
      administrator: account.administrator,
    };
    if (!(await records.registry.repository(viewer, name))?.rights.has('pull')) continue;
    for (const each of found) {
      if (!wanted.has(each.severity)) continue;
      await records.notify.addNotice({
        id: uuidv7(now),
        accountId: account.id,
        dedupeKey: `${each.id} ${repository.id}`,
        subject: `${each.id} in ${name}`,
        text: `${each.severity}: ${each.id} in ${name}:${tags[0]}${tags.length > 1 ? ` and ${tags.length - 1} more tags` : ''}${each.fixedVersion === undefined ? ', no fix yet' : `, fixed in ${each.fixedVersion}`}`,
        createdAt: now,
      });
    }
  }
}

/** Accounts with the severities that each is told of. */
async function recipients(
  records: Records,
  now: number,
  repositoryId: RepositoryId,
  name: RepositoryName,
  digest: Digest,
): Promise<Map<Account, ReadonlySet<string>>> {
  const wanted = new Map<string, Set<string>>();
  const add = (accountId: string, some: readonly string[]) =>
    wanted.set(accountId, new Set([...(wanted.get(accountId) ?? []), ...some]));
  for (const publisher of await records.notify.publishers(repositoryId, digest)) {
    const account = await records.access.account(publisher);
    if (account) add(account.id, UNASKED);
  }
  for (const id of await records.notify.consumers(repositoryId, digest, now - CONSUMER_MS)) add(id, UNASKED);
  const subscriptions = await records.notify.subscriptions({ repositoryId, organisation: organisationOf(name) });
  for (const each of subscriptions) {
    const atLeast = severities.slice(0, severities.indexOf(each.minSeverity as Severity) + 1);
    if (each.subscriberKind === 'account') add(each.subscriber, atLeast);
    else for (const id of await membersOf(records, each.subscriber, organisationOf(name))) add(id, atLeast);
  }
  const found = new Map<Account, ReadonlySet<string>>();
  for (const [id, some] of wanted) {
    const account = await records.access.accountById(id);
    if (account && !account.disabled) found.set(account, some);
  }
  return found;
}

async function membersOf(records: Records, teamId: string, organisation: string): Promise<string[]> {
  const team = (await records.access.teams(organisation)).find((each) => each.id === teamId);
  const ids: string[] = [];
  for (const { account } of team ? await records.access.teamMembers(team) : []) {
    const found = await records.access.account(account);
    if (found) ids.push(found.id);
  }
  return ids;
}
