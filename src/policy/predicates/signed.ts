import { z } from 'zod';
import type { SignatureFacts, TrustFacts } from '../facts.ts';
import { type Breach, listLiteral, predicate, type Situation } from './predicate.ts';

const signer = z
  .string()
  .regex(
    /^(?:targets(?:\/[A-Za-z0-9_.-]+)*|[0-9a-f]{64})$/,
    'a role (targets, targets/releases, targets/alice) or the fingerprint of a key (64 hexadecimal digits)',
  );

const options = z.union([
  z.literal(true),
  z.strictObject({
    /** Roles or key fingerprints whose word counts; anybody's whom the collection trusts when absent. */
    by: z.array(signer).min(1).max(50).optional(),
    /** How many of them must have signed; 1 when absent. */
    threshold: z.number().int().min(1).max(50).optional(),
  }),
]);

function wanted(given: z.output<typeof options>): { by: readonly string[]; threshold: number } {
  return given === true ? { by: [], threshold: 1 } : { by: given.by ?? [], threshold: given.threshold ?? 1 };
}

/** Content trust: somebody who is trusted here signed this manifest under this tag, and it has not expired. */
export const signed = predicate({
  name: 'signed',
  summary: 'signed under the asked tag (by digest: under any), by whom, by how many',
  example: 'signed: { by: [targets/releases], threshold: 1 }',
  options,
  cel(given) {
    const { by, threshold } = wanted(given);
    const named = by.length === 0 ? 's.signers' : `${listLiteral(by)}.filter(r, r in s.signers || r in s.keys)`;
    return `trust.state == "verified" && trust.signatures.exists(s, (request.tag == "" || s.tag == request.tag) && now < s.goodUntil && size(${named}) >= ${threshold})`;
  },
  breach(given, situation) {
    const { by, threshold } = wanted(given);
    const { facts, request } = situation;
    const { trust } = facts;
    const name = request.tag === undefined ? facts.image.digest : `tag ${request.tag}`;
    const cure = `sign it: assay trust sign ${request.repository}:${request.tag ?? 'TAG'}`;
    if (!trust || trust.state === 'missing')
      return { statement: `not signed: ${request.repository} has no trust data`, evidence: [], cure };
    if (trust.state !== 'verified') return distrust(trust, situation);
    if (trust.signedAs !== undefined)
      return {
        statement: `not what was signed: ${name} is signed as another image`,
        evidence: [`signed ${trust.signedAs}`, `asked ${facts.image.digest}`],
        cure: `pull the signed digest, or ${cure}`,
      };
    const some = trust.signatures.filter((each) => request.tag === undefined || each.tag === request.tag);
    if (some.length === 0) return { statement: `not signed: nobody signed ${name}`, evidence: [], cure };
    return {
      statement: `not signed by ${by.length === 0 ? 'enough signers' : by.join(', ')}${threshold > 1 ? ` (${threshold} of them)` : ''}`,
      evidence: some.map((each) => `${each.tag} is signed by ${each.signers.join(', ')}`),
      cure,
    };
  },
  turnsAt: (_, { facts }) => (facts.trust?.signatures ?? []).map((each: SignatureFacts) => each.goodUntil),
});

function distrust(trust: TrustFacts, { request }: Situation): Breach {
  return {
    statement:
      trust.state === 'expired'
        ? `the signatures of ${request.repository} have expired`
        : `the trust data of ${request.repository} does not verify`,
    evidence: trust.failure === undefined ? [] : [trust.failure],
    cure:
      trust.state === 'expired'
        ? `renew them: assay trust sign ${request.repository}:${request.tag ?? 'TAG'}`
        : `look at it: assay trust status ${request.repository}`,
  };
}
