import { z } from 'zod';
import { AssayError } from '../lib/error.ts';
import { parseStrictJson } from '../lib/strict-json.ts';

/** Largest image configuration that is read, in bytes. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

const strings = z.array(z.string()).nullish();
const keys = z.record(z.string(), z.unknown()).nullish();

/** The image configuration (OCI image specification 1.1, "Image Configuration"); Docker's has the same members. */
export const imageConfigSchema = z.object({
  architecture: z.string().optional(),
  os: z.string().optional(),
  variant: z.string().optional(),
  created: z.string().nullish(),
  author: z.string().nullish(),
  config: z
    .object({
      User: z.string().nullish(),
      ExposedPorts: keys,
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      Volumes: keys,
      WorkingDir: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      StopSignal: z.string().nullish(),
      Healthcheck: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  rootfs: z.object({ type: z.string(), diff_ids: z.array(z.string()) }).optional(),
  history: z
    .array(
      z.object({
        created: z.string().nullish(),
        created_by: z.string().nullish(),
        comment: z.string().nullish(),
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
});

export type ImageConfig = z.infer<typeof imageConfigSchema>;

/** Throws `content-malformed` when the bytes are no image configuration. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  let value: unknown;
  try {
    value = parseStrictJson(bytes, { maxBytes: MAX_CONFIG_BYTES, maxDepth: 64 });
  } catch (cause) {
    throw new AssayError(
      'content-malformed',
      `the image configuration cannot be read: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
  const result = imageConfigSchema.safeParse(value);
  if (result.success) return result.data;
  throw new AssayError(
    'content-malformed',
    `the image configuration is not valid at /${result.error.issues[0]?.path.join('/') ?? ''}`,
  );
}
