import { AssayError } from '../lib/error.ts';
import { applyChange, requireNotary } from '../work/trust/owner/apply.ts';
import { changeRoles } from '../work/trust/owner/changes.ts';
import { loadOwned } from '../work/trust/owner/load.ts';
import { canonicalIdOf, changedChoice, namedKeys } from '../work/trust/owner/role-change.ts';
import { choicesOf } from '../trust/tuf/owner/start.ts';
import type { Command } from './command.ts';
import { listOption, rootCertificateFrom } from './trust-keys.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'When a root key is lost or stolen: the holders of the others name a new root without it. As long as the threshold can be met without the lost key, every client follows and nothing else changes.',
  args: [{ name: 'repository', summary: 'registry/repository' }],
  options: [
    { flags: '--lost <id>', summary: 'the root key that is lost or stolen (several)', many: true },
    { flags: '--add-key <file>', summary: 'certificate of a root key that takes its place (several)', many: true },
    ...ownerOptions,
  ],
  examples: [
    [
      'assay trust recover 127.0.0.1:5000/shop/app --lost 3f2a91c07d55 --add-key dave.crt --stage recovery.json',
      'two of the three holders sign the change one after the other',
    ],
  ],
  async run(invocation) {
    const { options } = invocation;
    const ids = listOption(options, 'lost');
    if (ids.length === 0)
      throw new AssayError('usage-invalid', 'name the lost key: --lost ID (see assay trust status)');
    const { gun, world, keys } = await ownerSession(invocation);
    const add = await Promise.all(listOption(options, 'addKey').map((path) => rootCertificateFrom(path, gun)));
    const standing = choicesOf(requireNotary(await loadOwned(world, Date.now()), gun).root).root;
    const lost = namedKeys(standing, ids, 'root');
    const left = standing.keys.length - lost.length;
    if (left < standing.threshold)
      throw new AssayError(
        'trust-threshold',
        `a new root needs ${standing.threshold} of the ${standing.keys.length} root keys, and without ${lost.map((key) => canonicalIdOf(key).slice(0, 12)).join(', ')} only ${left} are left. Nobody can name a new root; the repository must be begun anew under another name, or its users must forget the old root`,
      );
    const description = `a root of ${gun} without ${ids.join(', ')}`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) =>
      changeRoles(
        owned,
        gun,
        (choices) => {
          const next = changedChoice(choices.root, { add, remove: namedKeys(choices.root, ids, 'root') });
          return { root: { ...next, threshold: Math.min(next.threshold, next.keys.length) } };
        },
        Date.now(),
      ),
    );
    return tellOutcome(invocation, outcome, `the lost key counts no more in the root of ${gun}`);
  },
};
