import { AssayError } from '../lib/error.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { delegate, spreadTags } from '../work/trust/owner/changes.ts';
import type { Command, ExitStatus, Invocation } from './command.ts';
import { countOption, listOption, publicKeyFrom } from './trust-keys.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Lets somebody sign: adds a signer, as docker trust signer add does, or a role that is trusted for some names only. The owner’s repository key stays out of their hands.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    {
      name: 'name',
      summary: 'the signer, in lower case; or a role such as targets/qa or targets/qa/nightly',
      optional: true,
    },
  ],
  options: [
    { flags: '--key <file>', summary: 'public key or certificate of the signer (several)', many: true },
    { flags: '--path <prefix>', summary: 'only names that begin so (several; default: every name)', many: true },
    { flags: '--threshold <n>', summary: 'how many of the keys must sign (default: 1)' },
    {
      flags: '--bins <n>',
      summary: 'instead of a name: spread the tags of the TUF 1.x repository over so many files (1: one file again)',
    },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust delegate 127.0.0.1:5000/shop/app alice --key alice.pub', 'alice may sign every tag'],
    [
      'assay trust delegate 127.0.0.1:5000/shop/app targets/qa --key qa.pub --path rc-',
      'qa signs tags that begin with rc-',
    ],
    [
      'assay trust delegate 127.0.0.1:5000/shop/app targets/qa/nightly --key bot.pub --path rc-night-',
      'qa passes some of it on, with the key of qa',
    ],
    [
      'assay trust delegate 127.0.0.1:5000/shop/app --bins 16',
      'readers of one tag among thousands fetch one of 16 files',
    ],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    if (args[1] === undefined) return spread(invocation);
    if (options['bins'] !== undefined) throw new AssayError('usage-invalid', '--bins goes without a name');
    const { gun, world, keys } = await ownerSession(invocation);
    const role = roleOf(args[1]);
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

async function spread(invocation: Invocation): Promise<ExitStatus> {
  const { options } = invocation;
  if (options['bins'] === undefined) throw new AssayError('usage-invalid', 'name who may sign, or --bins N');
  const bins = countOption(options, 'bins', 1);
  const { gun, world, keys } = await ownerSession(invocation);
  const where = bins === 1 ? 'in one file' : `in ${bins} bins`;
  const change = {
    now: Date.now,
    description: `hold the TUF 1.x tags of ${gun} ${where}`,
    stage: options['stage'] !== undefined,
  };
  const outcome = await applyChange(world, keys, change, (owned) => spreadTags(owned, gun, bins, Date.now()));
  return tellOutcome(invocation, outcome, `the TUF 1.x tags of ${gun} stand ${where}`);
}

/** `alice` is docker's way to say `targets/alice`. */
export function roleOf(name: string): string {
  const role = name.startsWith('targets/') ? name : `targets/${name}`;
  if (role === 'targets/releases')
    throw new AssayError('usage-invalid', 'every signer is in targets/releases by itself; name the signer');
  return role;
}
