import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';

/** How much work a passphrase costs: Argon2id (RFC 9106). */
export interface SealCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/** The second recommendation of RFC 9106 section 4, with one lane. */
export const SEAL_COST: SealCost = { memoryKib: 65_536, passes: 3 };

/** What a file may ask for: it must not be able to take the memory or the processor away. */
const MAX_MEMORY_KIB = 1024 * 1024;
const MAX_PASSES = 64;

/** Bytes sealed under a passphrase, with all that opening them takes but the passphrase. */
export const sealSchema = z.strictObject({
  kdf: z.literal('argon2id'),
  memoryKib: z.number().int().min(8).max(MAX_MEMORY_KIB),
  passes: z.number().int().min(1).max(MAX_PASSES),
  salt: z.base64().length(24),
  cipher: z.literal('aes-256-gcm'),
  nonce: z.base64().length(16),
  sealed: z.base64().min(24),
});

export type Seal = z.output<typeof sealSchema>;

const derive = promisify(argon2) as (algorithm: string, parameters: object) => Promise<Buffer>;

function keyOf(passphrase: string, salt: Uint8Array, { memoryKib, passes }: SealCost): Promise<Buffer> {
  const message = Buffer.from(passphrase, 'utf8');
  return derive('argon2id', { message, nonce: salt, memory: memoryKib, passes, parallelism: 1, tagLength: 32 });
}

/** Seals `plain`; `bound` is what must be the same when it is opened, and stays readable. */
export async function sealUnder(
  passphrase: string,
  plain: Uint8Array,
  bound: Uint8Array,
  cost: SealCost = SEAL_COST,
): Promise<Seal> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const key = await keyOf(passphrase, salt, cost);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  return {
    kdf: 'argon2id',
    memoryKib: cost.memoryKib,
    passes: cost.passes,
    salt: salt.toString('base64'),
    cipher: 'aes-256-gcm',
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
  };
}

/** Throws `key-locked` when the passphrase is wrong or anything was changed. */
export async function openSeal(passphrase: string, seal: Seal, bound: Uint8Array): Promise<Buffer> {
  const sealed = Buffer.from(seal.sealed, 'base64');
  const key = await keyOf(passphrase, Buffer.from(seal.salt, 'base64'), seal);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(seal.nonce, 'base64'))
      .setAAD(bound)
      .setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  } catch {
    throw new AssayError('key-locked', 'wrong passphrase, or the file was changed');
  } finally {
    key.fill(0);
  }
}
