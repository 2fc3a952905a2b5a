import { AssayError, isAssayError } from '../lib/error.ts';
import type { Digest } from '../oci/digest.ts';
import { parseTag } from '../oci/names.ts';
import type { RegistryReference } from '../oci/reference.ts';
import { loadOwned } from '../work/trust/owner/load.ts';
import { type RoleStatus, trustStatus, type TrustStatus } from '../work/trust/owner/status.ts';
import type { Command, Invocation } from './command.ts';
import { imageAccess } from './image-report.ts';
import { printable, table } from './terminal.ts';
import { namedCollection, trustServerOptions } from './trust-session.ts';

export const command: Command = {
  description:
    'Shows who signs a repository: tags with their signers, keys and thresholds, what expires when, and where the registry gives out something else than was signed. Everything shown is verified.',
  args: [{ name: 'repository', summary: 'registry/repository, or one tag of it' }],
  options: [{ flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] }, ...trustServerOptions],
  examples: [['assay trust status 127.0.0.1:5000/shop/app', 'tags, signers, keys, warnings']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { gun, world, reference } = await namedCollection(invocation);
    const owned = await loadOwned(world, Date.now());
    const status = trustStatus(owned, gun, Date.now(), await world.server.offersTuf1());
    const tags = reference.tag === undefined ? status.tags : status.tags.filter((each) => each.tag === reference.tag);
    if (reference.tag !== undefined && tags.length === 0)
      throw new AssayError('trust-not-signed', `nobody has signed ${reference.tag} of ${gun}`);
    const rows = await Promise.all(
      tags.map(async (each) => ({ ...each, registryDigest: await registryDigest(invocation, reference, each.tag) })),
    );
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, ...toJson(status), tags: rows }, null, 2));
    else print(invocation, status, rows);
    return rows.some((row) => row.registryDigest !== undefined && row.registryDigest !== row.digest) ? 1 : 0;
  },
};

type Row = TrustStatus['tags'][number] & { readonly registryDigest: Digest | undefined };

async function registryDigest(
  invocation: Invocation,
  reference: RegistryReference,
  tag: string,
): Promise<Digest | undefined> {
  try {
    const named = { ...reference, tag: parseTag(tag), digest: undefined };
    await using source = await invocation.open.image(named, imageAccess(invocation));
    return (await source.root()).digest;
  } catch (error) {
    if (isAssayError(error, 'manifest-unknown', 'name-unknown', 'not-found', 'tag-invalid')) return undefined;
    throw error;
  }
}

function toJson({ roles, delegations, ...rest }: TrustStatus): Record<string, unknown> {
  const shape = ({ expires, ...role }: RoleStatus) => ({
    ...role,
    ...(expires !== undefined && { expiresAt: new Date(expires).toISOString() }),
  });
  return { ...rest, roles: roles.map(shape), delegations: delegations.map(shape) };
}

function print({ terminal }: Invocation, status: TrustStatus, rows: readonly Row[]): void {
  terminal.out(terminal.style('bold', printable(status.gun)));
  terminal.out('');
  if (rows.length === 0) terminal.out('no tag is signed');
  else
    terminal.out(
      table(
        terminal,
        ['TAG', 'DIGEST', 'SIGNED BY', 'REGISTRY'],
        rows.map((row) => [
          printable(row.tag),
          row.digest.slice(7, 19),
          row.signers.length > 0
            ? row.signers.map((each) => each.replace('targets/', '')).join(', ')
            : 'repository key',
          row.registryDigest === undefined
            ? 'not there'
            : row.registryDigest === row.digest
              ? 'the same'
              : `gives ${row.registryDigest.slice(7, 19)}, which nobody signed`,
        ]),
      ),
    );
  terminal.out('');
  terminal.out(
    table(
      terminal,
      ['ROLE', 'VERSION', 'GOOD UNTIL', 'SIGNATURES', 'KEYS'],
      [...status.roles, ...status.delegations].map((role) => [
        role.role,
        role.version === undefined ? '-' : String(role.version),
        role.expires === undefined ? '-' : new Date(role.expires).toISOString().slice(0, 10),
        role.broken === undefined ? `${role.threshold} of ${role.keys.length}` : printable(role.broken),
        role.keys.map((id) => id.slice(0, 12)).join(' '),
      ]),
    ),
  );
  terminal.out('');
  terminal.out(`TUF 1.x repository: ${status.tuf1}`);
  for (const warning of status.warnings) terminal.err(terminal.style('yellow', `warning: ${printable(warning)}`));
}
