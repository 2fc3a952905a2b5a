import { existsSync, readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import { openRules } from '../trust/tuf/owner/draft.ts';
import { updateOf } from '../work/trust/owner/apply.ts';
import { readStagedChange } from '../work/trust/owner/staged-change.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';
import { tellOpen } from './trust-outcome.ts';
import { namedCollection, trustServerOptions } from './trust-session.ts';

export const command: Command = {
  description: 'Publishes a staged change that has every signature it needs.',
  args: [{ name: 'change', summary: 'the file of a staged change' }],
  options: trustServerOptions,
  examples: [['assay trust import root-ceremony.json', 'the last step of a ceremony']],
  async run(invocation) {
    const path = invocation.args[0] ?? '';
    if (!existsSync(path)) throw new AssayError('usage-invalid', `there is no file ${path}`);
    const change = readStagedChange(readFileSync(path));
    if (change.drafts.some((draft) => openRules(draft).length > 0)) {
      tellOpen(invocation.terminal, change, path);
      return 1;
    }
    const { world } = await namedCollection(invocation, change.gun);
    await world.server.publish(updateOf(change.drafts));
    invocation.terminal.out(`published: ${printable(change.description)}`);
    return 0;
  },
};
