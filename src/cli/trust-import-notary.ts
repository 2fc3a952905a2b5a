import { AssayError } from '../lib/error.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { changeRoles } from '../work/trust/owner/changes.ts';
import { loadOwned } from '../work/trust/owner/load.ts';
import { online } from '../work/trust/owner/initialise.ts';
import { takeOver } from '../work/trust/owner/take-over.ts';
import type { Command } from './command.ts';
import { imageAccess, textOption } from './image-report.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Takes over the trust data of a repository from another Notary server, byte for byte, so that clients which know its roots go on with it. Then, with the root key at hand, names this server’s timestamp and snapshot keys in a new root; without it that has to be done before the old timestamp expires.',
  args: [
    { name: 'repository', summary: 'registry/repository, as clients spell it: the name is part of what was signed' },
  ],
  options: [
    { flags: '--from <host>', summary: 'the Notary server to take it from' },
    { flags: '--keep-keys', summary: 'only take over; name no new keys' },
    ...ownerOptions,
  ],
  examples: [
    [
      'assay trust import-notary registry.example:5000/shop/app --from notary.example:4443',
      'metadata and root history; then a root with this server’s keys',
    ],
  ],
  async run(invocation) {
    const { options, open, terminal } = invocation;
    const from = textOption(options, 'from');
    if (from === undefined) throw new AssayError('usage-invalid', 'name the server to take it from: --from HOST');
    const { gun, world, keys } = await ownerSession(invocation);
    const source = await open.trust(from, gun, imageAccess(invocation));
    const taken = await takeOver(source.server, world.server, Date.now());
    terminal.out(`${gun}: ${taken.roots} roots and ${taken.roles} other files are here, as ${from} had them`);
    if (options['keepKeys'] === true) return 0;
    const owned = await loadOwned(world, Date.now());
    const rootKeys = owned.notary?.root.roles.root.keyIds ?? [];
    const [timestamp, snapshot] = await Promise.all([
      world.server.rotateServerKey('timestamp'),
      world.server.rotateServerKey('snapshot'),
    ]);
    const choice = (json: Uint8Array) => ({ keys: [online(json)], threshold: 1 });
    const outcome = await applyChange(
      world,
      keys,
      { now: Date.now, description: `this server’s keys for ${gun}`, stage: options['stage'] !== undefined },
      // What docker reads first; the other form follows with assay trust upgrade.
      ({ notary }) =>
        changeRoles(
          { notary, tuf1: undefined, collection: undefined },
          gun,
          () => ({ timestamp: choice(timestamp), snapshot: choice(snapshot) }),
          Date.now(),
        ),
    );
    return tellOutcome(invocation, outcome, `${gun} is served and renewed from here (${rootKeys.length} root keys)`);
  },
};
