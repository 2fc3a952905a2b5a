import { applyChange } from '../work/trust/owner/apply.ts';
import { upgrade } from '../work/trust/owner/upgrade.ts';
import type { Command } from './command.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Signs for TUF 1.x clients what docker or notary have published: their commands cover Notary’s form of the metadata alone. Needs the repository key, and the root key when keys have changed.',
  args: [{ name: 'repository', summary: 'registry/repository' }],
  options: ownerOptions,
  examples: [['assay trust upgrade 127.0.0.1:5000/shop/app', 'both forms say the same afterwards']],
  async run(invocation) {
    const { gun, world, keys } = await ownerSession(invocation);
    const { options } = invocation;
    const description = `bring the TUF 1.x repository of ${gun} to what docker’s clients read`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) => upgrade(owned, gun, Date.now()));
    return tellOutcome(invocation, outcome, `TUF 1.x clients read the same of ${gun} as docker’s now`);
  },
};
