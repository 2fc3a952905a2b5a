import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { readOwnKeyFile, writeOwnKeyFile } from '../../trust/keys/own-key-file.ts';
import type { SealCost } from '../../trust/keys/passphrase-seal.ts';
import { readPrivateKeyFile, writeSealedKeyFile } from '../../trust/keys/private-key-file.ts';
import type { KeyFileForm } from './file-key-store.ts';

/** Assay's own files: Argon2id, authenticated, public half readable. `cost` is for tests. */
export function ownForm(clock: Clock, cost?: SealCost): KeyFileForm {
  return {
    name: 'assay',
    suffix: '.json',
    read: readOwnKeyFile,
    write: (key, use, passphrase) => writeOwnKeyFile(key, use, passphrase, clock.now(), cost),
  };
}

/** The files of docker and notary, which are the same. Ed25519 keys are refused, since docker cannot read them. */
export function notaryForm(name: 'docker' | 'notary', iterations?: number): KeyFileForm {
  return {
    name,
    suffix: '.key',
    read: readPrivateKeyFile,
    write(key, use, passphrase) {
      if (key.asymmetricKeyType === 'ed25519')
        throw new AssayError(
          'key-invalid',
          `${name} cannot use Ed25519 keys; make a P-256 key, or keep this one in another store`,
        );
      return writeSealedKeyFile(key, use, passphrase, iterations);
    },
  };
}
