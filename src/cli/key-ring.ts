import { keyStoreNames, type KeyStoreName } from '../ports/key-store.ts';
import type { KeyRing } from '../work/keys/key-ring.ts';
import type { Invocation, Option } from './command.ts';
import { textOption } from './image-report.ts';
import { keyPassphrases } from './key-passphrases.ts';

/** Options of every command that opens keys. */
export const keyOptions: readonly Option[] = [
  {
    flags: '--pkcs11 <module>',
    summary: 'PKCS#11 module of a token, such as libykcs11.so (else $ASSAY_PKCS11_MODULE)',
  },
  {
    flags: '--token <label>',
    summary: 'label or serial number of the token, when there are several (else $ASSAY_PKCS11_TOKEN)',
  },
  { flags: '--pin-file <file>', summary: 'read the token’s PIN from a file (else ASSAY_PKCS11_PIN, or the terminal)' },
  {
    flags: '--passphrase-file <file>',
    summary:
      'read the passphrase from the first line of a file (else ASSAY_ROOT_PASSPHRASE, ASSAY_REPOSITORY_PASSPHRASE, docker’s or notary’s variables, or the terminal)',
  },
];

export const storeOption: Option = {
  flags: '--store <name>',
  summary: 'assay, docker, notary or pkcs11',
  choices: keyStoreNames,
};

/** The key ring of this user; passphrases come from the options, the environment or the terminal. */
export function openKeyRing(
  invocation: Pick<Invocation, 'options' | 'environment' | 'open' | 'terminal'>,
): Promise<KeyRing> {
  const { options, environment, open } = invocation;
  const module = textOption(options, 'pkcs11') ?? (environment['ASSAY_PKCS11_MODULE'] || undefined);
  const token = textOption(options, 'token') ?? (environment['ASSAY_PKCS11_TOKEN'] || undefined);
  return open.keys(environment, keyPassphrases(invocation), {
    store: textOption(options, 'store') as KeyStoreName | undefined,
    pkcs11: module === undefined ? undefined : { module, token },
  });
}
