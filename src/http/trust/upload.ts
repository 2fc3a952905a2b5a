import type { IncomingMessage } from 'node:http';
import { AssayError } from '../../lib/error.ts';
import type { TrustDialect } from '../../ports/trust-records.ts';
import { isNotaryRole } from '../../trust/tuf/notary/roles.ts';
import { boundaryOf, type FormPart, readForm } from '../multipart.ts';
import { bodyWithin } from '../request-body.ts';
import { sendEmpty } from '../registry/answer.ts';
import type { TrustCall } from './routes.ts';

/** Bytes of one update; the largest metadata file that is read is smaller. */
const MAX_UPDATE_BYTES = 64 * 1024 * 1024;
const MAX_PARTS = 4096;

/** Form fields by dialect: docker and notary send `files`; our own command line sends TUF 1.x metadata as well. */
const FIELDS: Readonly<Record<string, TrustDialect>> = { files: 'notary', 'files-tuf-1.0': 'tuf-1.0' };

/** An atomic publish: multipart/form-data, one part a role, whose file name is the role's name. None is allowed too. */
export async function publishMetadata({ house, request, response, viewer, gun }: TrustCall): Promise<void> {
  await house.trust.publishing.requirePublish(viewer, gun);
  const upload = new Map<TrustDialect, Map<string, Uint8Array>>([['notary', new Map()]]);
  for (const [dialect, role, raw] of await partsOf(request)) {
    const roles = upload.get(dialect) ?? new Map<string, Uint8Array>();
    roles.set(role, raw);
    upload.set(dialect, roles);
  }
  // An update of TUF 1.x alone leaves the other dialect as it is.
  if (upload.size > 1 && upload.get('notary')?.size === 0) upload.delete('notary');
  await house.trust.publishing.publish(viewer, gun, upload);
  sendEmpty(response, 200);
}

async function partsOf(request: IncomingMessage): Promise<[TrustDialect, string, Uint8Array][]> {
  return (await formParts(request)).map(({ name, fileName, bytes }) => {
    const dialect = FIELDS[name];
    const role = fileName?.replace(/\.json$/, '') ?? '';
    if (!dialect || role === '') throw new AssayError('trust-role-missing');
    if (!isNotaryRole(role)) throw new AssayError('trust-role-invalid', undefined, { detail: role.slice(0, 255) });
    return [dialect, role, bytes];
  });
}

/** The parts of a form as they came. Throws `trust-upload-malformed`, `body-too-large`. */
export async function formParts(request: IncomingMessage): Promise<FormPart[]> {
  const boundary = boundaryOf(request.headers['content-type'] ?? '');
  if (boundary === undefined) throw new AssayError('trust-upload-malformed');
  return readForm(await bodyWithin(request, MAX_UPDATE_BYTES, 'body-too-large'), boundary, MAX_PARTS);
}
