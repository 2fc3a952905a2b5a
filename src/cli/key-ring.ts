import { keyStoreNames, type KeyStoreName } from '../ports/key-store.ts';
import type { KeyRing } from '../work/keys/key-ring.ts';
import type { Invocation, Option } from './command.ts';
import { textOption } from './image-report.ts';
import { keyPassphrases } from './key-passphrases.ts';

/** Options of every command that opens keys. */
export const keyOptions: readonly Option[] = [
  {
    flags: '--passphrase-file <file>',
    summary:
      'read the passphrase from the first line of a file (else ASSAY_ROOT_PASSPHRASE, ASSAY_REPOSITORY_PASSPHRASE, docker’s or notary’s variables, or the terminal)',
  },
];

export const storeOption: Option = {
  flags: '--store <name>',
  summary: 'assay, docker or notary',
  choices: keyStoreNames,
};

/** The key ring of this user; passphrases come from the options, the environment or the terminal. */
export function openKeyRing(
  invocation: Pick<Invocation, 'options' | 'environment' | 'open' | 'terminal'>,
): Promise<KeyRing> {
  const { options, environment, open } = invocation;
  return open.keys(environment, keyPassphrases(invocation), {
    store: textOption(options, 'store') as KeyStoreName | undefined,
  });
}
