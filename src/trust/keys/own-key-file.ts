import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { canonicalJson } from '../tuf/canonical-json.ts';
import { canonicalKeyId } from '../tuf/notary/key.ts';
import { algorithmOf, publicHalf } from './algorithm.ts';
import { openSeal, type SealCost, sealSchema, sealUnder } from './passphrase-seal.ts';
import type { KeyUse } from './private-key-file.ts';
import { keyFromSpki, spkiOf } from './public-key.ts';

const FORMAT = 'assay-key-1';
const LIMITS = { maxBytes: 64 * 1024, maxDepth: 4 };

const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  id: z.string().regex(/^[0-9a-f]{64}$/),
  role: z.string().min(1).max(1024),
  gun: z.string().min(1).max(1024).optional(),
  algorithm: z.string().max(32),
  /** Base64 of the SPKI. */
  public: z.base64().max(16_384),
  createdAt: z.iso.datetime(),
});

const fileSchema = headSchema.extend({ seal: sealSchema });

/** A private key in our own form: everything but the private half can be read without the passphrase. */
export interface OwnKeyFile {
  readonly id: string;
  readonly role: string;
  readonly gun: string | undefined;
  readonly algorithm: string;
  readonly publicKey: KeyObject;
  readonly createdAt: number;
  readonly sealed: true;
  /** Throws `key-locked`. */
  open(passphrase: string): Promise<KeyObject>;
}

/** Reads a key file of ours; whatever does not hang together is `key-invalid`. */
export function readOwnKeyFile(text: string): OwnKeyFile {
  const { seal, ...head } = parseFile(text);
  const publicKey = keyFromSpki(Buffer.from(head.public, 'base64'));
  if (!publicKey || canonicalKeyId(publicKey) !== head.id || algorithmOf(publicKey) !== head.algorithm)
    throw new AssayError('key-invalid', 'the parts of the key file do not belong together');
  return {
    id: head.id,
    role: head.role,
    gun: head.gun,
    algorithm: head.algorithm,
    publicKey,
    createdAt: Date.parse(head.createdAt),
    sealed: true,
    async open(passphrase) {
      const der = await openSeal(passphrase, seal, boundTo(head));
      try {
        const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
        if (!publicHalf(key).equals(publicKey))
          throw new AssayError('key-invalid', 'the two halves do not belong together');
        return key;
      } finally {
        der.fill(0);
      }
    },
  };
}

function parseFile(text: string): z.output<typeof fileSchema> {
  try {
    return fileSchema.parse(parseStrictJson(Buffer.from(text, 'utf8'), LIMITS));
  } catch (cause) {
    throw new AssayError('key-invalid', 'this is not a key file of Assay', { cause });
  }
}

/** Who a key is and what it is for is authenticated with it: a file cannot be given another role by editing it. */
function boundTo(head: z.output<typeof headSchema>): Buffer {
  return Buffer.from(canonicalJson(head));
}

/** A private key in our own form. */
export async function writeOwnKeyFile(
  key: KeyObject,
  use: KeyUse,
  passphrase: string,
  createdAt: number,
  cost?: SealCost,
): Promise<string> {
  const publicKey = publicHalf(key);
  const head = headSchema.parse({
    format: FORMAT,
    id: canonicalKeyId(publicKey),
    role: use.role,
    ...(use.gun !== undefined && { gun: use.gun }),
    algorithm: algorithmOf(publicKey),
    public: spkiOf(publicKey).toString('base64'),
    createdAt: new Date(createdAt).toISOString(),
  });
  const der = key.export({ type: 'pkcs8', format: 'der' });
  try {
    const seal = await sealUnder(passphrase, der, boundTo(head), cost);
    return `${JSON.stringify({ ...head, seal }, null, 2)}\n`;
  } finally {
    der.fill(0);
  }
}
