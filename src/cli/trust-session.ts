import { AssayError } from '../lib/error.ts';
import { parseRegistryReference, type RegistryReference } from '../oci/reference.ts';
import type { OwnerWorld } from '../work/trust/owner/load.ts';
import type { OwnerKeys } from '../work/trust/owner/owner-keys.ts';
import { ringKeys } from '../work/trust/owner/ring-keys.ts';
import type { Invocation, Option } from './command.ts';
import { accessOptions, imageAccess, textOption } from './image-report.ts';
import { keyOptions, openKeyRing, storeOption } from './key-ring.ts';
import { trustPins } from './trust-pins.ts';

export const trustServerOption: Option = {
  flags: '--trust-server <host>',
  summary: 'another trust server than the registry itself ($ASSAY_CONTENT_TRUST_SERVER, $DOCKER_CONTENT_TRUST_SERVER)',
};

/** Options of every command that speaks to a trust server. */
export const trustServerOptions: readonly Option[] = [trustServerOption, ...accessOptions];

/** Options of commands that sign. */
export const ownerOptions: readonly Option[] = [
  {
    flags: '--stage <file>',
    summary: 'publish nothing: write the change to a file, to be signed by the others with assay trust witness',
  },
  storeOption,
  ...keyOptions,
  ...trustServerOptions,
];

/** A collection as the command line names it. */
export interface NamedCollection {
  readonly reference: RegistryReference;
  /** As docker spells it: host, port and repository. */
  readonly gun: string;
  readonly world: OwnerWorld;
}

export async function namedCollection(
  invocation: Invocation,
  name = invocation.args[0] ?? '',
): Promise<NamedCollection> {
  const { options, environment, open, terminal } = invocation;
  const reference = parseRegistryReference(name);
  if (reference.host === undefined)
    throw new AssayError('reference-invalid', `name the registry too, as in 127.0.0.1:5000/${reference.repository}`);
  const gun = `${reference.host}/${reference.repository}`;
  const host =
    textOption(options, 'trustServer') ??
    environment['ASSAY_CONTENT_TRUST_SERVER'] ??
    environment['DOCKER_CONTENT_TRUST_SERVER'] ??
    (reference.host === 'docker.io' ? 'notary.docker.io' : reference.host);
  const opened = await open.trust(hostIn(host), gun, imageAccess(invocation));
  const pins = await trustPins(environment);
  return { reference, gun, world: { ...opened, pins, warn: (text) => terminal.err(`warning: ${text}`) } };
}

/** A host from a host or an https URL, as docker's variable has it. */
function hostIn(text: string): string {
  if (!text.includes('://')) return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || (url.pathname !== '/' && url.pathname !== ''))
    throw new AssayError('usage-invalid', `valid https URL required for trust server, got ${text}`);
  return url.host;
}

export interface OwnerSession extends NamedCollection {
  readonly keys: OwnerKeys;
}

export async function ownerSession(invocation: Invocation): Promise<OwnerSession> {
  const ring = await openKeyRing(invocation);
  const keys = ringKeys(ring, (text) => invocation.terminal.err(text));
  return { ...(await namedCollection(invocation)), keys };
}

/** The tag of the reference. Throws `usage-invalid` when there is none. */
export function requireTag({ tag, repository }: RegistryReference): string {
  if (tag !== undefined) return tag;
  throw new AssayError('usage-invalid', `name a tag, as in ${repository}:1.0`);
}
