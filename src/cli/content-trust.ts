import { AssayError, isAssayError } from '../lib/error.ts';
import { formatReference, parseReference, type RegistryReference } from '../oci/reference.ts';
import { verifyTag } from '../work/trust/verify-tag.ts';
import type { Invocation, Option } from './command.ts';
import { printable } from './terminal.ts';
import { namedCollection, trustServerOption } from './trust-session.ts';

/** Options of every command that can hold to signed images. */
export const contentTrustOptions: readonly Option[] = [
  {
    flags: '--content-trust',
    summary: 'take only what is signed under the tag ($ASSAY_CONTENT_TRUST=1, $DOCKER_CONTENT_TRUST=1)',
  },
  { flags: '--disable-content-trust', summary: 'take what the registry gives, whatever the environment says' },
  trustServerOption,
];

/** Whether this command holds to signed images; an option outranks the environment, ours outranks docker's. */
export function trustIsOn({ options, environment }: Pick<Invocation, 'options' | 'environment'>): boolean {
  if (options['disableContentTrust'] === true) return false;
  if (options['contentTrust'] === true) return true;
  const word = environment['ASSAY_CONTENT_TRUST'] ?? environment['DOCKER_CONTENT_TRUST'] ?? '';
  return /^(?:1|t|true|yes|on)$/i.test(word);
}

/**
 * The image that was signed under the tag: the same reference with its digest, where trust is on. A digest says already
 * which image is meant. There is no way from a failed check to what the registry gives: it throws the attack's name.
 */
export async function trustedReference(
  invocation: Invocation,
  reference: RegistryReference,
): Promise<RegistryReference> {
  if (!trustIsOn(invocation) || reference.digest !== undefined) return reference;
  const { gun, world } = await namedCollection(invocation, formatReference(reference));
  const tag = reference.tag ?? 'latest';
  const { pins, warn } = world;
  try {
    const { digest, role } = await verifyTag('notary', { gun, now: Date.now(), ...(pins && { pins }) }, tag, {
      fetch: world.server.metadata.notary,
      files: world.files.notary,
      ...(warn && { warn }),
    });
    invocation.terminal.err(`${printable(gun)}:${printable(tag)} is signed by ${printable(role)} as ${digest}`);
    return { ...reference, digest };
  } catch (error) {
    throw explained(error, gun, tag);
  }
}

/** The invocation with its first argument replaced by the signed image, where that is an image of a registry. */
export async function withTrustedImage(invocation: Invocation): Promise<Invocation> {
  if (!trustIsOn(invocation)) return invocation;
  const [first = '', ...rest] = invocation.args;
  const reference = parseReference(first);
  if (reference.transport !== 'registry' || reference.host === undefined) return invocation;
  return { ...invocation, args: [formatReference(await trustedReference(invocation, reference)), ...rest] };
}

const CURES: Readonly<Partial<Record<string, string>>> = {
  'trust-missing': 'nobody has signed this repository; its publisher begins with assay trust sign',
  'trust-not-signed': 'the tag is there, but nobody who may has signed it',
  'trust-expired':
    'either its publisher has not renewed it, or somebody shows you an old state (freeze); check the clock of this machine too',
  'trust-rollback': 'the server shows an older state than this machine has seen: somebody may be rolling it back',
  'trust-version-mismatch': 'files of different times are shown together (mix and match)',
  'trust-hash-mismatch': 'what was sent is not what was signed: it was changed on the way or on the server',
  'trust-threshold': 'the signatures are not those of the keys that must sign: it may have been tampered with',
  'trust-root-changed':
    'the root of trust was replaced by one that the old keys did not sign. If its publisher began anew and tells you so by another way, forget the old one: remove the collection’s folder below ~/.local/share/assay/trust',
  'trust-not-pinned': 'it is signed, but not by whom you pinned',
  'trust-endless-data': 'the server sends more than such a file can have',
};

/** A refusal with what it means for who asked for the tag. */
export function explained(error: unknown, gun: string, tag: string): unknown {
  if (!isAssayError(error) || !error.code.startsWith('trust-')) return error;
  const cure = CURES[error.code];
  const words = cure === undefined ? error.message : `${error.message} (${cure})`;
  return new AssayError(error.code, `refused ${gun}:${tag}: ${words}`, { cause: error, detail: error.detail });
}
