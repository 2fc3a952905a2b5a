import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { compactDecrypt } from 'jose';
import { AssayError } from '../../../lib/error.ts';
import { dumpRows } from '../../../lib/sql-dump.ts';
import { type OnlineRole, onlineRoles } from '../../../ports/signer-service.ts';
import { fingerprintOf } from '../../../trust/keys/public-key.ts';
import type { Root } from '../../../trust/tuf/metadata.ts';
import { canonicalKeyId } from '../../../trust/tuf/notary/key.ts';
import { dumpedBytes, dumpLimits } from './notary-dump.ts';

/** Rounds of PBKDF2 that a key may ask for; notary-signer writes 8192. */
const MAX_ROUNDS = 1_000_000;

/**
 * The timestamp and snapshot keys of a collection from the table `private_keys` of a notary-signer, as far as the root
 * names them. Each is a JWE (RFC 7518 section 4.8: PBES2-HS256+A128KW, A256GCM) under the passphrase of its alias, which
 * notary-signer reads from `NOTARY_SIGNER_<ALIAS>`. Throws `key-locked` without the passphrase or with another one.
 */
export async function dumpedKeys(
  dump: Uint8Array,
  root: Root,
  passphraseOf: (alias: string) => string | undefined,
): Promise<ReadonlyMap<OnlineRole, Uint8Array>> {
  const found = new Map<OnlineRole, Uint8Array>();
  const wanted = new Map(
    onlineRoles.flatMap((role) =>
      root.roles[role].keyIds.flatMap((id) => {
        const key = root.keys.get(id);
        return key?.key ? [[canonicalKeyId(key.key), { role, fingerprint: key.fingerprint }] as const] : [];
      }),
    ),
  );
  for (const { row } of dumpRows(dump, ['private_keys'], dumpLimits)) {
    const id = row.get('key_id') ?? '';
    const target = wanted.get(id);
    // A removed key stays in the table with the time of its removal.
    if (!target || (row.get('deleted_at') ?? null) !== null) continue;
    const alias = row.get('passphrase_alias') ?? '';
    const passphrase = passphraseOf(alias);
    if (!passphrase)
      throw new AssayError(
        'key-locked',
        `the ${target.role} key ${id.slice(0, 12)} is sealed; give notary-signer’s passphrase in ${variableOf(alias)}`,
      );
    const key = await opened(dumpedBytes(row.get('private') ?? '').toString('latin1'), passphrase, id, alias);
    if (fingerprintOf(createPublicKey(key)) !== target.fingerprint)
      throw new AssayError(
        'key-invalid',
        `the ${target.role} key ${id.slice(0, 12)} is not the one that the root names`,
      );
    found.set(target.role, key.export({ type: 'pkcs8', format: 'der' }));
  }
  return found;
}

/** The environment variable of an alias. */
export function variableOf(alias: string): string {
  return `NOTARY_SIGNER_${alias.toUpperCase()}`;
}

async function opened(jwe: string, passphrase: string, id: string, alias: string): Promise<KeyObject> {
  let bytes: Uint8Array;
  try {
    const { plaintext } = await compactDecrypt(jwe, Buffer.from(passphrase, 'utf8'), {
      keyManagementAlgorithms: ['PBES2-HS256+A128KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: MAX_ROUNDS,
    });
    bytes = plaintext;
  } catch (cause) {
    throw new AssayError('key-locked', `${variableOf(alias)} does not open the key ${id.slice(0, 12)}`, { cause });
  }
  try {
    return createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'sec1' });
  } catch (cause) {
    throw new AssayError('key-invalid', `the key ${id.slice(0, 12)} is not of the kind ecdsa`, { cause });
  }
}
