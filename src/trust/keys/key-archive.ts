import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { openSeal, type SealCost, sealSchema, sealUnder } from './passphrase-seal.ts';

const FORMAT = 'assay-keys-1';
const LIMITS = { maxBytes: 64 * 1024 * 1024, maxDepth: 8 };
const MAX_KEYS = 10_000;

/** A key file as it lay in its store, still sealed under its own passphrase. */
const archivedSchema = z.strictObject({
  store: z.enum(['assay', 'docker', 'notary']),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  file: z.string().max(256 * 1024),
});
export type ArchivedKey = z.output<typeof archivedSchema>;

const headSchema = z.strictObject({ format: z.literal(FORMAT), createdAt: z.iso.datetime(), keys: z.number().int() });
const archiveSchema = headSchema.extend({ seal: sealSchema });
const contentSchema = z.strictObject({ keys: z.array(archivedSchema).max(MAX_KEYS) });

/** Several key files in one file, sealed once more: a thief of the file sees neither keys nor what they are for. */
export async function writeKeyArchive(
  keys: readonly ArchivedKey[],
  passphrase: string,
  createdAt: number,
  cost?: SealCost,
): Promise<string> {
  const head = { format: FORMAT, createdAt: new Date(createdAt).toISOString(), keys: keys.length } as const;
  const plain = Buffer.from(JSON.stringify({ keys }), 'utf8');
  const seal = await sealUnder(passphrase, plain, boundTo(head), cost);
  return `${JSON.stringify({ ...head, seal })}\n`;
}

/** Throws `key-locked` for a wrong passphrase, `key-invalid` for a file that is no archive. */
export async function readKeyArchive(text: string, passphrase: string): Promise<ArchivedKey[]> {
  const { seal, ...head } = parseWith(archiveSchema, Buffer.from(text, 'utf8'), 'this is not a backup of keys');
  const plain = await openSeal(passphrase, seal, boundTo(head));
  return parseWith(contentSchema, plain, 'the backup of keys is damaged').keys;
}

function parseWith<T>(schema: z.ZodType<T>, bytes: Uint8Array, message: string): T {
  try {
    return schema.parse(parseStrictJson(bytes, LIMITS));
  } catch {
    throw new AssayError('key-invalid', message);
  }
}

function boundTo({ format, createdAt, keys }: z.output<typeof headSchema>): Buffer {
  return Buffer.from(JSON.stringify([format, createdAt, keys]));
}
