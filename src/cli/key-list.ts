import { formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { keyJson, keyTable } from './key-output.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Lists the keys of this user: Assay’s own, and those of docker and notary. Needs no passphrase; docker and notary show the kind of a key only when it is opened.',
  options: [storeOption, formatOption, ...keyOptions],
  examples: [
    ['assay key list', 'everything that this user can sign with'],
    ['assay key list --pkcs11 /usr/lib/x86_64-linux-gnu/libykcs11.so', 'and those on a YubiKey'],
    ['assay key list --store docker --format json', 'what docker trust has made'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const ring = await openKeyRing(invocation);
    const keys = await ring.list();
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, items: keys.map(keyJson) }, null, 2));
    else if (keys.length > 0) terminal.out(keyTable(terminal, keys));
    else terminal.err(`no keys in ${ring.stores.map((store) => printable(store.location)).join(', ')}`);
    for (const key of keys)
      if (key.problem !== undefined) terminal.err(`${printable(key.location)}: ${printable(key.problem)}`);
    return keys.some((key) => key.problem !== undefined) ? 1 : 0;
  },
};
