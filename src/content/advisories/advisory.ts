import type { VersionScheme } from './version-order.ts';

export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
export type Severity = (typeof severities)[number];

/** What its source says of a package that is affected; "not affected" is a statement too and ends the matter. */
export type AdvisoryStatus =
  | 'fixed'
  | 'affected'
  | 'will-not-fix'
  | 'deferred'
  | 'end-of-life'
  | 'under-investigation'
  | 'not-affected';

/** A run of affected versions, from `introduced` on (from the first when absent) up to one of its ends. */
export interface AffectedRange {
  readonly introduced?: string;
  /** Last version before the run, where the source names that one. */
  readonly after?: string;
  /** First version that is not affected any more. */
  readonly fixed?: string;
  /** Last version that is affected. */
  readonly lastAffected?: string;
  /** First version of which nothing is said any more; no fix. */
  readonly limit?: string;
}

/** What one feed says of one package of one ecosystem under one id; ranges of different feeds are never merged. */
export interface Advisory {
  /** The id under which the feed published it: CVE-…, GHSA-…, GO-… */
  readonly id: string;
  /** Other ids of the same vulnerability. */
  readonly aliases?: readonly string[];
  readonly summary?: string;
  readonly severity?: Severity;
  /** Who gave the severity. */
  readonly severitySource?: string;
  readonly cvss?: readonly string[];
  readonly references?: readonly string[];
  readonly publishedAt?: string;
  readonly status: AdvisoryStatus;
  /** Words of the source: "no DSA", "minor issue" … */
  readonly statusDetail?: string;
  readonly scheme: VersionScheme;
  /** Where a system speaks of binary and of source packages: which of them this is about. */
  readonly of?: 'source' | 'binary';
  /** Of modular rpm builds: the stream it holds for, `name:stream`; ANY_STREAM where the source does not name it. */
  readonly module?: string;
  /** Architectures it holds for, as rpm names them; all when absent. */
  readonly architectures?: readonly string[];
  readonly ranges?: readonly AffectedRange[];
  /** Affected versions named one by one; they count besides the ranges. */
  readonly versions?: readonly string[];
  /** Only in the catalogue of likelihoods. */
  readonly likelihood?: Likelihood;
  /** Only in catalogues of support: when it ends, days `YYYY-MM-DD`. */
  readonly endOfLife?: { readonly endedAt: string; readonly extendedAt?: string };
  /** Only in the catalogue of repositories: the products whose packages a repository holds, as CPE 2.2 URIs. */
  readonly products?: readonly string[];
}

/** EPSS: how likely attacks are within 30 days, and the share of vulnerabilities that are less likely; both 0 to 1. */
export interface Likelihood {
  readonly score: number;
  readonly percentile: number;
}

/** What somebody besides the vendor says of how bad a vulnerability is. */
export interface Rating {
  readonly source: string;
  readonly severity: Severity;
  readonly vector?: string;
  readonly score?: number;
}

/** All that a feed says of one package: the unit that is stored, compared with its predecessor and looked up. */
export interface AdvisoryEntry {
  /** `Debian:12`, `Alpine:v3.20`, `npm`, `PyPI` …: OSV's names of ecosystems. */
  readonly ecosystem: string;
  readonly package: string;
  readonly advisories: readonly Advisory[];
}

/** An advisory together with the feed that it came from. */
export interface SourcedAdvisory extends Advisory {
  readonly feed: string;
  /** Known to be used in attacks, by a catalogue of such vulnerabilities. */
  readonly exploited?: boolean;
  /** What catalogues of CVEs say of it: ratings, and that its number was rejected. */
  readonly ratings?: readonly Rating[];
  readonly rejected?: boolean;
  /** When the CVE was published, by a catalogue. */
  readonly cvePublishedAt?: string;
}

/** Looks up what every feed says of a package. */
export type LookUpAdvisories = (ecosystem: string, name: string) => readonly SourcedAdvisory[];

/** "Ecosystem" under which a catalogue of exploited vulnerabilities is stored: its packages are vulnerability ids. */
export const EXPLOITED = 'exploited';

/** "Ecosystem" of EPSS: its packages are vulnerability ids. */
export const LIKELIHOOD = 'likelihood';

/** "Ecosystem" of catalogues that rate CVEs (NVD, CVE records): its packages are CVE ids. */
export const RATINGS = 'ratings';

/** "Ecosystem" of the catalogue that tells which products a vendor's repositories belong to: its packages are repositories. */
export const REPOSITORIES = 'repositories';

/** "Ecosystem" of when releases of products get no more fixes: its packages are products, its ids releases. */
export const END_OF_LIFE = 'end-of-life';

/** Before the name of an ecosystem: which of its packages are mended only within limits, or no more, under `*`. */
export const SUPPORT = 'support';

/** Ecosystems of catalogues, which do not speak of packages. */
export const CATALOGUES: ReadonlySet<string> = new Set([EXPLOITED, LIKELIHOOD, RATINGS, REPOSITORIES, END_OF_LIFE]);
