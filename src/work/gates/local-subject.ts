import { advisoryKeyOf } from '../../content/findings/ecosystems.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Subject } from '../../policy/evaluate.ts';
import type { Gap, Root } from '../../policy/facts.ts';
import { ecosystemsOf } from '../../ports/advisory-sets.ts';
import type { ImageReport } from '../content/report.ts';
import type { SourceImage } from '../content/source-report.ts';
import {
  NO_ADVISORIES,
  NO_DISTRIBUTION,
  NO_FEED_SPEAKS,
  advisoriesAt,
  distributionFactsOf,
  findingFactsOf,
  imageFactsOf,
  originFactsOf,
} from '../policy/facts-of-image.ts';

/**
 * The facts of an image that no server holds yet: what its layers and its configuration tell. Nobody has signed it or let
 * it go, since that comes after its push.
 */
export function localSubject(
  { manifest, config }: SourceImage,
  found: ImageReport,
  named: { readonly repository: RepositoryName; readonly tag: string | undefined },
): Subject {
  const image = imageFactsOf({ name: named.repository }, manifest, config, named.tag === undefined ? [] : [named.tag]);
  const { advisories, distribution } = found;
  const gaps: Partial<Record<Root, Gap>> = {};
  const covered = new Set(ecosystemsOf(advisories));
  const judged = found.packages.map(({ installed }) => advisoryKeyOf(installed, distribution));
  const unjudged = judged.filter((key) => key !== undefined && !covered.has(key.ecosystem)).length;
  if (advisories.feeds.length === 0) gaps.findings = NO_ADVISORIES;
  else if (judged.length > 0 && unjudged === judged.length) gaps.findings = NO_FEED_SPEAKS;
  if (!distribution) gaps.distribution = NO_DISTRIBUTION;
  const facts = {
    image,
    analysis: {
      state: found.incomplete.length === 0 ? ('complete' as const) : ('incomplete' as const),
      analysedAt: found.analysedAt,
      judgedAt: found.judgedAt,
      advisoriesAt: advisories.feeds.length === 0 ? 0 : advisoriesAt(advisories),
      packages: found.packages.length,
      unjudged,
      incomplete: found.incomplete.map((each) => `${each.path ?? 'a part'}: ${each.detail}`),
    },
    findings: findingFactsOf(
      found.findings.map((each) => ({
        package: {
          name: each.package.name,
          version: each.package.version,
          sourceName: each.package.sourceName ?? '',
        },
        finding: each.finding,
      })),
      advisories,
    ),
    observations: found.observations,
    ...(distribution && { distribution: distributionFactsOf(distribution, advisories) }),
    trust: { state: 'missing' as const, signatures: [], turnsAt: [] },
    origin: originFactsOf(image.labels, []),
    release: { state: 'none' as const, by: '', reason: '', at: 0 },
    gaps,
    digest: `${manifest.digest} ${advisories.digest}`,
  };
  return { facts };
}
