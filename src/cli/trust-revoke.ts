import { AssayError } from '../lib/error.ts';
import { parseRegistryReference } from '../oci/reference.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { revokeTargets } from '../work/trust/owner/changes.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession, requireTag } from './trust-session.ts';

export const command: Command = {
  description: 'Takes signatures back: clients that verify refuse these tags from then on. The images stay.',
  args: [{ name: 'images...', summary: 'registry/repository:tag; with --all the repository alone' }],
  options: [
    { flags: '--all', summary: 'every tag of the repository' },
    { flags: '--role <role>', summary: 'in this role (default: what your keys stand for)' },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust revoke 127.0.0.1:5000/shop/app:1.0', 'this tag is not to be trusted any more'],
    ['assay trust revoke --all 127.0.0.1:5000/shop/app', 'nothing of this repository is'],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const all = options['all'] === true;
    const { gun, world, keys, reference } = await ownerSession(invocation);
    const references = args.map(parseRegistryReference);
    if (references.some((each) => each.host !== reference.host || each.repository !== reference.repository))
      throw new AssayError('usage-invalid', 'all tags of one command are of one repository');
    const tags = all ? [] : references.map(requireTag);
    const names = all ? ('all' as const) : tags;
    const listed = tags.join(', ');
    const role = textOption(options, 'role');
    const description = `revoke ${all ? 'every tag' : listed} of ${gun}`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, async (owned) =>
      revokeTargets(owned, gun, { names, role, held: await keys.held(), now: Date.now() }),
    );
    const what = all ? 'every signature' : `the signature of ${listed}`;
    return tellOutcome(invocation, outcome, `took back ${what} in ${gun}`);
  },
};
