import { REPOSITORIES } from '../content/advisories/advisory.ts';
import { decidingVector } from '../content/advisories/cvss.ts';
import { ecosystemOf } from '../content/findings/ecosystems.ts';
import { endOfLifeBy, supportOf } from '../content/findings/end-of-life.ts';
import { toRfc3339 } from '../lib/clock.ts';
import type { FeedStatus, SetOrigin } from '../ports/advisory-sets.ts';
import type { StoredStatement } from '../ports/vex-records.ts';
import type { ImageReport } from '../work/content/report.ts';
import type { Report, ReportObservation, ReportVulnerability } from './report.ts';

type Package = Report['packages'][number];

/** The published JSON form of a report. */
export function renderReport(reference: string, source: ImageReport): Report {
  const { manifest, platform } = source;
  return renderContents({ reference, digest: manifest.digest, ...(platform && { platform }) }, source);
}

/** The same of contents that are no image, as a bill of materials has them; `digest` is that of the file. */
export function renderContents(image: Report['image'], source: Omit<ImageReport, 'manifest' | 'platform'>): Report {
  return {
    schemaVersion: 1,
    image,
    ...(source.distribution && { distribution: renderDistribution(source.distribution, source) }),
    advisories: { digest: source.advisories.digest, feeds: source.advisories.feeds.map(renderFeed) },
    analysedAt: toRfc3339(source.analysedAt),
    judgedAt: toRfc3339(source.judgedAt),
    packages: source.packages.map(({ installed }) => renderPackage(source, installed)),
    findings: [
      ...source.findings.map((each) => renderFinding(source, each)),
      ...source.observations.map((each) => renderObservation(source, each)),
    ],
    ...(source.aside &&
      source.aside.length > 0 && {
        suppressed: source.aside.map(({ found, said }) => ({
          finding: renderFinding(source, found),
          because: renderBecause(said),
        })),
      }),
    incomplete: source.incomplete.map(({ layer, ...rest }) => ({
      ...rest,
      ...(layer !== undefined && { layer: source.layers[layer]?.digest ?? '' }),
    })),
  };
}

/** What somebody says of a finding that stands: `affected (VEX): upgraded next week`. */
export function sayingInWords({
  status,
  detail,
}: {
  readonly status: string;
  readonly detail?: string | undefined;
}): string {
  const words = status === 'under-investigation' ? 'under investigation (VEX)' : 'affected (VEX)';
  return detail ? `${words}: ${detail}` : words;
}

/** Why a statement that is stored with the image sets a finding aside. */
export function renderBecause({ id, status, justification, detail, author, statedAt }: StoredStatement) {
  return {
    by: 'vex' as const,
    source: `statement ${id} of ${author}`,
    status,
    reason: [justification, detail].filter(Boolean).join(': ') || 'no reason given',
    statement: id,
    author,
    statedAt: toRfc3339(statedAt),
  };
}

function renderDistribution(
  distribution: NonNullable<ImageReport['distribution']>,
  { judgedAt, advisories }: Pick<ImageReport, 'judgedAt' | 'advisories'>,
): NonNullable<Report['distribution']> {
  const { repositories, ...rest } = distribution;
  const endOfLife = endOfLifeBy(distribution, advisories.lookUp);
  const isRedHat = ecosystemOf(distribution)?.startsWith('Red Hat:') === true;
  const mapped = repositories !== undefined && advisories.feeds.some((each) => each.ecosystems.includes(REPOSITORIES));
  return {
    ...rest,
    ...(repositories && { repositories: [...repositories] }),
    ...(isRedHat && { productsBy: mapped ? 'repositories' : 'release' }),
    support: supportOf(endOfLife, judgedAt),
    ...(endOfLife && { endOfLife }),
  };
}

export function renderFeed(feed: FeedStatus): Report['advisories']['feeds'][number] {
  const { newestAt, importedAt, checkedAt, amendedAt, validators: _validators, ...rest } = feed;
  return {
    ...rest,
    ecosystems: [...feed.ecosystems],
    importedAt: toRfc3339(importedAt),
    ...(checkedAt !== undefined && { checkedAt: toRfc3339(checkedAt) }),
    ...(amendedAt !== undefined && { amendedAt: toRfc3339(amendedAt) }),
    ...(newestAt !== undefined && { newestAt }),
  };
}

export function renderOrigin({ checkedAt, feeds, ...rest }: SetOrigin) {
  return { ...rest, checkedAt: toRfc3339(checkedAt), feeds: [...feeds] };
}

function renderLayer(source: Pick<ImageReport, 'layers'>, position: number): Package['layer'] {
  const layer = source.layers[position];
  return {
    digest: layer?.digest ?? '',
    ...(layer && { size: layer.size }),
    ...(layer?.instruction !== undefined && { instruction: layer.instruction }),
  };
}

export function renderPackage(
  source: Pick<ImageReport, 'layers'>,
  {
    layer,
    licences,
    namespace: _namespace,
    dependsOn: _needs,
    provides: _provides,
    ...installed
  }: ImageReport['packages'][number]['installed'],
): Package {
  return { ...installed, ...(licences && { licences: [...licences] }), layer: renderLayer(source, layer) };
}

export function renderFinding(
  source: Pick<ImageReport, 'layers' | 'advisories'>,
  { package: installed, finding, said }: ImageReport['findings'][number],
): ReportVulnerability {
  const { feed, recordId, judged, comparison, aliases, references, cvss, severities, sources, ...rest } = finding;
  const score = decidingVector(cvss ?? [])?.score;
  const epss = source.advisories.likelihoodOf([finding.id, ...aliases]);
  return {
    ...rest,
    ...(said && { statusDetail: [finding.statusDetail, sayingInWords(said)].filter(Boolean).join('; ') }),
    aliases: [...aliases],
    ...(severities && { severities: severities.map((each) => ({ ...each })) }),
    ...(cvss && { cvss: [...cvss] }),
    ...(score !== undefined && { score }),
    ...(epss && { epss }),
    references: [...references],
    ...(sources && { sources: sources.map((each) => ({ ...each })) }),
    package: {
      purl: installed.purl,
      name: installed.name,
      version: installed.version,
      ...(installed.sourceName !== undefined && { sourceName: installed.sourceName }),
    },
    layer: renderLayer(source, installed.layer),
    evidence: {
      feed,
      record: recordId,
      ecosystem: judged.ecosystem,
      judgedName: judged.name,
      judgedVersion: judged.version,
      comparison,
      path: installed.path,
    },
  };
}

export function renderObservation(
  source: Pick<ImageReport, 'layers'>,
  { layer, aliases, references, ...rest }: ImageReport['observations'][number],
): ReportObservation {
  return {
    ...rest,
    aliases: [...(aliases ?? [])],
    severitySource: 'assay',
    status: 'affected',
    references: [...(references ?? [])],
    ...(layer !== undefined && { layer: renderLayer(source, layer) }),
  };
}
