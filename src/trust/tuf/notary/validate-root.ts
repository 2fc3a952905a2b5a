import { AssayError } from '../../../lib/error.ts';
import type { Envelope } from '../envelope.ts';
import type { Root, SignedFile } from '../metadata.ts';
import { validSigners } from '../signatures.ts';
import { expiredText } from '../publish/expired-text.ts';
import { asRejection, rejected } from '../publish/rejection.ts';
import { interpretNotary, notaryScheme } from './read.ts';
import { rootCertificates } from './root-certificates.ts';

/** Validates an uploaded root against the one in force (none at the first publish), in notary-server's order. */
export function validateRoot(
  part: Envelope,
  previous: SignedFile<Root> | undefined,
  gun: string,
  now: number,
): SignedFile<Root> {
  requireNextVersion(part, previous);
  const file = asRejection('ErrBadRoot', () => interpretNotary('root', part) as SignedFile<Root>);
  asRejection('ErrBadRoot', () => {
    requireTrustedRoot(file, previous, gun, now);
    if (file.signed.expires < now) throw new AssayError('trust-expired', expiredText('root', file.signed.expires));
  });
  return file;
}

function requireNextVersion(part: Envelope, previous: SignedFile<Root> | undefined): void {
  const current = previous?.signed.version ?? 1;
  const version = part.signed['version'];
  if (version !== current && version !== current + 1)
    throw rejected(
      'ErrBadRoot',
      `Root modifications must increment the version. Current ${current}, new ${String(version)}`,
    );
}

/**
 * The chain of trust of roots as Notary has it: the new root's own certificates must be valid for the GUN and meet its
 * threshold, and where a root is known already, so must that one's keys (their expiry does not matter any more).
 */
export function requireTrustedRoot(
  file: SignedFile<Root>,
  previous: SignedFile<Root> | undefined,
  gun: string,
  now: number,
): void {
  const { keys, roles } = file.signed;
  const valid = roles.root.keyIds.filter((id) => {
    const key = keys.get(id);
    return key !== undefined && rootCertificates(key, gun, now) !== undefined;
  });
  if (valid.length === 0)
    throw new AssayError(
      'trust-wrong-key',
      'could not validate the path to a trusted root: unable to retrieve valid leaf certificates',
    );
  if (previous) {
    const { keys: oldKeys, roles: oldRoles } = previous.signed;
    if (validSigners(file, oldRoles.root, oldKeys, notaryScheme).size < oldRoles.root.threshold)
      throw new AssayError(
        'trust-root-changed',
        'could not rotate trust to a new trusted root: failed to validate data with current trusted certificates',
      );
  }
  const signers = validSigners(file, { ...roles.root, keyIds: valid }, keys, notaryScheme);
  if (signers.size < roles.root.threshold)
    throw new AssayError(
      'trust-threshold',
      'could not validate the path to a trusted root: failed to validate integrity of roots',
    );
}
