import { supportOf } from '../content/findings/end-of-life.ts';
import type { Facts, PolicyRequest } from './facts.ts';
import type { HealthCard } from './health/card.ts';

/** The facts by root, and the length of the longest list or map in them: what a loop of an expression may run over. */
export interface FactValues {
  readonly roots: Readonly<Record<string, unknown>>;
  readonly longest: number;
}

/** The facts as the values that expressions work on; a root that is not known is absent. Counts are integers of CEL. */
export function factValues(facts: Facts, request: PolicyRequest, now: number, card?: HealthCard): FactValues {
  const { image, analysis, findings, observations, distribution, trust, origin, release } = facts;
  const roots = {
    image: {
      ...image,
      platform: image.platform ?? '',
      createdAt: image.createdAt === undefined ? undefined : new Date(image.createdAt),
      size: BigInt(image.size),
    },
    ...(analysis && {
      analysis: {
        ...analysis,
        analysedAt: new Date(analysis.analysedAt),
        judgedAt: new Date(analysis.judgedAt),
        advisoriesAt: new Date(analysis.advisoriesAt),
        packages: BigInt(analysis.packages),
        unjudged: BigInt(analysis.unjudged),
      },
    }),
    ...(findings && {
      findings: findings.map((each) => ({
        ...each,
        fixable: each.fixedVersion !== undefined,
        fixedVersion: each.fixedVersion ?? '',
      })),
    }),
    ...(observations && {
      observations: observations.map(({ kind, id, title, severity, path, removed, fingerprint }) => ({
        kind,
        id,
        title,
        severity,
        path: path ?? '',
        removed: removed === true,
        fingerprint: fingerprint ?? '',
      })),
    }),
    ...(distribution && {
      distribution: {
        id: distribution.id,
        version: distribution.version,
        name: distribution.name,
        support: supportOf(distribution.end, now),
      },
    }),
    ...(trust && {
      trust: {
        state: trust.state,
        failure: trust.failure ?? '',
        signedAs: trust.signedAs ?? '',
        signatures: trust.signatures.map((each) => ({
          ...each,
          goodUntil: new Date(each.goodUntil),
        })),
      },
    }),
    ...(origin && { origin }),
    release: { state: release.state, by: release.by, reason: release.reason },
    ...(card && {
      health: {
        grade: card.grade ?? '-',
        atMost: card.atMost,
        score: BigInt(card.score),
        lines: Object.fromEntries(card.lines.map(({ id, grade }) => [id, grade ?? '-'])),
      },
    }),
    request: {
      gate: request.gate,
      repository: request.repository,
      tag: request.tag ?? '',
      platform: request.platform ?? '',
      actor: request.actor.name,
      actorClass: request.actor.class,
      powers: [...(request.powers ?? [])],
    },
    now: new Date(now),
  };
  return { roots, longest: longestList(roots) };
}

function longestList(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Date) return 0;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return Math.max(parts.length, ...new Set(parts.map(longestList)));
}
