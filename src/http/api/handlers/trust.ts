import { change, maker, proof } from '../../../contract/answer-trust.ts';
import { renderImageTrust, renderName } from '../../../contract/render-trust.ts';
import * as contract from '../../../contract/trust.ts';
import { questions } from '../../../contract/trust-report.ts';
import type { Viewer } from '../../../access/viewer.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { AssayError, isAssayError } from '../../../lib/error.ts';
import { algorithmOf, type Digest, hexOf } from '../../../oci/digest.ts';
import { parseRepositoryName, parseTagOrDigest, type Tag } from '../../../oci/names.ts';
import type { Repository } from '../../../ports/registry-records.ts';
import type { TrustMark } from '../../../ports/trust-records.ts';
import { requireRepository } from '../../../work/registry/repositories.ts';
import type { RoleStatus } from '../../../work/trust/owner/status.ts';
import { namesOf } from '../../../contract/render-trust.ts';
import { renewFrom } from '../../../work/trust/standing.ts';
import type { CollectionReport } from '../../../work/trust/trust-reports.ts';
import type { House } from '../../house.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';

/** Tags that differ are shown at once up to so many; the rest is counted. */
const SHOWN_DIFFERING = 20;
/** Collections that bear on one image; a repository has as many as it has names. */
const MAX_COLLECTIONS = 20;

function repositoryOf(house: House, viewer: Viewer, name: string): Promise<Repository> {
  return requireRepository(house.database.records, viewer, parseRepositoryName(name), 'pull');
}

async function collectionOf(house: House, report: CollectionReport, repository: Repository) {
  const { collection, standing, roots, serverSigns } = report;
  const { status, certificates, failure, goodUntil } = standing;
  const differing = await house.database.records.trust.differing(repository, collection.gun, SHOWN_DIFFERING);
  const role = (each: RoleStatus) => {
    const heldBy = serverSigns.some((name) => name === each.role) ? ('server' as const) : ('owner' as const);
    return {
      name: each.role,
      ...(each.version !== undefined && { version: each.version }),
      ...(each.expires !== undefined && { expiresAt: toRfc3339(each.expires) }),
      ...(each.expires !== undefined &&
        heldBy === 'owner' && { renewFrom: toRfc3339(renewFrom(each.role, each.expires)) }),
      heldBy,
      threshold: each.threshold,
      keys: each.keys.map((id) => {
        const certificate = each.role === 'root' ? certificates.get(id) : undefined;
        return {
          id,
          ...(certificate && { certificateUntil: toRfc3339(certificate.until), listedAs: certificate.listedAs }),
        };
      }),
      ...(each.paths && { paths: [...each.paths] }),
      ...(each.broken !== undefined && { broken: each.broken }),
    };
  };
  return {
    gun: collection.gun,
    createdAt: toRfc3339(collection.createdAt),
    state: standing.state,
    ...(failure && { failure }),
    ...(goodUntil !== undefined && { goodUntil: toRfc3339(goodUntil) }),
    roles: status?.roles.map(role) ?? [],
    delegations: status?.delegations.map(role) ?? [],
    signedTags: status?.tags.length ?? 0,
    differing: status ? { ...differing, items: [...differing.items] } : { total: 0, items: [] },
    dialects: [...standing.dialects],
    ...(status && { tuf1: status.tuf1 }),
    roots: roots.map(({ version, expires, storedAt, storedBy, changes }) => ({
      version,
      expiresAt: toRfc3339(expires),
      publishedAt: toRfc3339(storedAt),
      publishedBy: storedBy,
      changes: [...changes],
    })),
    warnings: [...(status?.warnings ?? []), ...snapshotWarning(report)],
  };
}

function snapshotWarning({ serverSigns, standing }: CollectionReport): string[] {
  if (!standing.status || serverSigns.includes('snapshot')) return [];
  return [
    'an owner holds the snapshot key, so that every change and every renewal needs it; assay trust rotate gives it to the server',
  ];
}

async function signerState(house: House): Promise<{ state: 'up' | 'down'; detail?: string }> {
  try {
    const { backend, keys } = await house.trust.signer.health();
    return { state: 'up', detail: `${backend}, ${keys} keys` };
  } catch (error) {
    if (!isAssayError(error, 'signer-unavailable')) throw error;
    return { state: 'down', detail: error.message };
  }
}

