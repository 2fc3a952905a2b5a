import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError } from '../lib/error.ts';
import { trustDialects } from '../ports/trust-records.ts';
import { loadOwned } from '../work/trust/owner/load.ts';
import type { Command } from './command.ts';
import { requireNotary } from '../work/trust/owner/apply.ts';
import { namedCollection, trustServerOptions } from './trust-session.ts';

const MAX_FILE = 64 * 1024 * 1024;
const MAX_ROOTS = 10_000;

export const command: Command = {
  description:
    'Writes the verified metadata of a repository to a folder, in both forms, every root included: for an archive, an audit, or a machine without network.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    { name: 'folder', summary: 'made if it is not there' },
  ],
  options: trustServerOptions,
  examples: [['assay trust export 127.0.0.1:5000/shop/app ./trust', 'notary/ and tuf-1.0/ below it']],
  async run(invocation) {
    const { args, terminal } = invocation;
    const folder = args[1] ?? '';
    const { gun, world } = await namedCollection(invocation);
    const owned = await loadOwned(world, Date.now());
    requireNotary(owned, gun);
    let files = 0;
    for (const dialect of trustDialects) {
      const state = dialect === 'notary' ? owned.notary : owned.tuf1;
      if (!state) continue;
      const save = async (name: string, raw: Uint8Array) => {
        const path = join(folder, dialect, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, raw);
        files++;
      };
      const fetch = world.server.metadata[dialect];
      for (let version = 1; version <= Math.min(state.root.version, MAX_ROOTS); version++) {
        const raw = await fetch(`${version}.root.json`, MAX_FILE);
        if (raw) await save(`${version}.root.json`, raw);
      }
      for (const role of ['root', 'timestamp', 'snapshot', ...state.files.keys()]) {
        const raw = await world.files[dialect].load(role);
        if (!raw) throw new AssayError('internal', `${role} was verified and is not there`);
        await save(`${role}.json`, raw);
      }
    }
    terminal.out(`${files} files of ${gun} in ${folder}`);
    return 0;
  },
};
