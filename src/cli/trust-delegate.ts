import { AssayError } from '../lib/error.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { delegate } from '../work/trust/owner/changes.ts';
import type { Command } from './command.ts';
import { countOption, listOption, publicKeyFrom } from './trust-keys.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Lets somebody sign: adds a signer, as docker trust signer add does, or a role that is trusted for some names only. The owner’s repository key stays out of their hands.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    { name: 'name', summary: 'the signer, in lower case; or a role such as targets/qa' },
  ],
  options: [
    { flags: '--key <file>', summary: 'public key or certificate of the signer (several)', many: true },
    { flags: '--path <prefix>', summary: 'only names that begin so (several; default: every name)', many: true },
    { flags: '--threshold <n>', summary: 'how many of the keys must sign (default: 1)' },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust delegate 127.0.0.1:5000/shop/app alice --key alice.pub', 'alice may sign every tag'],
    [
      'assay trust delegate 127.0.0.1:5000/shop/app targets/qa --key qa.pub --path rc-',
      'qa signs tags that begin with rc-',
    ],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const { gun, world, keys } = await ownerSession(invocation);
    const role = roleOf(args[1] ?? '');
    const files = listOption(options, 'key');
    if (files.length === 0) throw new AssayError('usage-invalid', 'name the signer’s public key: --key FILE');
    const paths = listOption(options, 'path');
    const change = {
      role,
      keys: await Promise.all(files.map(publicKeyFrom)),
      prefixes: paths.length === 0 ? [''] : paths,
      threshold: countOption(options, 'threshold', 1),
    };
    const description = `let ${role} sign for ${gun}`;
    const outcome = await applyChange(
      world,
      keys,
      { now: Date.now, description, stage: options['stage'] !== undefined },
      (owned) => delegate(owned, gun, change, Date.now()),
    );
    return tellOutcome(invocation, outcome, `${role.replace('targets/', '')} may sign for ${gun}`);
  },
};

/** `alice` is docker's way to say `targets/alice`. */
export function roleOf(name: string): string {
  const role = name.startsWith('targets/') ? name : `targets/${name}`;
  if (role === 'targets/releases')
    throw new AssayError('usage-invalid', 'every signer is in targets/releases by itself; name the signer');
  return role;
}
