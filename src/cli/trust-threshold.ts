import { AssayError } from '../lib/error.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { changeRoles } from '../work/trust/owner/changes.ts';
import { changedChoice, namedKeys } from '../work/trust/owner/role-change.ts';
import type { Command } from './command.ts';
import { listOption, publicKeyFrom, rootCertificateFrom } from './trust-keys.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Sets how many keys must sign a role, and adds or removes keys with it. With two of three root keys no single loss or theft ends a repository. docker’s own commands read such repositories, but cannot sign for a threshold above one.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    { name: 'role', summary: 'root or targets' },
    { name: 'count', summary: 'how many must sign' },
  ],
  options: [
    { flags: '--add-key <file>', summary: 'a key that joins (for root: its certificate; several)', many: true },
    { flags: '--remove-key <id>', summary: 'a key that leaves (several)', many: true },
    ...ownerOptions,
  ],
  examples: [
    [
      'assay trust threshold 127.0.0.1:5000/shop/app root 2 --add-key bob.crt --add-key carol.crt',
      'from one root key to two of three',
    ],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const [, role = '', count = ''] = args;
    if (role !== 'root' && role !== 'targets')
      throw new AssayError(
        'usage-invalid',
        'thresholds are set for root or targets; of a signer with assay trust delegate',
      );
    if (!/^[1-9]\d{0,2}$/.test(count))
      throw new AssayError('usage-invalid', 'the count is a whole number of at least 1');
    const { gun, world, keys } = await ownerSession(invocation);
    const read = (path: string) => (role === 'root' ? rootCertificateFrom(path, gun) : publicKeyFrom(path));
    const add = await Promise.all(listOption(options, 'addKey').map(read));
    const leaving = listOption(options, 'removeKey');
    const description = `${count} keys must sign ${role} of ${gun}`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) =>
      changeRoles(
        owned,
        gun,
        (choices) => {
          const remove = namedKeys(choices[role], leaving, role);
          return { [role]: changedChoice(choices[role], { add, remove, threshold: Number(count) }) };
        },
        Date.now(),
      ),
    );
    return tellOutcome(invocation, outcome, `${role} of ${gun} needs ${count} signatures now`);
  },
};
