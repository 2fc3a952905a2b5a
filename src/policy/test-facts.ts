import { z } from 'zod';
import { severities } from '../content/advisories/advisory.ts';
import { observationKinds } from '../content/findings/observation.ts';
import type { Digest } from '../oci/digest.ts';
import type { RepositoryName } from '../oci/names.ts';
import type { Facts, Gap, Root } from './facts.ts';

const time = z.iso.datetime().transform((text) => Date.parse(text));
const text = z.string().max(2000);
const texts = z.array(text).max(1000);

/** Facts as tests of policies write them. What is left out of a root has a harmless value; a root that is left out is not known. */
export const testFacts = z.strictObject({
  image: z
    .strictObject({
      tags: texts.optional(),
      kind: z.enum(['image', 'index', 'artifact']).default('image'),
      platform: text.default('linux/amd64'),
      user: text.default('10001'),
      root: z.boolean().optional(),
      createdAt: time.optional(),
      size: z.number().int().min(0).default(1000),
      labels: z.record(z.string(), text).default({}),
      ports: texts.default([]),
      healthcheck: z.boolean().default(false),
    })
    .prefault({}),
  analysis: z
    .strictObject({
      state: z.enum(['complete', 'incomplete']).default('complete'),
      advisoriesAt: time.optional(),
      packages: z.number().int().min(0).default(1),
      unjudged: z.number().int().min(0).default(0),
      incomplete: texts.default([]),
    })
    .optional(),
  findings: z
    .array(
      z.strictObject({
        id: text,
        aliases: texts.default([]),
        package: text.default('package'),
        version: text.default('1'),
        severity: z.enum(severities).default('unknown'),
        fixedVersion: text.optional(),
        exploited: z.boolean().default(false),
        epss: z.number().min(0).max(1).default(0),
      }),
    )
    .max(1000)
    .optional(),
  observations: z
    .array(
      z.strictObject({
        kind: z.enum(observationKinds),
        id: text,
        severity: z.enum(severities).default('unknown'),
        path: text.optional(),
      }),
    )
    .max(1000)
    .optional(),
  distribution: z.strictObject({ id: text, version: text, endedAt: z.iso.date().optional() }).optional(),
  trust: z
    .strictObject({
      state: z.enum(['verified', 'expired', 'failed', 'missing']).default('verified'),
      signatures: z
        .array(
          z.strictObject({
            tag: text.optional(),
            signers: texts.default(['targets']),
            keys: texts.default([]),
            goodUntil: time.optional(),
          }),
        )
        .max(100)
        .default([]),
    })
    .optional(),
  origin: z
    .strictObject({
      source: text.default(''),
      revision: text.default(''),
      baseName: text.default(''),
      baseDigest: text.default(''),
      attached: texts.default([]),
    })
    .optional(),
  release: z.enum(['none', 'held', 'released']).default('none'),
  /** Roots that are being found out: a client is told to ask again. */
  pending: z.array(z.enum(['analysis', 'findings', 'observations', 'distribution', 'trust', 'origin'])).default([]),
});

export interface Named {
  readonly repository: RepositoryName;
  readonly tag: string | undefined;
  readonly now: number;
}

const DIGEST = `sha256:${'0'.repeat(64)}` as Digest;
const YEAR_MS = 365 * 86_400_000;
const OPTIONAL = ['analysis', 'findings', 'observations', 'distribution', 'trust', 'origin'] as const;

/** The facts that a test stands for. */
export function factsOfTest(given: z.output<typeof testFacts>, { repository, tag, now }: Named): Facts {
  const { image, analysis, findings, observations, distribution, trust, origin, release } = given;
  const gaps: Partial<Record<Root, Gap>> = {};
  for (const root of OPTIONAL)
    if (given.pending.includes(root)) gaps[root] = { kind: 'pending', detail: `${root}: not known yet` };
    else if (given[root] === undefined) gaps[root] = { kind: 'absent', detail: `${root}: not given in the test` };
  const { createdAt, ...settings } = image;
  return {
    image: {
      digest: DIGEST,
      repository,
      ...settings,
      tags: image.tags ?? (tag === undefined ? [] : [tag]),
      root: image.root ?? /^(?:|root|0+)(?::.*)?$/.test(image.user),
      createdAt: createdAt ?? now,
    },
    ...(analysis && {
      analysis: { ...analysis, analysedAt: now, judgedAt: now, advisoriesAt: analysis.advisoriesAt ?? now },
    }),
    ...(findings && {
      findings: findings.map(({ fixedVersion, ...rest }) => ({
        ...rest,
        status: fixedVersion === undefined ? ('affected' as const) : ('fixed' as const),
        ...(fixedVersion !== undefined && { fixedVersion }),
      })),
    }),
    ...(observations && {
      observations: observations.map(({ path, ...rest }) => ({
        ...rest,
        title: rest.id,
        place: 'image' as const,
        ...(path !== undefined && { path }),
      })),
    }),
    ...(distribution && {
      distribution: {
        id: distribution.id,
        version: distribution.version,
        name: `${distribution.id} ${distribution.version}`,
        ...(distribution.endedAt !== undefined && { end: { endedAt: distribution.endedAt } }),
      },
    }),
    ...(trust && {
      trust: {
        state: trust.state,
        turnsAt: [],
        signatures: trust.signatures.map((each) => ({
          gun: repository,
          tag: each.tag ?? tag ?? 'latest',
          digest: DIGEST,
          signers: each.signers,
          keys: each.keys,
          goodUntil: each.goodUntil ?? now + YEAR_MS,
        })),
      },
    }),
    ...(origin && { origin }),
    release: { state: release, by: release === 'none' ? '' : 'somebody', reason: '', at: 0 },
    gaps,
    digest: 'test',
  };
}
