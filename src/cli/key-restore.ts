import { readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import { restoreKeys } from '../work/keys/key-upkeep.ts';
import { formatOption } from './ask-server.ts';
import type { Command } from './command.ts';
import { keyJson, keyTable } from './key-output.ts';
import { keyOptions, openKeyRing } from './key-ring.ts';

export const command: Command = {
  description:
    'Puts the keys of a backup back into the stores that they came from. A key that is there already stays as it is.',
  args: [{ name: 'file', summary: 'what assay key backup wrote' }],
  options: [formatOption, ...keyOptions],
  examples: [['assay key restore keys.backup', 'on the new machine; asks for the passphrase of the backup']],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const ring = await openKeyRing(invocation);
    const { restored, present } = await restoreKeys(ring, readText(args[0] ?? ''));
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, items: restored.map(keyJson) }, null, 2));
    else if (restored.length > 0) terminal.out(keyTable(terminal, restored));
    for (const { id, store } of present)
      terminal.err(`${id.slice(0, 16)} is in the ${store} store already, in another form; it was left as it is`);
    return 0;
  },
};

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read ${path}`, { cause });
  }
}
