import { systemViewer } from '../../access/viewer.ts';
import type { SignatureFacts, TrustFacts } from '../../policy/facts.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { CollectionStanding } from '../trust/standing.ts';
import type { TrustReports } from '../trust/trust-reports.ts';
import type { Names } from './facts-of-image.ts';

/** Collections of a repository that are looked at; it has one for each name that clients sign it under. */
const MAX_COLLECTIONS = 20;

const viewer = systemViewer('trust as policies see it');

/** Who signed the image, from verified metadata. `tag` is the name that it was asked for by. */
export async function trustFactsOf(
  parts: { readonly database: Database; readonly reports: TrustReports },
  repository: Repository,
  names: Names,
  tag: string | undefined,
): Promise<TrustFacts> {
  const collections = await parts.database.records.trust.collections(repository);
  const standings: CollectionStanding[] = [];
  for (const collection of collections.slice(0, MAX_COLLECTIONS))
    standings.push((await parts.reports.report(viewer, repository, collection)).standing);
  const some = standings.filter((each) => each.state !== 'missing');
  if (some.length === 0) return { state: 'missing', signatures: [], turnsAt: [] };
  const turnsAt = some.flatMap(expiriesOf);
  const verified = some.filter((each) => each.state === 'verified');
  if (verified.length === 0) {
    const worst = some.find((each) => each.state !== 'expired') ?? some[0]!;
    return {
      state: worst.state === 'expired' ? 'expired' : 'failed',
      ...(worst.failure && { failure: worst.failure.detail }),
      signatures: [],
      turnsAt,
    };
  }
  const signatures = verified.flatMap((standing) => signaturesOf(standing, names));
  const other =
    tag === undefined || signatures.some((each) => each.tag === tag)
      ? undefined
      : verified.flatMap(({ status }) => status?.tags ?? []).find((each) => each.tag === tag);
  return { state: 'verified', signatures, ...(other && { signedAs: other.digest }), turnsAt };
}

function expiriesOf({ status }: CollectionStanding): number[] {
  return [...(status?.roles ?? []), ...(status?.delegations ?? [])].flatMap(({ expires }) => expires ?? []);
}

function signaturesOf({ gun, status, byDigest, goodUntil }: CollectionStanding, { digests }: Names): SignatureFacts[] {
  if (!status) return [];
  const keys = new Map([...status.roles, ...status.delegations].map((each) => [each.role, each.keys]));
  return digests.flatMap((digest) =>
    (byDigest.get(digest) ?? []).map((each): SignatureFacts => {
      const signers = [...new Set([each.role, ...each.signers])];
      return {
        gun,
        tag: each.tag,
        digest,
        signers,
        keys: [...new Set(signers.flatMap((role) => keys.get(role) ?? []))],
        goodUntil: goodUntil ?? 0,
      };
    }),
  );
}
