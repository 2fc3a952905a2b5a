import { supportOf } from '../content/findings/end-of-life.ts';
import type { FactSizes } from './expression-cost.ts';
import type { Facts, PolicyRequest } from './facts.ts';
import type { HealthCard } from './health/card.ts';

/** The facts by root, and how large they are: what loops may run over and comparisons may read. */
export interface FactValues {
  readonly roots: Readonly<Record<string, unknown>>;
  readonly sizes: FactSizes;
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
      // A map: labels may be called as what every object has by nature.
      labels: new Map(Object.entries(image.labels)),
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
        lines: new Map(card.lines.map(({ id, grade }) => [id, grade ?? '-'])),
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
  return { roots, sizes: sizesOf(roots) };
}

function sizesOf(roots: Readonly<Record<string, unknown>>): FactSizes {
  const lists = new Map<string, number>();
  let text = 0;
  const visit = (name: string, value: unknown): void => {
    if (typeof value === 'string') text = Math.max(text, value.length);
    if (typeof value !== 'object' || value === null || value instanceof Date) return;
    if (value instanceof Map) text = Math.max(text, ...[...value.keys()].map((key) => String(key).length));
    const members: readonly (readonly [string, unknown])[] =
      Array.isArray(value) || value instanceof Map
        ? Array.from(value.values(), (each: unknown) => [name, each])
        : Object.entries(value);
    if (Array.isArray(value) || value instanceof Map) lists.set(name, Math.max(lists.get(name) ?? 0, members.length));
    for (const [member, each] of members) visit(member, each);
  };
  for (const [name, value] of Object.entries(roots)) visit(name, value);
  return { lists, text };
}
