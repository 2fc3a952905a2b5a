import { AssayError } from '../lib/error.ts';
import type { PublicKey } from '../trust/keys/public-key.ts';
import { type TopLevelRole, topLevelRoles } from '../trust/tuf/metadata.ts';
import { applyChange } from '../work/trust/owner/apply.ts';
import { changeRoles } from '../work/trust/owner/changes.ts';
import { online, publicKey } from '../work/trust/owner/initialise.ts';
import { canonicalIdOf, changedChoice, namedKeys } from '../work/trust/owner/role-change.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { publicKeyFrom, rootCertificateFrom } from './trust-keys.ts';
import { tellOutcome } from './trust-outcome.ts';
import { type OwnerSession, ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Replaces a key. For timestamp and snapshot the server makes the new one; for root and targets it is made here, or given. Clients that know the old root follow, since it signs the new one.',
  args: [
    { name: 'repository', summary: 'registry/repository' },
    { name: 'role', summary: 'root, targets, snapshot or timestamp' },
  ],
  options: [
    { flags: '--replace <id>', summary: 'which key goes, when the role has several' },
    { flags: '--key <file>', summary: 'the key that comes (a certificate for root) instead of a new one made here' },
    ...ownerOptions,
  ],
  examples: [
    ['assay trust rotate 127.0.0.1:5000/shop/app targets', 'a new repository key; what it has signed is signed again'],
    ['assay trust rotate 127.0.0.1:5000/shop/app timestamp', 'the server’s key'],
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const role = args[1] ?? '';
    if (!isTopLevel(role))
      throw new AssayError('usage-invalid', `${role} is no role of a root; use root, targets, snapshot or timestamp`);
    const session = await ownerSession(invocation);
    const { gun, world, keys } = session;
    const incoming = await incomingKey(session, role, textOption(options, 'key'));
    const replace = textOption(options, 'replace');
    const description = `a new ${role} key for ${gun}`;
    const change = { now: Date.now, description, stage: options['stage'] !== undefined };
    const outcome = await applyChange(world, keys, change, (owned) =>
      changeRoles(
        owned,
        gun,
        (choices) => {
          const standing = choices[role];
          const all = role === 'timestamp' || role === 'snapshot' || standing.keys.length === 1;
          if (!all && replace === undefined)
            throw new AssayError(
              'usage-invalid',
              `${role} has ${standing.keys.length} keys (${standing.keys.map((key) => canonicalIdOf(key).slice(0, 12)).join(', ')}); say which goes: --replace ID`,
            );
          const remove = all ? standing.keys : namedKeys(standing, [replace ?? ''], role);
          return { [role]: changedChoice(standing, { add: [incoming], remove }) };
        },
        Date.now(),
      ),
    );
    return tellOutcome(
      invocation,
      outcome,
      `${role} of ${gun} has the new key ${canonicalIdOf(incoming).slice(0, 12)}`,
    );
  },
};

export function isTopLevel(role: string): role is TopLevelRole {
  return (topLevelRoles as readonly string[]).includes(role);
}

async function incomingKey(
  { gun, world, keys }: OwnerSession,
  role: TopLevelRole,
  file: string | undefined,
): Promise<PublicKey> {
  if (role === 'timestamp' || role === 'snapshot') return online(await world.server.rotateServerKey(role));
  if (role === 'targets')
    return file === undefined ? publicKey(await keys.create('targets', gun)) : publicKeyFrom(file);
  if (file !== undefined) return rootCertificateFrom(file, gun);
  return keys.certificate(await keys.newRoot(), gun, Date.now());
}