/** What the registry and the history of publishes know of signed names. */
async function factsOf(house: House, repository: Repository, gun: string, names: readonly string[]) {
  const { trust, registry } = house.database.records;
  const known = new Map((await trust.marks(repository, names)).filter((mark) => mark.gun === gun).map(byTag));
  const digests = new Map(
    [...known].flatMap(([tag, { registry: digest }]) => (digest ? [[tag, digest] as const] : [])),
  );
  // Names that publishing has not noted yet, as after an upgrade, are looked up one by one.
  for (const name of names.filter((each) => !known.has(each))) {
    const tag = await registry.tag(repository, name as Tag);
    if (tag) digests.set(name, tag.digest);
  }
  return {
    since: (tag: string) => known.get(tag)?.since,
    registryDigest: (tag: string) => digests.get(tag),
  };
}

function byTag(mark: TrustMark): [string, TrustMark] {
  return [mark.tag, mark];
}

async function imageTrust(house: House, viewer: Viewer, params: { repository: string; reference: string }) {
  const repository = await repositoryOf(house, viewer, params.repository);
  const { registry, trust } = house.database.records;
  const reference = parseTagOrDigest(params.reference);
  const manifest = await registry.manifest(repository, reference);
  if (!manifest) throw new AssayError('manifest-unknown');
  const tag = 'tag' in reference ? reference.tag : undefined;
  const asked = { digest: manifest.digest, tag, within: await registry.parents(repository, manifest.digest) };
  const collections = (await trust.collections(repository)).slice(0, MAX_COLLECTIONS);
  const standings = [];
  for (const collection of collections) {
    const { standing } = await house.trust.reports.report(viewer, repository, collection);
    const names = namesOf(asked, standing).map((each) => each.tag);
    standings.push({ standing, facts: await factsOf(house, repository, collection.gun, names) });
  }
  return { repository, trust: renderImageTrust(asked, standings) };
}

async function attachedTo(house: House, repository: Repository, digest: Digest) {
  const { registry } = house.database.records;
  const referrers = await registry.referrers(repository, digest, { limit: 100 });
  const attached = referrers.map((each) => ({ kind: each.artifactType ?? each.mediaType, digest: each.digest }));
  const cosign = await registry.tag(repository, `${algorithmOf(digest)}-${hexOf(digest)}.sig` as Tag);
  return cosign ? [...attached, { kind: 'cosign-sig', digest: cosign.digest }] : attached;
}

async function answersFor(house: House, repository: Repository, trust: contract.ImageTrust) {
  const { registry } = house.database.records;
  const digest = trust.digest as Digest;
  const changes =
    trust.tag === undefined ? [] : await registry.tagHistory(repository, trust.tag as Tag, { limit: 200 });
  const pulls = await registry.pulls(repository, digest);
  const facts = {
    digest,
    attached: await attachedTo(house, repository, digest),
    trust,
    tag:
      trust.tag === undefined
        ? undefined
        : { name: trust.tag, moves: changes.filter((each) => each.digest && each.previous).length },
    pulls: pulls.reduce((sum, each) => sum + each.count, 0),
  };
  return [maker(facts), proof(facts), change(facts)].map((answer, at) => ({
    number: at + 2,
    question: questions[at + 1]!,
    ...answer,
    evidence: [...answer.evidence],
  }));
}

export const trustHandlers: readonly Handled[] = [
  handle(contract.listTrust, async ({ house, viewer, params, query }) => {
    const repository = await repositoryOf(house, viewer, params.repository);
    const after = readCursor(query.cursor) ?? '';
    const all = await house.database.records.trust.collections(repository);
    const page = cutList(
      all.filter(({ gun }) => gun > after),
      query.limit,
      ({ gun }) => gun,
    );
    const items = [];
    for (const collection of page.items)
      items.push(
        await collectionOf(house, await house.trust.reports.report(viewer, repository, collection), repository),
      );
    return { ...page, items, signer: await signerState(house) };
  }),
  handle(contract.listSignedTags, async ({ house, viewer, params, query }) => {
    const repository = await repositoryOf(house, viewer, params.repository);
    const collection = await house.database.records.trust.collection(repository, query.gun);
    if (!collection) throw new AssayError('trust-missing', `there is no trust data for ${query.gun}`);
    const { standing } = await house.trust.reports.report(viewer, repository, collection);
    const after = readCursor(query.cursor) ?? '';
    const text = query.search?.toLowerCase() ?? '';
    const found = (standing.status?.tags ?? []).filter(({ tag }) => tag.toLowerCase().includes(text));
    const page = cutList(
      found.filter(({ tag }) => tag > after),
      query.limit,
      ({ tag }) => tag,
    );
    const names = page.items.map(({ tag }) => tag);
    const facts = await factsOf(house, repository, query.gun, names);
    return { ...page, items: page.items.map((each) => renderName(each, standing, facts)), total: found.length };
  }),
  handle(contract.getImageTrust, async ({ house, viewer, params }) => {
    const { repository, trust } = await imageTrust(house, viewer, params);
    return { ...trust, answers: await answersFor(house, repository, trust) };
  }),
];
