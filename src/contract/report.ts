import { z } from 'zod';
import { observationKinds, places } from '../content/findings/observation.ts';
import { platform, severity, time } from './shapes.ts';

/** The report of `assay scan --format json` and of the report endpoint, version 1; it only grows. */
export const reportLayer = z.object({
  digest: z.string(),
  instruction: z.string().optional(),
  size: z.number().int().optional(),
});

export const reportPackage = z.object({
  purl: z.string(),
  name: z.string(),
  version: z.string(),
  type: z.string(),
  architecture: z.string().optional(),
  sourceName: z.string().optional(),
  sourceVersion: z.string().optional(),
  licences: z.array(z.string()).optional(),
  /** Of modular rpm packages: `name:stream`. */
  module: z.string().optional(),
  /** The package of the operating system whose files these are; it is judged in their place. */
  ownedBy: z.string().optional(),
  /** Chosen by a lock file; nothing proves that it is installed. */
  declared: z.literal(true).optional(),
  path: z.string(),
  layer: reportLayer,
});

const findingStatus = z.enum(['fixed', 'affected', 'will-not-fix', 'deferred', 'end-of-life', 'under-investigation']);

export const reportFinding = z.object({
  kind: z.literal('vulnerability'),
  id: z.string(),
  aliases: z.array(z.string()),
  package: z.object({ purl: z.string(), name: z.string(), version: z.string(), sourceName: z.string().optional() }),
  severity,
  severitySource: z.string(),
  status: findingStatus,
  statusDetail: z.string().optional(),
  fixedVersion: z.string().optional(),
  exploited: z.boolean().optional(),
  publishedAt: z.string().optional(),
  summary: z.string().optional(),
  /** Everybody's word on how bad it is, the one that counts first. */
  severities: z
    .array(
      z.object({
        source: z.string(),
        severity,
        vector: z.string().optional(),
        score: z.number().optional(),
      }),
    )
    .optional(),
  cvss: z.array(z.string()).optional(),
  /** Score of the deciding vector, 0 to 10. */
  score: z.number().optional(),
  /** EPSS: how likely attacks are within 30 days, and the share of vulnerabilities that are less likely. */
  epss: z.object({ score: z.number(), percentile: z.number() }).optional(),
  layer: reportLayer,
  references: z.array(z.string()),
  /** Where several sources speak of it in this package: the word of each, the one that is shown first. */
  sources: z
    .array(
      z.object({
        feed: z.string(),
        record: z.string(),
        severity,
        status: findingStatus,
        fixedVersion: z.string().optional(),
        comparison: z.string(),
      }),
    )
    .optional(),
  evidence: z.object({
    feed: z.string(),
    record: z.string(),
    ecosystem: z.string(),
    judgedName: z.string(),
    judgedVersion: z.string(),
    comparison: z.string(),
    path: z.string(),
  }),
});

/** What is wrong with an image beside vulnerabilities of its packages. */
export const reportObservation = z.object({
  kind: z.enum(observationKinds),
  /** The rule's id; it keeps its meaning. */
  id: z.string(),
  /** Names of the same rule elsewhere: `CIS 4.1`, `CIS-DI-0001`. */
  aliases: z.array(z.string()),
  title: z.string(),
  severity,
  severitySource: z.literal('assay'),
  status: z.literal('affected'),
  place: z.enum(places),
  /** File, name of the variable or of the label. */
  path: z.string().optional(),
  /** Line of the file, or step of the history. */
  line: z.number().int().optional(),
  layer: reportLayer.optional(),
  /** Not in the finished image; its bytes are in the layer. */
  removed: z.literal(true).optional(),
  /** What was seen; secrets are masked. */
  detail: z.string().optional(),
  /** SHA-256 of a secret. */
  fingerprint: z.string().optional(),
  cure: z.string().optional(),
  references: z.array(z.string()),
});

export const feedSummary = z.object({
  feed: z.string(),
  digest: z.string(),
  records: z.number().int(),
  withdrawn: z.number().int().optional(),
  refused: z.number().int(),
  ecosystems: z.array(z.string()),
  importedAt: time,
  /** When its publisher last said that this is the newest. */
  checkedAt: time.optional(),
  /** When single records of it were last renewed. */
  amendedAt: time.optional(),
  newestAt: z.string().optional(),
  licence: z.string(),
  source: z.string().optional(),
});

export const incompletePart = z.object({
  code: z.string(),
  path: z.string().optional(),
  layer: z.string().optional(),
  detail: z.string(),
});

const anyFinding = z.discriminatedUnion('kind', [reportFinding, reportObservation]);

/** Why a finding is set aside: a VEX statement, or a line of an ignore file with its reason and last day. */
export const setAside = z.object({
  by: z.enum(['vex', 'ignore']),
  source: z.string(),
  status: z.string(),
  reason: z.string(),
  expiresAt: z.string().optional(),
  /** Of a statement that is stored with the image on the server: its id, whose word it is, and since when. */
  statement: z.string().optional(),
  author: z.string().optional(),
  statedAt: time.optional(),
});

export const support = z.enum(['supported', 'extended', 'ended', 'unknown']);

export const report = z.object({
  schemaVersion: z.literal(1),
  image: z.object({ reference: z.string(), digest: z.string(), platform: platform.optional() }),
  distribution: z
    .object({
      id: z.string(),
      version: z.string(),
      name: z.string(),
      codename: z.string().optional(),
      /** Repositories that the packages came from, where the vendor's build wrote them down. */
      repositories: z.array(z.string()).optional(),
      /** Of Red Hat: what tells which products are looked at, the image's repositories or, without a mapping, its release. */
      productsBy: z.enum(['repositories', 'release']).optional(),
      /** Whether the release still gets fixes, and until when. */
      support: support.optional(),
      endOfLife: z
        .object({ endedAt: z.string(), extendedAt: z.string().optional(), extendedBy: z.string().optional() })
        .optional(),
    })
    .optional(),
  advisories: z.object({ digest: z.string(), feeds: z.array(feedSummary) }),
  analysedAt: time,
  judgedAt: time,
  packages: z.array(reportPackage),
  /** Vulnerabilities first, worst first; then the other kinds in their order. */
  findings: z.array(anyFinding),
  /** Findings that a statement or a rule sets aside; they count nowhere. */
  suppressed: z.array(z.object({ finding: anyFinding, because: setAside })).optional(),
  /** Rules of an ignore file whose last day is over and that spoke of a finding here: it counts again. */
  lapsed: z
    .array(z.object({ id: z.string(), source: z.string(), reason: z.string(), expiredAt: z.string() }))
    .optional(),
  /** Only what was known on that day is in the report. */
  asOf: z.string().optional(),
  incomplete: z.array(incompletePart),
});

export type Report = z.infer<typeof report>;
export type ReportVulnerability = z.infer<typeof reportFinding>;
export type ReportObservation = z.infer<typeof reportObservation>;

/** The findings of a report that are vulnerabilities of packages. */
export function vulnerabilitiesOf({ findings }: Pick<Report, 'findings'>): ReportVulnerability[] {
  return findings.filter((each) => each.kind === 'vulnerability');
}

/** The findings of the other kinds, in their order. */
export function observationsOf({ findings }: Pick<Report, 'findings'>): ReportObservation[] {
  return findings.filter((each) => each.kind !== 'vulnerability');
}
