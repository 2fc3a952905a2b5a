import { keyFromSpki } from '../../trust/keys/public-key.ts';
import { notaryKey } from '../../trust/tuf/notary/key.ts';
import { AssayError } from '../../lib/error.ts';
import { sendJson } from '../registry/answer.ts';
import type { TrustCall } from './routes.ts';

function isOnline(role: string): role is 'timestamp' | 'snapshot' {
  return role === 'timestamp' || role === 'snapshot';
}

export async function getServerKey({ house, viewer, gun, response }: TrustCall, role: string): Promise<void> {
  if (!isOnline(role)) throw new AssayError('trust-metadata-unknown');
  sendKey(response, await house.trust.serverKeys.current(viewer, gun, role));
}

export async function rotateServerKey({ house, viewer, gun, response }: TrustCall, role: string): Promise<void> {
  if (!isOnline(role)) throw new AssayError('trust-metadata-unknown');
  sendKey(response, await house.trust.serverKeys.rotate(viewer, gun, role));
}

function sendKey(response: TrustCall['response'], spki: Uint8Array): void {
  const key = keyFromSpki(spki);
  if (!key) throw new AssayError('internal', 'a stored key cannot be read');
  const { keytype, keyval } = notaryKey(key);
  sendJson(response, 200, { keytype, keyval: { public: keyval.public, private: null } });
}
