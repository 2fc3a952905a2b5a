import { createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { WorkloadSettings } from '../../access/directory-settings.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { WorkloadIssuer } from '../../ports/directory.ts';
import { IDENTITY_ALGORITHMS } from './oidc-provider.ts';
import { providerFetch } from './provider-fetch.ts';

const KEEP_KEYS_MS = 10 * 60_000;
/** Unknown key ids ask the issuer again, but not more often than this. */
const MIN_REFRESH_MS = 30_000;
const MAX_TOKEN = 16 * 1024;
const MAX_AGE_SECONDS = 3600;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** Tokens of CI systems (OpenID Connect Discovery 1.0, RFC 7519): issuer, audience, times and an asymmetric signature. */
export function openWorkloadIssuer(settings: WorkloadSettings, now: () => number): WorkloadIssuer {
  let known: { keys: JSONWebKeySet; at: number } | undefined;

  const fetchJson = async (address: string): Promise<unknown> => {
    const response = await providerFetch(address);
    if (response.status !== 200)
      throw new AssayError('directory-unreachable', `${new URL(address).host} answered ${response.status}`);
    return response.json();
  };

  const fetchKeys = async (): Promise<JSONWebKeySet> => {
    try {
      const base = settings.issuer.replace(/\/$/, '');
      const document = discovery.parse(await fetchJson(`${base}/.well-known/openid-configuration`));
      if (document.issuer !== settings.issuer)
        throw new AssayError('directory-refused', `the issuer calls itself ${document.issuer.slice(0, 200)}`);
      const keys = keySet.parse(await fetchJson(document.jwks_uri));
      known = { keys: { keys: keys.keys }, at: now() };
      return known.keys;
    } catch (error) {
      if (isAssayError(error, 'directory-refused')) throw error;
      throw new AssayError(
        'directory-unreachable',
        `the keys of ${settings.issuer} cannot be had: ${error instanceof Error ? error.message.slice(0, 200) : 'failed'}`,
        { cause: error },
      );
    }
  };

  const keys = async (token: string): Promise<JSONWebKeySet> => {
    if (!known || now() - known.at > KEEP_KEYS_MS) return fetchKeys();
    const { kid } = decodeProtectedHeader(token);
    const unknown = kid !== undefined && !known.keys.keys.some((each) => each.kid === kid);
    return unknown && now() - known.at > MIN_REFRESH_MS ? fetchKeys() : known.keys;
  };

  return {
    async verify(token) {
      if (token.length > MAX_TOKEN) throw new AssayError('credentials-invalid', 'the token is too long');
      try {
        // Keys come from the issuer alone: what a token's header says of keys or where to find them is not looked at.
        const { payload } = await jwtVerify(token, createLocalJWKSet(await keys(token)), {
          algorithms: IDENTITY_ALGORITHMS,
          issuer: settings.issuer,
          audience: settings.audience,
          requiredClaims: ['exp', 'iat', 'sub'],
          maxTokenAge: MAX_AGE_SECONDS,
          clockTolerance: 30,
          currentDate: new Date(now()),
        });
        return payload;
      } catch (error) {
        if (isAssayError(error)) throw error;
        const reason = error instanceof errors.JOSEError ? error.message : 'it cannot be read';
        throw new AssayError('credentials-invalid', `the token of ${settings.issuer} is not accepted: ${reason}`, {
          cause: error,
        });
      }
    },
    async test() {
      try {
        const { keys: found } = await fetchKeys();
        return [{ step: 'keys', ok: found.length > 0, detail: `${settings.issuer} has ${found.length} keys` }];
      } catch (error) {
        return [{ step: 'keys', ok: false, detail: error instanceof Error ? error.message : String(error) }];
      }
    },
  };
}
