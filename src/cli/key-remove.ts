import { AssayError } from '../lib/error.ts';
import { lastCopy, oneKey } from '../work/keys/key-upkeep.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';
import { ask } from './prompt.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Removes a key from a store, after asking. Nobody can make it again: the last copy of a root key goes only with --force.',
  args: [{ name: 'key', summary: 'id (its beginning will do) or role' }],
  options: [
    { flags: '--gun <name>', summary: 'the collection, when a role names several keys' },
    { flags: '--yes', summary: 'do not ask' },
    { flags: '--force', summary: 'also the last copy of a root key on this machine' },
    storeOption,
    ...keyOptions,
  ],
  examples: [
    ['assay key remove alice', 'asks before it removes'],
    ['assay key remove 3f9a12bc --store docker', 'from docker’s store; a copy in another store stays'],
  ],
  async run(invocation) {
    const { args, options, terminal } = invocation;
    const all = await openKeyRing({ ...invocation, options: { ...options, store: undefined } });
    const ring = await openKeyRing(invocation);
    const key = await oneKey(ring, args[0] ?? '', textOption(options, 'gun'));
    const reason = await lastCopy(all, key);
    if (reason !== undefined && options['force'] !== true)
      throw new AssayError('denied', `${reason}; back it up first (assay key backup), then use --force`);
    const short = key.id.slice(0, 8);
    if (options['yes'] !== true) {
      const typed = await ask(
        `Type ${short} to remove the ${printable(key.role || 'unknown')} key from ${printable(key.location)}`,
        { instead: '--yes' },
      );
      if (typed !== short) throw new AssayError('usage-invalid', 'that is something else; nothing was removed');
    }
    const store = ring.store(key.store);
    if (key.store === 'pkcs11') await ring.unlock(key, (pin) => store.remove(key.id, pin));
    else await store.remove(key.id);
    terminal.out(`the key ${key.id.slice(0, 16)} is removed from the ${key.store} store`);
    return 0;
  },
};
