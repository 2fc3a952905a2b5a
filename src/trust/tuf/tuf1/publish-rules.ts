import { AssayError } from '../../../lib/error.ts';
import type { Envelope } from '../envelope.ts';
import type { Metadata, Root, SignedFile } from '../metadata.ts';
import { expiredText } from '../publish/expired-text.ts';
import { asRejection, rejected } from '../publish/rejection.ts';
import type { PublishRules } from '../publish/validate.ts';
import { requireThreshold } from '../signatures.ts';
import { interpretTuf1, readTuf1Envelope, recallTuf1, tuf1Scheme } from './read.ts';

export const tuf1PublishRules: PublishRules = {
  schemeOf: tuf1Scheme,
  readOuter: readTuf1Envelope,
  interpret: (role, envelope) => interpretTuf1(typeOf(role), envelope),
  recall: (role, sha256) => recallTuf1(typeOf(role), sha256),
  validateRoot,
};

function typeOf(role: string): Metadata['type'] {
  return role === 'root' || role === 'snapshot' || role === 'timestamp' ? role : 'targets';
}

/** A root must follow the one before by one version and be signed by both (specification 1.0.34 section 5.3). */
function validateRoot(
  part: Envelope,
  previous: SignedFile<Root> | undefined,
  _gun: string,
  now: number,
): SignedFile<Root> {
  const version = (previous?.signed.version ?? 0) + 1;
  if (part.signed['version'] !== version)
    throw rejected(
      'ErrBadRoot',
      `Root modifications must increment the version. Current ${version - 1}, new ${String(part.signed['version'])}`,
    );
  return asRejection('ErrBadRoot', () => {
    const file = interpretTuf1('root', part);
    if (previous) requireThreshold('root', file, previous.signed.roles.root, previous.signed.keys, tuf1Scheme);
    requireThreshold('root', file, file.signed.roles.root, file.signed.keys, tuf1Scheme);
    if (!file.signed.consistentSnapshot)
      throw new AssayError(
        'trust-metadata-invalid',
        'the repository keeps consistent snapshots; the root says it does not',
      );
    if (file.signed.expires < now) throw new AssayError('trust-expired', expiredText('root', file.signed.expires));
    return file;
  });
}
