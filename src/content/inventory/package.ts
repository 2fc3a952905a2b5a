import type { LayerObservation } from '../findings/observation.ts';

/** What an analyser found installed, before it is known which layers of an image win. */
export interface FoundPackage {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** The source the distribution built it from; advisories of dpkg, apk and rpm systems name sources. */
  readonly sourceName?: string;
  readonly sourceVersion?: string;
  /** As declared by the package, not yet an SPDX expression. */
  readonly licences?: readonly string[];
  /** Name space of the purl when it is neither in the name nor the distribution's id. */
  readonly namespace?: string;
  /** Of modular rpm packages `name:stream`; their advisories hold for one stream only. */
  readonly module?: string;
  /** The package of the operating system that brought these files: its vendor judges them, nobody else. */
  readonly ownedBy?: string;
  /** Names of what it needs: packages of its kind, or what they say they provide. */
  readonly dependsOn?: readonly string[];
  /** Names besides its own under which others need it. */
  readonly provides?: readonly string[];
  /** Chosen by a lock file, and perhaps not installed: nothing was found that proves it is there. */
  readonly declared?: true;
}

/** Kinds of packages, by the types of the package URL specification. */
export const packageTypes = [
  'deb',
  'apk',
  'rpm',
  'npm',
  'pypi',
  'conda',
  'golang',
  'maven',
  'gem',
  'composer',
  'cargo',
  'nuget',
  'hex',
  'pub',
  'swift',
  'cran',
  'alpm',
  'bitnami',
  'conan',
  'hackage',
  'julia',
  'opam',
  'ebuild',
  'opkg',
  'nix',
  'luarocks',
  'cpan',
  'cocoapods',
  'generic',
] as const;
export type PackageType = (typeof packageTypes)[number];

/** Licences that a package declares in a file of its own, to be joined with its line in the package database. */
export interface DeclaredLicences {
  readonly path: string;
  readonly package: string;
  readonly licences: readonly string[];
}

/** The packages one file tells of. The file belongs to a layer; a later layer may replace or remove it. */
export interface Evidence {
  readonly analyser: string;
  readonly path: string;
  readonly packages: readonly FoundPackage[];
}

/** The distribution a layer's files name. `ecosystem` is the key of its advisories, absent when none are known. */
export interface Distribution {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly codename?: string;
  /** Repositories that its packages came from, where the vendor's build wrote them down; products by CPE among them. */
  readonly repositories?: readonly string[];
}

/** Names of repositories that one file tells of. */
export interface RepositoryEvidence {
  readonly path: string;
  readonly names: readonly string[];
}

/** A part that was not read, and why; shown with every result that stands on it. */
export interface Incomplete {
  readonly code: 'budget-exceeded' | 'malformed' | 'unsupported' | 'encrypted' | 'unavailable';
  readonly path?: string;
  readonly detail: string;
}

export interface DistributionEvidence {
  readonly path: string;
  readonly distribution: Distribution;
}

/**
 * Everything one layer holds that matters to us, found by one pass over its bytes. Keyed by (layer digest, analyser
 * version) and never made twice.
 */
export interface LayerInventory {
  readonly schemaVersion: 1;
  readonly analyserVersion: string;
  /** Digest of the uncompressed tar, to be held against the configuration's diff_ids. */
  readonly diffId: string;
  readonly uncompressedSize: number;
  readonly entries: number;
  readonly evidence: readonly Evidence[];
  readonly distributions: readonly DistributionEvidence[];
  /** Paths that whiteout files of this layer remove from the layers below. */
  readonly whiteouts: readonly string[];
  /** Directories whose contents below this layer are hidden. */
  readonly opaque: readonly string[];
  /** Paths this layer writes that an analyser would read in another layer: they hide what is below. */
  readonly replaced: readonly string[];
  readonly licences?: readonly DeclaredLicences[];
  readonly repositories?: readonly RepositoryEvidence[];
  /** Hard links to files whose bytes an analyser needs and that went by before the link: reason for a second pass. */
  readonly links?: readonly HardLink[];
  readonly files?: FileSummary;
  /** What examiners saw in its files. */
  readonly observations?: readonly LayerObservation[];
  /** The malware engine that was shown every file, besides the examiners. */
  readonly scannedBy?: string;
  readonly incomplete: readonly Incomplete[];
}

export interface HardLink {
  readonly path: string;
  readonly target: string;
}

/** What a layer adds: regular files, their bytes, and the largest of them. */
export interface FileSummary {
  readonly count: number;
  readonly bytes: number;
  readonly largest: readonly { readonly path: string; readonly size: number }[];
}

/** A package of the finished image, with the layer that brought it. */
export interface InstalledPackage extends FoundPackage {
  readonly purl: string;
  readonly path: string;
  /** Position of the layer that first held this package in this version. */
  readonly layer: number;
}

export interface ImageInventory {
  readonly distribution: Distribution | undefined;
  readonly packages: readonly InstalledPackage[];
  readonly incomplete: readonly (Incomplete & { readonly layer?: number })[];
}

/** Version of all analysers together; a change makes layers be read again. */
export const ANALYSER_VERSION = '9';
