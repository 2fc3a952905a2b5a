import { systemClock } from '../lib/clock.ts';
import { backupKeys } from '../work/keys/key-upkeep.ts';
import { formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { keyJson, writePrivateFile } from './key-output.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Writes every key of this user into one file, sealed under a passphrase of its own; inside, each key keeps its own passphrase as well. Keys on tokens stay on their tokens.',
  args: [{ name: 'file', summary: 'a new file; keep it away from this machine' }],
  options: [storeOption, formatOption, ...keyOptions],
  examples: [
    ['assay key backup keys.backup', 'all keys: Assay’s own, docker’s and notary’s'],
    ['ASSAY_BACKUP_PASSPHRASE_FILE=secret assay key backup keys.backup', 'without a terminal'],
  ],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const ring = await openKeyRing(invocation);
    const { text, kept, left } = await backupKeys(ring, systemClock.now());
    writePrivateFile(args[0] ?? '', text);
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, items: kept.map(keyJson), left: left.map(keyJson) }, null, 2));
    else terminal.out(`${kept.length} ${kept.length === 1 ? 'key' : 'keys'} in ${printable(args[0] ?? '')}`);
    for (const key of left)
      terminal.err(
        `not in the backup: ${key.id.slice(0, 16)} (${printable(key.problem ?? (key.sealed ? 'it is on a token' : 'it has no passphrase; set one with assay key password'))})`,
      );
    return left.length > 0 ? 1 : 0;
  },
};
