/** How long an unreferenced blob keeps its link: after upload or mount, and after its last manifest went. */
export interface KeepTimes {
  readonly afterUploadMs: number;
  readonly afterDeleteMs: number;
}

export const keepTimes: KeepTimes = { afterUploadMs: 24 * 3600_000, afterDeleteMs: 3600_000 };
