import type { AdvisoryStatus, Rating, Severity } from '../advisories/advisory.ts';

/** One vulnerability of one installed package, with what it takes to check it by hand. */
export interface VulnerabilityFinding {
  readonly kind: 'vulnerability';
  /** CVE id when there is one, else the id of the record. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly severitySource: string;
  /** Everybody's word on how bad it is, the one that counts first; absent when there is but that one. */
  readonly severities?: readonly Rating[];
  readonly status: Exclude<AdvisoryStatus, 'not-affected'>;
  readonly statusDetail?: string;
  readonly fixedVersion?: string;
  /** Attacks with it are known (KEV). */
  readonly exploited?: true;
  /** When the record, or else the CVE, was published. */
  readonly publishedAt?: string;
  readonly summary?: string;
  readonly cvss?: readonly string[];
  readonly references: readonly string[];
  readonly feed: string;
  readonly recordId: string;
  /** The version that was judged: the source's for dpkg, apk and rpm systems. */
  readonly judged: { readonly ecosystem: string; readonly name: string; readonly version: string };
  /** The comparison that decided, in words: `3.0.9-1 < 3.0.11-1~deb12u2`. */
  readonly comparison: string;
  /** Where several sources speak of it: the word of each, the one that is shown first. */
  readonly sources?: readonly FindingSource[];
}

/** What one source says of a vulnerability of a package. */
export interface FindingSource {
  readonly feed: string;
  readonly record: string;
  readonly severity: Severity;
  readonly status: Exclude<AdvisoryStatus, 'not-affected'>;
  readonly fixedVersion?: string;
  readonly comparison: string;
}
