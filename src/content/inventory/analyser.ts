import type {
  DeclaredLicences,
  DistributionEvidence,
  Evidence,
  FoundPackage,
  Incomplete,
  RepositoryEvidence,
} from './package.ts';

/** A file of a layer that an analyser asked for. */
export interface LayerFile {
  /** Path without a leading slash, `.` and `..` resolved. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly bytes: Uint8Array;
  /** Bytes of the partner, where the analyser names one and the layer has it. */
  readonly beside?: Uint8Array;
}

/** Files that packages of the operating system brought, as its database lists them. */
export interface OwnedFiles {
  readonly package: string;
  readonly paths: Iterable<string>;
}

/** dpkg-divert(1): the file that other packages bring as `from` lies at `to`; none where `by` is its own. */
export interface Diversion {
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/** What a file tells; each part is optional. */
export interface Finding {
  readonly evidence?: Evidence;
  readonly distribution?: DistributionEvidence;
  readonly licences?: DeclaredLicences;
  readonly repositories?: RepositoryEvidence;
  readonly owned?: Iterable<OwnedFiles>;
  readonly diversions?: readonly Diversion[];
  /** Parts of the file that were not read although the rest was. */
  readonly incomplete?: readonly Omit<Incomplete, 'path'>[];
}

/**
 * Reads one kind of file. `wants` is asked for every path of every layer and must be cheap; `read` gets the whole file
 * and throws `content-malformed` when it is not what its name says.
 */
export interface Analyser {
  readonly name: string;
  /** Which files, for the reference page. */
  readonly reads: string;
  /** What it does not find, for the reference page. */
  readonly limits?: string;
  /** Largest file that is read, in bytes; larger ones are reported as incomplete. */
  readonly maxBytes: number;
  /** True for databases of the operating system; what other analysers find may be owned by their packages. */
  readonly system?: boolean;
  wants(path: string, size: number, mode: number): boolean;
  /** Asked of the first bytes (at least 64, or all); false spares the rest of a large file. */
  begins?(head: Uint8Array): boolean;
  /**
   * Path of the file that this one is read together with, for either of the two. The pair is read when the layer ends,
   * as the file with the shorter path.
   */
  partner?(path: string): string | undefined;
  /** Of files that are known but not read: why. They are reported as incomplete. */
  unsupported?(path: string): string | undefined;
  read(file: LayerFile): Finding | undefined;
  /** What the name of a folder alone tells; asked of every folder of every layer. */
  folder?(path: string): FoundPackage | undefined;
}
