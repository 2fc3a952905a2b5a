import { z } from 'zod';
import { type Digest, isDigest } from './digest.ts';

const MAX_SIZE = Number.MAX_SAFE_INTEGER;

export const digestSchema = z.custom<Digest>(
  (value) => typeof value === 'string' && isDigest(value),
  'not a sha256 or sha512 digest',
);
const annotationsSchema = z.record(z.string(), z.string());

/** An OCI content descriptor (image specification 1.1, "OCI Content Descriptors"); unknown members are kept aside. */
export const descriptorSchema = z.object({
  mediaType: z.string().min(1).max(255),
  digest: digestSchema,
  size: z.number().int().min(0).max(MAX_SIZE),
  urls: z.array(z.string()).optional(),
  annotations: annotationsSchema.nullish(),
  artifactType: z.string().max(255).optional(),
  data: z.string().optional(),
  platform: z
    .object({
      architecture: z.string(),
      os: z.string(),
      variant: z.string().optional(),
      'os.version': z.string().optional(),
      'os.features': z.array(z.string()).nullish(),
    })
    .nullish(),
});

export type Descriptor = z.infer<typeof descriptorSchema>;
export { annotationsSchema };
