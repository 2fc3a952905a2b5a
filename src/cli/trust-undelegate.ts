import { applyChange } from '../work/trust/owner/apply.ts';
import { undelegate } from '../work/trust/owner/changes.ts';
import type { Command } from './command.ts';
import { roleOf } from './trust-delegate.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Takes a signer’s or role’s right to sign away. Tags that nobody else has signed are refused by clients from then on.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    { name: 'name', summary: 'the signer or role' },
  ],
  options: ownerOptions,
  examples: [['assay trust undelegate 127.0.0.1:5000/shop/app alice', 'alice’s signatures do not count any more']],
  async run(invocation) {
    const { args, options } = invocation;
    const { gun, world, keys } = await ownerSession(invocation);
    const role = roleOf(args[1] ?? '');
    const description = `take the right to sign for ${gun} from ${role}`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) => undelegate(owned, gun, role, Date.now()));
    return tellOutcome(invocation, outcome, `${role.replace('targets/', '')} signs for ${gun} no more`);
  },
};
