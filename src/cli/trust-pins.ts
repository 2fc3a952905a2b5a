import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AssayError, systemCode } from '../lib/error.ts';
import type { TrustPins } from '../trust/tuf/client/trust-pins.ts';
import { homedir } from 'node:os';

/** Notary's own words for pins, so that its configuration can be copied. */
const pinsSchema = z.strictObject({
  certs: z.record(z.string(), z.array(z.string())).optional(),
  ca: z.record(z.string(), z.string()).optional(),
  disable_tofu: z.boolean().optional(),
});
const fileSchema = z.looseObject({ trust_pinning: pinsSchema.optional() });

/**
 * The pins of this user: `trust_pinning` in `$ASSAY_TRUST_PINS` or `~/.config/assay/trust.yaml` (YAML or JSON, as in
 * notary's config.json), and ASSAY_TRUST_ON_FIRST_USE=0. A file that is named and cannot be read is an error.
 */
export async function trustPins(environment: NodeJS.ProcessEnv): Promise<TrustPins> {
  const named = environment['ASSAY_TRUST_PINS'];
  const path = named ?? join(configFolder(environment), 'trust.yaml');
  const pins = await readPins(path, named !== undefined);
  const off = environment['ASSAY_TRUST_ON_FIRST_USE'] === '0';
  return off ? { ...pins, disableTofu: true } : pins;
}

function configFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment['XDG_CONFIG_HOME'];
  return join(home?.startsWith('/') ? home : join(environment['HOME'] ?? homedir(), '.config'), 'assay');
}

async function readPins(path: string, required: boolean): Promise<TrustPins> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (!required && systemCode(cause) === 'ENOENT') return {};
    throw new AssayError('configuration-invalid', `cannot read the trust pins ${path}`, { cause });
  }
  const parsed = fileSchema.safeParse(yamlIn(text, path));
  if (!parsed.success)
    throw new AssayError('configuration-invalid', `${path}: ${parsed.error.issues[0]?.message ?? 'not valid'}`);
  const { certs, ca, disable_tofu: disableTofu } = parsed.data.trust_pinning ?? {};
  const authorities = await Promise.all(
    Object.entries(ca ?? {}).map(async ([prefix, file]) => [prefix, await readAuthority(resolve(dirname(path), file))]),
  );
  return {
    ...(certs && { certs }),
    ...(ca && { ca: Object.fromEntries(authorities) as Record<string, string> }),
    ...(disableTofu !== undefined && { disableTofu }),
  };
}

function yamlIn(text: string, path: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (cause) {
    throw new AssayError('configuration-invalid', `${path} is not YAML`, { cause });
  }
}

async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AssayError('configuration-invalid', `cannot read the pinned authority ${path}`, { cause });
  }
}
