import { ApiError, call } from '../api/client.ts';

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (each) => each.charCodeAt(0));
}

function toText(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (each) => String.fromCharCode(each)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Browsers have passkeys on secure pages alone, and never for an address without a name. */
export function canUsePasskeys(): boolean {
  const { hostname } = window.location;
  return 'PublicKeyCredential' in window && !/^[\d.]+$|^\[/.test(hostname);
}

/** Has the browser make a passkey and the server keep it. */
export async function addPasskey(name: string): Promise<void> {
  const wanted = await call('beginPasskey', {});
  const made = await asked(
    navigator.credentials.create({
      publicKey: {
        challenge: toBytes(wanted.challenge),
        rp: { id: wanted.rpId, name: `Assay ${wanted.rpId}` },
        user: { id: toBytes(wanted.userId), name: wanted.userName, displayName: wanted.userName },
        pubKeyCredParams: wanted.algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: wanted.exclude.map((id) => ({ type: 'public-key', id: toBytes(id) })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
      },
    }),
  );
  const { response } = made;
  if (!(response instanceof AuthenticatorAttestationResponse)) throw refused('The browser made no passkey.');
  const publicKey = response.getPublicKey();
  if (!publicKey) throw refused('The authenticator made a kind of key that the browser does not know.');
  await call('addPasskey', {
    body: {
      name,
      clientData: toText(response.clientDataJSON),
      authenticatorData: toText(response.getAuthenticatorData()),
      publicKey: toText(publicKey),
      algorithm: response.getPublicKeyAlgorithm(),
    },
  });
}

/** Has the browser answer with a passkey for this site; afterwards one is signed in. */
export async function signInWithPasskey(): Promise<void> {
  const wanted = await call('beginPasskeySignIn', {});
  const shown = await asked(
    navigator.credentials.get({
      publicKey: { challenge: toBytes(wanted.challenge), rpId: wanted.rpId, userVerification: 'required' },
    }),
  );
  const { response } = shown;
  if (!(response instanceof AuthenticatorAssertionResponse)) throw refused('The browser showed no passkey.');
  await call('signInByPasskey', {
    body: {
      credentialId: toText(shown.rawId),
      clientData: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
    },
  });
}

/** What the browser's dialogue ended with; its refusals in words. */
async function asked(ceremony: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const words: Readonly<Record<string, string>> = {
    NotAllowedError: 'No passkey was used: it was called off, took too long, or there is none for this site.',
    InvalidStateError: 'This authenticator has a passkey of yours already.',
    SecurityError: 'The browser has no passkeys for this address; come by a name over HTTPS.',
  };
  const found = await ceremony.catch((error: unknown) => {
    const name = error instanceof Error ? error.name : '';
    throw refused(words[name] ?? 'The browser could not use a passkey.');
  });
  if (!(found instanceof PublicKeyCredential)) throw refused('The browser showed no passkey.');
  return found;
}

function refused(words: string): ApiError {
  return new ApiError(0, 'passkey-refused', words);
}
