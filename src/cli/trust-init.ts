import { AssayError } from '../lib/error.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { beginCollection } from '../work/trust/owner/initialise.ts';
import type { Command } from './command.ts';
import { countOption, listOption, publicKeyFrom, rootCertificateFrom } from './trust-keys.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Begins signing a repository: makes a repository key (and, at the very first use, your root key), names both and the server’s keys in a root, and publishes it for docker, notary and TUF clients alike.',
  args: [{ name: 'repository', summary: 'registry/repository' }],
  options: [
    {
      flags: '--root-certificate <file>',
      summary: 'another holder’s root certificate for this repository (several)',
      many: true,
    },
    { flags: '--root-threshold <n>', summary: 'how many root keys must sign a root (default: 1)' },
    {
      flags: '--targets-key <file>',
      summary: 'another holder’s public key for the repository role (several)',
      many: true,
    },
    {
      flags: '--targets-threshold <n>',
      summary: 'how many repository keys must sign tags and delegations (default: 1)',
    },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust init 127.0.0.1:5000/shop/app', 'one root key, one repository key'],
    [
      'assay trust init 127.0.0.1:5000/shop/app --root-certificate bob.crt --root-certificate carol.crt --root-threshold 2',
      'two of three root keys: losing one ends nothing',
    ],
  ],
  async run(invocation) {
    const { options } = invocation;
    const { gun, world, keys } = await ownerSession(invocation);
    const otherRoots = await Promise.all(
      listOption(options, 'rootCertificate').map((path) => rootCertificateFrom(path, gun)),
    );
    const otherTargets = await Promise.all(listOption(options, 'targetsKey').map(publicKeyFrom));
    const wanted = {
      otherRoots,
      rootThreshold: countOption(options, 'rootThreshold', 1),
      otherTargets,
      targetsThreshold: countOption(options, 'targetsThreshold', 1),
    };
    const change = { now: Date.now, description: `begin signing ${gun}`, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, async (owned) => {
      if (owned.notary)
        throw new AssayError('already-exists', `${gun} is signed already; see assay trust status ${gun}`);
      return (await beginCollection(world, keys, wanted, Date.now())).drafts;
    });
    return tellOutcome(invocation, outcome, `${gun} is ready to be signed: assay trust sign ${gun}:TAG`);
  },
};
