import { AssayError } from '../lib/error.ts';
import type { Root } from '../trust/tuf/metadata.ts';
import { readNotaryAs } from '../trust/tuf/notary/read.ts';
import { requireNotary } from '../work/trust/owner/apply.ts';
import { loadOwned } from '../work/trust/owner/load.ts';
import { rootChanges } from '../work/trust/root-history.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';
import { namedCollection, trustServerOptions } from './trust-session.ts';

const MAX_FILE = 64 * 1024 * 1024;

export const command: Command = {
  description:
    'The history of the roots of a repository: which keys came and went, and with which version. Each root is signed by the one before it.',
  args: [{ name: 'repository', summary: 'registry/repository' }],
  options: [{ flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] }, ...trustServerOptions],
  examples: [['assay trust log 127.0.0.1:5000/shop/app', 'every root since the first']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { gun, world } = await namedCollection(invocation);
    const { root } = requireNotary(await loadOwned(world, Date.now()), gun);
    const roots: Root[] = [];
    for (let version = 1; version < root.version; version++) {
      const raw = await world.server.metadata.notary(`${version}.root.json`, MAX_FILE);
      // docker's and notary's first root may be of version 1 or 2.
      if (!raw && version === 1) continue;
      if (!raw) throw new AssayError('trust-missing', `the server has no root of version ${version}`);
      roots.push(readNotaryAs('root', 'root', raw).signed);
    }
    roots.push(root);
    const entries = roots.map((each, index) => ({
      version: each.version,
      expiresAt: new Date(each.expires).toISOString(),
      changes: rootChanges(each, roots[index - 1]),
    }));
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, gun, roots: entries }, null, 2));
    else
      for (const entry of entries) {
        terminal.out(`root ${entry.version}, good until ${entry.expiresAt.slice(0, 10)}`);
        for (const line of entry.changes) terminal.out(`  ${printable(line)}`);
      }
    return 0;
  },
};
