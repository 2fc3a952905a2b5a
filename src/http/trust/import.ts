import { AssayError } from '../../lib/error.ts';
import { type OnlineRole, onlineRoles } from '../../ports/signer-service.ts';
import { isNotaryRole } from '../../trust/tuf/notary/roles.ts';
import { sendJson } from '../registry/answer.ts';
import type { TrustCall } from './routes.ts';
import { formParts } from './upload.ts';

/**
 * Takes over a collection of another server: parts `<version>.root` for every root, one for each other role, and
 * `timestamp.key` and `snapshot.key` (DER PKCS#8) where the other server's keys come along.
 */
export async function importCollection({ house, request, response, viewer, gun }: TrustCall): Promise<void> {
  const roots = new Map<number, Uint8Array>();
  const files = new Map<string, Uint8Array>();
  const keys = new Map<OnlineRole, Uint8Array>();
  for (const { fileName = '', bytes } of await formParts(request)) {
    const version = /^(\d{1,9})\.root$/.exec(fileName)?.[1];
    const keyOf = onlineRoles.find((role) => fileName === `${role}.key`);
    if (keyOf) keys.set(keyOf, bytes);
    else if (version !== undefined) roots.set(Number(version), bytes);
    else if (isNotaryRole(fileName) && fileName !== 'root') files.set(fileName, bytes);
    else throw new AssayError('trust-role-invalid', undefined, { detail: fileName.slice(0, 255) });
  }
  sendJson(response, 200, await house.trust.imports.take(viewer, gun, { roots, files, keys }));
}
