import type { VulnerabilityFinding } from '../findings/finding.ts';
import type { Distribution, InstalledPackage } from '../inventory/package.ts';

/** What both writers need of an image: facts only, so that the same image and time give the same bytes. */
export interface SbomInput {
  readonly image: {
    /** As the person named it: `registry/repo:tag`, `oci:DIR` … */
    readonly reference: string;
    /** Digest of the manifest. */
    readonly digest: string;
    readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  };
  readonly distribution: Distribution | undefined;
  /** Bottom first; `InstalledPackage.layer` is a position in it. */
  readonly layers: readonly { readonly digest: string; readonly instruction?: string | undefined }[];
  readonly packages: readonly InstalledPackage[];
  /** Written into CycloneDX; SPDX 2.3 has no place for them. */
  readonly findings?: readonly { readonly package: InstalledPackage; readonly finding: VulnerabilityFinding }[];
  /** What a reader must know first: the end of life, files that could not be read, packages nobody speaks of. */
  readonly cautions: readonly string[];
  /** True when parts of the image were not read; the documents say so. */
  readonly incomplete: boolean;
  /** Time of the document, milliseconds UTC: when the image was analysed, not when the document was asked for. */
  readonly createdAt: number;
  readonly tool: { readonly name: string; readonly version: string };
}
