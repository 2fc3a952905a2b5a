import { AssayError, isAssayError } from '../../lib/error.ts';
import type { KeyStoreName, StoredKey } from '../../ports/key-store.ts';
import type { Passphrases } from '../../ports/passphrases.ts';
import { publicHalf } from '../../trust/keys/algorithm.ts';
import { type ArchivedKey, readKeyArchive, writeKeyArchive } from '../../trust/keys/key-archive.ts';
import type { SealCost } from '../../trust/keys/passphrase-seal.ts';
import { type KeyUse, readPrivateKeyFiles } from '../../trust/keys/private-key-file.ts';
import { canonicalKeyId } from '../../trust/tuf/notary/key.ts';
import type { KeyRing } from './key-ring.ts';

const BACKUP = { role: '', what: 'the backup' } as const;

/** The one key that an id or role names. Throws `key-unknown`, or `usage-invalid` when it names several. */
export async function oneKey(ring: KeyRing, wanted: string, gun?: string): Promise<StoredKey> {
  const found = await ring.find({ wanted: [wanted], ...(gun !== undefined && { gun }) });
  const ids = new Set(found.map((key) => key.id));
  if (ids.size > 1)
    throw new AssayError('usage-invalid', `${wanted} names ${ids.size} keys; write the id of one: ${shortIds(ids)}`);
  const [key] = found;
  if (key) return key;
  const where = ring.stores.map((store) => store.location).join(', ');
  throw new AssayError('key-unknown', `there is no key ${wanted} in ${where}`);
}

function shortIds(ids: ReadonlySet<string>): string {
  return Array.from(ids, (id) => id.slice(0, 12))
    .slice(0, 10)
    .join(', ');
}

/** Every private key of a PEM file into a store. A sealed one keeps its passphrase; one in the open gets a new one. */
export async function importKeys(
  ring: KeyRing,
  text: string,
  options: { use: Partial<KeyUse>; store: KeyStoreName },
): Promise<StoredKey[]> {
  const store = ring.store(options.store);
  const added: StoredKey[] = [];
  for (const file of readPrivateKeyFiles(text)) {
    const role = options.use.role ?? file.role;
    if (role === undefined)
      throw new AssayError(
        'usage-invalid',
        'the file does not say what the key is for; use --role root, targets or a signer’s name',
      );
    const gun = options.use.gun ?? file.gun;
    const use = { role, ...(gun !== undefined && { gun }) };
    let passphrase: string | undefined;
    const key = file.sealed
      ? await ring.withPassphrase(use, async (given) => {
          const opened = await file.open(given);
          passphrase = given;
          return opened;
        })
      : await file.open();
    passphrase ??= await ring.passphrases.toSeal({ ...use, id: canonicalKeyId(publicHalf(key)) });
    added.push(await store.add(key, use, passphrase));
  }
  return added;
}

/** Why a key may not be removed without force, or nothing. */
export async function lastCopy(ring: KeyRing, key: StoredKey): Promise<string | undefined> {
  if (key.role !== 'root' && key.role !== '') return undefined;
  const others = (await ring.list()).filter(
    (each) => each.id === key.id && each.location !== key.location && each.problem === undefined,
  );
  if (others.length > 0) return undefined;
  return key.role === 'root'
    ? 'this is the last copy of a root key'
    : 'this is the last copy, and it may be a root key';
}

/** What a backup took and what it could not take. */
export interface KeyBackup {
  readonly text: string;
  readonly kept: readonly StoredKey[];
  readonly left: readonly StoredKey[];
}

/** All keys that lie in files, sealed as they are, in one file under a passphrase of its own. */
export async function backupKeys(ring: KeyRing, now: number, cost?: SealCost): Promise<KeyBackup> {
  const archived: ArchivedKey[] = [];
  const [kept, left]: [StoredKey[], StoredKey[]] = [[], []];
  for (const key of await ring.list()) {
    if (key.store === 'pkcs11' || key.problem !== undefined || !key.sealed) {
      left.push(key);
      continue;
    }
    archived.push({ store: key.store, id: key.id, file: await ring.store(key.store).sealedFile(key.id) });
    kept.push(key);
  }
  if (kept.length === 0) throw new AssayError('key-unknown', 'there is no key to back up');
  const text = await writeKeyArchive(archived, await ring.passphrases.toSeal(BACKUP), now, cost);
  return { text, kept, left };
}

/** What came back, and what was there already in another form and stayed. */
export interface KeyRestore {
  readonly restored: readonly StoredKey[];
  readonly present: readonly ArchivedKey[];
}

/** Puts the keys of a backup into the stores that they came from; nothing that is there is overwritten. */
export async function restoreKeys(ring: KeyRing, text: string): Promise<KeyRestore> {
  const archived = await ring.withPassphrase(BACKUP, (passphrase) => readKeyArchive(text, passphrase));
  const restored: StoredKey[] = [];
  const present: ArchivedKey[] = [];
  for (const key of archived)
    try {
      restored.push(await ring.store(key.store).restore(key.id, key.file));
    } catch (error) {
      if (!isAssayError(error, 'already-exists')) throw error;
      present.push(key);
    }
  return { restored, present };
}

/** The passphrase of a key is another from now on. */
export async function changePassphrase(ring: KeyRing, key: StoredKey, fresh: Passphrases): Promise<void> {
  const store = ring.store(key.store);
  const before = await ring.unlock(key, async (passphrase) => {
    await store.read(key.id, passphrase);
    return passphrase;
  });
  const after = await fresh.toSeal({ role: key.role, gun: key.gun, id: key.id });
  await store.reseal(key.id, before, after);
}
