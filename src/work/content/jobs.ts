import { z } from 'zod';
import { digestSchema } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';

/** Kinds of jobs of the content room and what they carry. */
export const ANALYSE_IMAGE = 'analyse-image';
/** Images that an earlier version read are read again. */
export const RENEW_ANALYSES = 'renew-analyses';
export const JUDGE_PACKAGES = 'judge-packages';
/** Statements about an image are put beside it. */
export const PUBLISH_VEX = 'publish-vex';

export const analysisJobSchema = z.object({ manifest: digestSchema });

export function analysisJob(manifest: Digest): z.infer<typeof analysisJobSchema> {
  return { manifest };
}
