import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Seal } from '../../access/audit-chain.ts';
import { sealKeyOf } from '../../access/audit-chain.ts';
import { storageError, systemCode } from '../../lib/error.ts';

const sealSchema = z.object({
  seq: z.number().int(),
  hash: z.string(),
  at: z.number().int(),
  key: z.string(),
  signature: z.string(),
});

/**
 * The key of the audit's seals and the newest seal, as files beside the database: who changes the database alone can
 * neither sign nor hide that its end is missing. Made at the first start, readable by the owner only.
 */
export function openSealKeeper(directory: string) {
  const folder = join(directory, 'audit');
  const keyPath = join(folder, 'key.pem');
  const headPath = join(folder, 'head.json');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(keyPath)) {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(`${keyPath}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), {
        mode: 0o600,
        flush: true,
      });
      renameSync(`${keyPath}.new`, keyPath);
    }
    const privateKeyPem = readFileSync(keyPath, 'utf8');
    return {
      privateKeyPem,
      publicKey: sealKeyOf(createPrivateKey(privateKeyPem)),
      async readHead(): Promise<Seal | undefined> {
        try {
          return sealSchema.parse(JSON.parse(await readFile(headPath, 'utf8')));
        } catch (error) {
          if (systemCode(error) === 'ENOENT') return undefined;
          throw storageError(error, `reading ${headPath}`);
        }
      },
      async writeHead(seal: Seal): Promise<void> {
        await writeFile(`${headPath}.new`, `${JSON.stringify(seal)}\n`, { mode: 0o600, flush: true });
        await rename(`${headPath}.new`, headPath);
      },
    };
  } catch (error) {
    throw storageError(error, `opening ${folder}`);
  }
}
