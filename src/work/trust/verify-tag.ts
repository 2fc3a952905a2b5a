import { AssayError } from '../../lib/error.ts';
import type { TrustDialect } from '../../ports/trust-records.ts';
import { findTarget } from '../../trust/tuf/client/find-target.ts';
import { type NotaryOptions, type Collection, updateNotary } from '../../trust/tuf/client/notary-workflow.ts';
import { lookupTag, type SignedTag, signedTag } from '../../trust/tuf/client/signed-tags.ts';
import { updateTuf1 } from '../../trust/tuf/client/tuf1-workflow.ts';
import { requirePinned } from '../../trust/tuf/client/trust-pins.ts';
import type { Root, SignedFile } from '../../trust/tuf/metadata.ts';
import { tuf1Scheme } from '../../trust/tuf/tuf1/read.ts';
import { runWorkflow, type TrustWorld } from './run-workflow.ts';

/** Which collection, at which instant, under which pins. */
export type TrustRequest = Omit<NotaryOptions, 'delegations'>;

/** Brings the trusted metadata of a Notary collection up to date, delegations included, and answers what it says. */
export async function verifyCollection(request: TrustRequest, world: TrustWorld): Promise<Collection> {
  return runWorkflow(updateNotary(request), world);
}

/**
 * The one question before a pull: which manifest did the publisher sign under this tag? Throws `trust-missing` where
 * there is no trust data, `trust-not-signed` where the tag is not in it, and the attack's name for anything wrong.
 */
export async function verifyTag(
  dialect: TrustDialect,
  request: TrustRequest,
  tag: string,
  world: TrustWorld,
): Promise<SignedTag> {
  const found = await (dialect === 'notary' ? fromNotary(request, tag, world) : fromTuf1(request, tag, world));
  if (!found) throw new AssayError('trust-not-signed', `No valid trust data for ${tag}`, { detail: { tag } });
  return found;
}

async function fromNotary(request: TrustRequest, tag: string, world: TrustWorld): Promise<SignedTag | undefined> {
  return lookupTag(await runWorkflow(updateNotary({ ...request, delegations: ['targets/releases'] }), world), tag);
}

async function fromTuf1(
  { gun, now, pins = {} }: TrustRequest,
  tag: string,
  world: TrustWorld,
): Promise<SignedTag | undefined> {
  const acceptFirst = (root: SignedFile<Root>) => requirePinned(root, { gun, now, pins }, false, tuf1Scheme);
  const chain = await runWorkflow(updateTuf1({ now, acceptFirst }), world);
  const found = await runWorkflow(findTarget(chain, tag), world);
  return found && signedTag(tag, found.file, found.role);
}
