import { changePassphrase, oneKey } from '../work/keys/key-upkeep.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { keyPassphrases } from './key-passphrases.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';

export const command: Command = {
  description:
    'Gives a key another passphrase. The old file stays until the new one is on disk. Copies elsewhere, and backups, keep the old passphrase.',
  args: [{ name: 'key', summary: 'id (its beginning will do) or role' }],
  options: [
    {
      flags: '--new-passphrase-file <file>',
      summary: 'read the new passphrase from a file (else ASSAY_NEW_PASSPHRASE, or the terminal)',
    },
    { flags: '--gun <name>', summary: 'the collection, when a role names several keys' },
    storeOption,
    ...keyOptions,
  ],
  examples: [['assay key password root', 'asks for the old and twice for the new one']],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const ring = await openKeyRing(invocation);
    const key = await oneKey(ring, args[0] ?? '', textOption(options, 'gun'));
    const fresh = keyPassphrases(invocation, {
      option: 'newPassphraseFile',
      flag: '--new-passphrase-file',
      variable: 'ASSAY_NEW_PASSPHRASE',
    });
    await changePassphrase(ring, key, fresh);
    terminal.out(`the key ${key.id.slice(0, 16)} has another passphrase`);
    return 0;
  },
};
