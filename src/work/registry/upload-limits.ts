/** How much one blob may have, and how many uploads one principal may have open. */
export interface UploadLimits {
  readonly maxBlobBytes: number;
  readonly maxUploadsPerPrincipal: number;
  /** True where no other process serves the same data. */
  readonly alone: boolean;
}

export const uploadLimits: UploadLimits = { maxBlobBytes: 256 * 1024 ** 3, maxUploadsPerPrincipal: 500, alone: true };
