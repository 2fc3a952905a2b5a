import * as contract from '../../../contract/policy.ts';
import { renderException, renderPolicy, renderVerdict } from '../../../contract/render-policy.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { AssayError } from '../../../lib/error.ts';
import { parseRepositoryName, parseTagOrDigest } from '../../../oci/names.ts';
import { gates } from '../../../policy/facts.ts';
import { readPolicies } from '../../../policy/read-policy.ts';
import { denialLine, refusals, type Verdict } from '../../../policy/verdict.ts';
import type { PolicyDenial, StoredPolicy } from '../../../ports/policy-records.ts';
import { HOUSE } from '../../../work/policy/policies.ts';
import type { House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';

function toShape({ text, name, version, updatedAt, updatedBy }: StoredPolicy) {
  const policy = readPolicies(text).find((each) => each.name === name);
  if (!policy) throw new AssayError('internal', `the stored policy ${name} holds another name`);
  return { ...renderPolicy(policy), text, version, updatedAt: toRfc3339(updatedAt), updatedBy };
}

function verdictOf({ repositoryId, verdict }: PolicyDenial): Verdict | undefined {
  return repositoryId === undefined ? undefined : (JSON.parse(verdict) as Verdict);
}

function toDenial(denial: PolicyDenial) {
  const { id, repository, digest, tag, gate, actor, policy, rule, mode, firstAt, lastAt, count } = denial;
  const verdict = verdictOf(denial);
  const result = verdict?.results.find((each) => each.policy === policy && each.rule === rule);
  return {
    id,
    repository,
    ...(digest !== undefined && { digest }),
    ...(tag !== undefined && { tag }),
    gate,
    actor,
    policy,
    rule,
    mode,
    statement: verdict
      ? (result?.statement ?? refusals(verdict)[0]?.statement ?? '')
      : String(JSON.parse(denial.verdict)),
    firstAt: toRfc3339(firstAt),
    lastAt: toRfc3339(lastAt),
    count,
  };
}

/** As `POST /api/v1/gates/…` signs it, under the name without a host. */
function signedVerdict(house: House, verdict: Verdict, platform: string | undefined): string {
  const { gate, repository, digest, tag } = verdict;
  const image = tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}`;
  const answer = {
    outcome: verdict.outcome,
    line: denialLine(verdict),
    warnings: [],
    images: [digest],
    digest,
    ...(verdict.validUntil !== undefined && { validUntil: verdict.validUntil }),
  };
  return house.decisionSigner.sign({ gate, image, platform, powers: [] }, answer, house.clock.now());
}

export const policyHandlers: readonly Handled[] = [
  handle(contract.listPolicies, async ({ house, viewer, query }) => ({
    items: (await house.policies.list(viewer, query.organisation)).map(toShape),
  })),
  handle(contract.applyPolicies, async ({ house, viewer, body }) => ({
    items: (await house.policies.apply(viewer, body.text)).map(({ policy, changed }) => ({
      ...toShape(policy),
      changed,
    })),
  })),
  handle(contract.checkPolicies, ({ body }) => Promise.resolve({ items: readPolicies(body.text).map(renderPolicy) })),
  handle(contract.getPolicy, async ({ house, viewer, params, query }) =>
    toShape(await house.policies.get(viewer, query.organisation ?? HOUSE, params.name)),
  ),
  handle(contract.listPolicyVersions, async ({ house, viewer, params, query }) => ({
    items: (await house.policies.versions(viewer, query.organisation ?? HOUSE, params.name)).map(
      ({ version, text, updatedAt, updatedBy }) => ({ version, text, updatedAt: toRfc3339(updatedAt), updatedBy }),
    ),
  })),
  handle(contract.deletePolicy, ({ house, viewer, params, query }) =>
    house.policies.remove(viewer, query.organisation ?? HOUSE, params.name),
  ),
  handle(contract.decide, async ({ house, viewer, body }) => {
    const { gate, platform, policies } = body;
    const reference = parseTagOrDigest(body.reference);
    const { repository, manifest } = await house.manifests.get(viewer, parseRepositoryName(body.repository), reference);
    const tag = 'tag' in reference ? reference.tag : undefined;
    const question = { gate, repository, manifest, tag, viewer, platform };
    const verdict = await house.decisions.explain(
      question,
      policies === undefined ? undefined : readPolicies(policies),
    );
    if (body.signed !== true) return renderVerdict(verdict);
    if (policies !== undefined) throw new AssayError('input-invalid', 'policies that are only tried are not signed');
    return { ...renderVerdict(verdict), decision: signedVerdict(house, verdict, platform) };
  }),
  handle(contract.getVerdicts, async ({ house, viewer, params }) => {
    const reference = parseTagOrDigest(params.reference);
    const name = parseRepositoryName(params.repository);
    const { repository, manifest } = await house.manifests.get(viewer, name, reference);
    const tag = 'tag' in reference ? reference.tag : undefined;
    const items = [];
    for (const gate of gates)
      items.push(renderVerdict(await house.decisions.explain({ gate, repository, manifest, tag, viewer })));
    return { items };
  }),
  handle(contract.listDenials, async ({ house, viewer, query }) => {
    const { repository, gate, limit, cursor } = query;
    const after = readCursor(cursor);
    const found = await house.database.records.policy.denials(viewer, {
      after,
      limit: limit + 1,
      ...(repository !== undefined && { repository }),
      ...(gate !== undefined && { gate }),
    });
    const page = cutList(found, limit, (each) => `${each.lastAt} ${each.id}`);
    return { ...page, items: page.items.map(toDenial) };
  }),
  handle(contract.getDenial, async ({ house, viewer, params }) => {
    const found = await house.database.records.policy.denial(viewer, params.id);
    if (!found) throw new AssayError('not-found', 'no such refusal, or not visible to you');
    const verdict = verdictOf(found);
    return { ...toDenial(found), ...(verdict && { verdict: renderVerdict(verdict) }) };
  }),
  handle(contract.listExceptions, async ({ house, viewer, query }) => ({
    items: (await house.exceptions.list(viewer, query.organisation ?? HOUSE)).map((each) =>
      renderException(each, house.clock.now()),
    ),
  })),
  handle(contract.addException, async ({ house, viewer, body }) => {
    const { organisation, expiresAt, ...rest } = body;
    const wanted = { ...rest, organisation: organisation ?? HOUSE, expiresAt: Date.parse(expiresAt) };
    return renderException(await house.exceptions.add(viewer, wanted), house.clock.now());
  }),
  handle(contract.endException, ({ house, viewer, params }) => house.exceptions.end(viewer, params.id)),
];
