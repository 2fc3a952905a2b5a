import * as oauth from 'oauth4webapi';
import type { OidcSettings } from '../../access/directory-settings.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { DirectoryPerson, DirectoryTestStep, OidcProvider } from '../../ports/directory.ts';
import { providerFetch } from './provider-fetch.ts';

/** Asymmetric algorithms only: a client secret, or a public key taken for one, never signs an identity. */
export const IDENTITY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
];
const KEEP_DISCOVERY_MS = 10 * 60_000;
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * OpenID Connect Core 1.0 with PKCE (RFC 7636), state, nonce and the issuer in the answer (RFC 9207), and the device flow
 * (RFC 8628). The identity token's signature is checked against the issuer's keys even where TLS would do.
 */
export function openOidcProvider(
  settings: OidcSettings,
  clientSecret: string | undefined,
  now: () => number,
): OidcProvider {
  const issuer = new URL(settings.issuer);
  const options = {
    [oauth.customFetch]: providerFetch,
    [oauth.allowInsecureRequests]: issuer.protocol === 'http:',
  };
  const client: oauth.Client = { client_id: settings.clientId };
  const authentication = clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret);
  let known: { server: oauth.AuthorizationServer; at: number } | undefined;

  const discover = async (): Promise<oauth.AuthorizationServer> => {
    if (known && now() - known.at < KEEP_DISCOVERY_MS) return known.server;
    const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oidc' });
    known = { server: await oauth.processDiscoveryResponse(issuer, response), at: now() };
    return known.server;
  };

  const personOf = async (
    server: oauth.AuthorizationServer,
    tokens: oauth.TokenEndpointResponse,
  ): Promise<DirectoryPerson> => {
    await oauth.validateApplicationLevelSignature(server, rawOf.get(tokens) ?? new Response(), options);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (!claims) throw new AssayError('directory-refused', 'the provider sent no identity token');
    const all: Record<string, unknown> = { ...claims };
    if (all[settings.nameClaim] === undefined || all[settings.groupsClaim] === undefined)
      Object.assign(all, await userInfo(server, tokens, claims.sub, all));
    const name = all[settings.nameClaim];
    const groups = all[settings.groupsClaim];
    return {
      externalId: claims.sub,
      name: typeof name === 'string' ? name.toLowerCase() : '',
      email: typeof all['email'] === 'string' && all['email_verified'] !== false ? all['email'] : undefined,
      groups: Array.isArray(groups) ? groups.filter((each) => typeof each === 'string') : [],
    };
  };

  /** Claims that the identity token leaves to the user-info endpoint (OpenID Connect Core section 5.3). */
  const userInfo = async (
    server: oauth.AuthorizationServer,
    tokens: oauth.TokenEndpointResponse,
    subject: string,
    have: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> => {
    if (server.userinfo_endpoint === undefined) return {};
    const response = await oauth.userInfoRequest(server, client, tokens.access_token, options);
    return { ...(await oauth.processUserInfoResponse(server, client, subject, response)), ...have };
  };

  /** The library checks the signature on the answer as it came, so that is kept beside what was read of it. */
  const rawOf = new WeakMap<oauth.TokenEndpointResponse, Response>();
  const process = async (
    response: Response,
    read: (response: Response) => Promise<oauth.TokenEndpointResponse>,
  ): Promise<oauth.TokenEndpointResponse> => {
    const tokens = await read(response);
    rawOf.set(tokens, response);
    return tokens;
  };

  return {
    begin: (request) =>
      guarded(async () => {
        const server = await discover();
        if (server.authorization_endpoint === undefined)
          throw new AssayError('directory-refused', 'the provider has no authorization endpoint');
        const url = new URL(server.authorization_endpoint);
        const parameters = {
          client_id: settings.clientId,
          redirect_uri: request.redirectUri,
          response_type: 'code',
          scope: settings.scopes.join(' '),
          code_challenge: await oauth.calculatePKCECodeChallenge(request.verifier),
          code_challenge_method: 'S256',
          state: request.state,
          nonce: request.nonce,
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url;
      }),
    finish: (request, given) =>
      guarded(async () => {
        const server = await discover();
        const parameters = oauth.validateAuthResponse(server, client, given, request.state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          parameters,
          request.redirectUri,
          request.verifier,
          options,
        );
        const tokens = await process(response, (each) =>
          oauth.processAuthorizationCodeResponse(server, pinned(server), each, {
            expectedNonce: request.nonce,
            requireIdToken: true,
          }),
        );
        return personOf(server, tokens);
      }),
    beginDevice: () =>
      guarded(async () => {
        const server = await discover();
        const parameters = { scope: settings.scopes.join(' ') };
        const response = await oauth.deviceAuthorizationRequest(server, client, authentication, parameters, options);
        const answer = await oauth.processDeviceAuthorizationResponse(server, client, response);
        return {
          deviceCode: answer.device_code,
          userCode: answer.user_code,
          verificationUri: answer.verification_uri,
          verificationUriComplete: answer.verification_uri_complete,
          expiresInSeconds: answer.expires_in,
          intervalSeconds: answer.interval ?? 5,
        };
      }),
    pollDevice: (deviceCode) =>
      guarded(async () => {
        const server = await discover();
        const response = await oauth.deviceCodeGrantRequest(server, client, authentication, deviceCode, options);
        try {
          const tokens = await process(response, (each) =>
            oauth.processDeviceCodeResponse(server, pinned(server), each),
          );
          return await personOf(server, tokens);
        } catch (error) {
          if (error instanceof oauth.ResponseBodyError && error.error === 'authorization_pending') return 'pending';
          if (error instanceof oauth.ResponseBodyError && error.error === 'slow_down') return 'slow-down';
          throw error;
        }
      }),
    async test() {
      const steps: DirectoryTestStep[] = [];
      try {
        known = undefined;
        const server = await guarded(discover);
        steps.push({ step: 'discovery', ok: true, detail: `${server.issuer} answers` });
        const device = server.grant_types_supported?.includes(DEVICE_GRANT) === true;
        steps.push({
          step: 'device flow',
          ok: server.device_authorization_endpoint !== undefined,
          detail:
            device || server.device_authorization_endpoint
              ? 'assay login --oidc works'
              : 'not offered; the console works',
        });
        const keys =
          server.jwks_uri === undefined ? undefined : await guarded(() => providerFetch(server.jwks_uri ?? ''));
        steps.push({
          step: 'keys',
          ok: keys?.status === 200,
          detail: keys ? `${server.jwks_uri} answered ${keys.status}` : 'the provider names no keys',
        });
      } catch (error) {
        steps.push({ step: 'discovery', ok: false, detail: error instanceof Error ? error.message : String(error) });
      }
      return steps;
    },
  };

  /** Takes the first asymmetric algorithm that the provider offers when the one it defaults to is none. */
  function pinned(server: oauth.AuthorizationServer): oauth.Client {
    const offered = server.id_token_signing_alg_values_supported ?? ['RS256'];
    const usable = offered.filter((each) => IDENTITY_ALGORITHMS.includes(each));
    if (usable.length === 0)
      throw new AssayError('directory-refused', 'the provider signs with no algorithm that is accepted here');
    return usable.includes('RS256') ? client : { ...client, id_token_signed_response_alg: usable[0] ?? 'RS256' };
  }
}

/** Failures of the network and of the protocol, told apart; neither signs anybody in. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAssayError(error, 'network-failed', 'address-refused'))
      throw new AssayError('directory-unreachable', `the provider cannot be used: ${error.message}`, { cause: error });
    if (isAssayError(error)) throw error;
    const reason =
      error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError
        ? `${error.error}${error.error_description ? ` (${error.error_description.slice(0, 200)})` : ''}`
        : error instanceof Error
          ? error.message.slice(0, 300)
          : 'failed';
    throw new AssayError('directory-refused', `the provider’s answer does not prove who you are: ${reason}`, {
      cause: error,
    });
  }
}
