import { readFileSync } from 'node:fs';
import { AssayError } from '../lib/error.ts';
import type { TrustServer } from '../ports/trust-server.ts';
import { applyChange, type Outcome } from '../work/trust/owner/apply.ts';
import { changeRoles } from '../work/trust/owner/changes.ts';
import { online } from '../work/trust/owner/initialise.ts';
import type { OwnerWorld } from '../work/trust/owner/load.ts';
import { dumpedCollection } from '../work/trust/owner/notary-dump.ts';
import type { OwnerKeys } from '../work/trust/owner/owner-keys.ts';
import { dumpedKeys, variableOf } from '../work/trust/owner/signer-dump.ts';
import { takeOver } from '../work/trust/owner/take-over.ts';
import type { Command, Invocation } from './command.ts';
import { imageAccess, textOption } from './image-report.ts';
import { tellOutcome } from './trust-outcome.ts';
import { ownerOptions, ownerSession } from './trust-session.ts';

export const command: Command = {
  description:
    'Takes over the trust data of a repository from another Notary server or a dump of its database, byte for byte, so that clients which know its roots go on with it. With a dump of notary-signer’s database its timestamp and snapshot keys move too, and nothing needs to be signed. Without it, and with the root key at hand, a new root names this server’s keys; that has to be done before the old timestamp expires.',
  args: [
    { name: 'repository', summary: 'registry/repository, as clients spell it: the name is part of what was signed' },
  ],
  options: [
    { flags: '--from <host>', summary: 'the Notary server to take it from' },
    { flags: '--dump <file>', summary: 'or a dump of its database: pg_dump, mysqldump, sqlite3 .dump' },
    {
      flags: '--signer-dump <file>',
      summary: 'a dump of notary-signer’s database; its passphrases come from NOTARY_SIGNER_<ALIAS>, as it reads them',
    },
    { flags: '--keep-keys', summary: 'only take over; name no new keys' },
    ...ownerOptions,
  ],
  examples: [
    [
      'assay trust import-notary registry.example:5000/shop/app --from notary.example:4443',
      'metadata and root history; then a root with this server’s keys',
    ],
    [
      'assay trust import-notary registry.example:5000/shop/app --dump notaryserver.sql --signer-dump notarysigner.sql',
      'metadata and server keys from the databases; no root key is needed',
    ],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { gun, world, keys } = await ownerSession(invocation);
    const source = await sourceOf(invocation, gun);
    const signerDump = textOption(options, 'signerDump');
    const dump = signerDump === undefined ? undefined : readDump(signerDump);
    const taken = await takeOver(source, world.server, Date.now(), async (root) =>
      dump ? dumpedKeys(dump, root, (alias) => process.env[variableOf(alias)]) : new Map(),
    );
    terminal.out(`${gun}: ${taken.roots} roots and ${taken.roles} other files are here, as ${source.host} had them`);
    if (taken.keys.length > 0) terminal.out(`the keys of ${taken.keys.join(' and ')} are here too`);
    // Who holds the snapshot key signs snapshots; the timestamp is always the server's.
    if (taken.keys.includes('timestamp')) {
      terminal.out('they were known elsewhere: once it is convenient, assay trust rotate replaces them with new ones');
      return 0;
    }
    if (options['keepKeys'] === true) return 0;
    const outcome = await nameOwnKeys(invocation, { gun, world, keys });
    return tellOutcome(invocation, outcome, `${gun} is served and renewed from here`);
  },
};

async function sourceOf(invocation: Invocation, gun: string): Promise<Pick<TrustServer, 'gun' | 'host' | 'metadata'>> {
  const { options, open } = invocation;
  const [from, dump] = [textOption(options, 'from'), textOption(options, 'dump')];
  if (from !== undefined && dump === undefined) {
    const { server } = await open.trust(from, gun, imageAccess(invocation));
    return { gun: server.gun, host: from, metadata: server.metadata };
  }
  if (dump !== undefined && from === undefined) return dumpedCollection(readDump(dump), gun);
  throw new AssayError('usage-invalid', 'name where to take it from: --from HOST, or --dump FILE');
}

function readDump(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AssayError('input-invalid', `cannot read ${path}`, { cause });
  }
}

/** A root that names this server's keys; what docker reads first, the other form follows with assay trust upgrade. */
async function nameOwnKeys(
  { options }: Invocation,
  { gun, world, keys }: { gun: string; world: OwnerWorld; keys: OwnerKeys },
): Promise<Outcome> {
  const [timestamp, snapshot] = await Promise.all([
    world.server.rotateServerKey('timestamp'),
    world.server.rotateServerKey('snapshot'),
  ]);
  const choice = (json: Uint8Array) => ({ keys: [online(json)], threshold: 1 });
  const change = { now: Date.now, description: `this server’s keys for ${gun}`, stage: options['stage'] !== undefined };
  return applyChange(world, keys, change, ({ notary }) =>
    changeRoles(
      { notary, tuf1: undefined, collection: undefined },
      gun,
      () => ({ timestamp: choice(timestamp), snapshot: choice(snapshot) }),
      Date.now(),
    ),
  );
}
