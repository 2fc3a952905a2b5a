import { homedir } from 'node:os';
import { join } from 'node:path';
import { FileKeyStore } from '../adapters/keys/file-key-store.ts';
import { notaryForm, ownForm } from '../adapters/keys/forms.ts';
import type { KeyRingOptions } from '../cli/command.ts';
import { systemClock } from '../lib/clock.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { Passphrases } from '../ports/passphrases.ts';
import { KeyRing } from '../work/keys/key-ring.ts';

/** Where each client keeps its keys; ours after the XDG Base Directory Specification. */
export function keyFolders(environment: NodeJS.ProcessEnv): Readonly<Record<'assay' | 'docker' | 'notary', string>> {
  const home = environment['HOME'] ?? homedir();
  const data = environment['XDG_DATA_HOME'];
  const docker = environment['DOCKER_CONFIG'] ?? join(home, '.docker');
  const notary = environment['NOTARY_TRUST_DIR'] ?? join(home, '.notary');
  return {
    assay: join(data?.startsWith('/') ? data : join(home, '.local', 'share'), 'assay', 'keys'),
    docker: join(docker, 'trust', 'private'),
    notary: join(notary, 'private'),
  };
}

/** The key stores of this user: Assay's own first, then docker's and notary's. */
export async function openKeyRing(
  environment: NodeJS.ProcessEnv,
  passphrases: Passphrases,
  { store, pkcs11 }: KeyRingOptions,
): Promise<KeyRing> {
  const folders = keyFolders(environment);
  const stores: KeyStore[] = [
    new FileKeyStore(ownForm(systemClock), folders.assay),
    new FileKeyStore(notaryForm('docker'), folders.docker),
    new FileKeyStore(notaryForm('notary'), folders.notary),
  ];
  if (pkcs11) {
    const { TokenKeyStore } = await import('../adapters/pkcs11/token-key-store.ts');
    stores.push(new TokenKeyStore(pkcs11.module, pkcs11.token));
  }
  return new KeyRing(
    stores.filter((each) => store === undefined || each.name === store),
    passphrases,
  );
}
