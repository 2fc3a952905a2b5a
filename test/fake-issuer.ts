import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** An issuer on loopback that answers whatever a test wants, to see what is believed. */
export interface FakeIssuer extends AsyncDisposable {
  readonly url: string;
  /** Overrides of the discovery document and of the answers of the token endpoint. */
  discovery: Record<string, unknown>;
  tokenAnswer: Record<string, unknown>;
  tokenStatus: number;
  userInfo: Record<string, unknown>;
  /** What the token endpoint was last asked. */
  asked: URLSearchParams | undefined;
  readonly publicJwk: Record<string, unknown>;
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  /** Signs with a key that the issuer does not have. */
  forge(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const foreign = await generateKeyPair('RS256');
  const publicJwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const server: Server = createServer((request, response) => {
    const send = (value: unknown, status = 200) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const path = (request.url ?? '').split('?')[0];
    if (path === '/.well-known/openid-configuration')
      return send({
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        userinfo_endpoint: `${issuer.url}/userinfo`,
        device_authorization_endpoint: `${issuer.url}/device`,
        jwks_uri: `${issuer.url}/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
        authorization_response_iss_parameter_supported: true,
        ...issuer.discovery,
      });
    if (path === '/jwks') return send({ keys: [publicJwk] });
    if (path === '/userinfo') return send(issuer.userInfo);
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      issuer.asked = new URLSearchParams(text);
      send({ access_token: 'at', token_type: 'Bearer', ...issuer.tokenAnswer }, issuer.tokenStatus);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sign =
    (key: CryptoKey) =>
    (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);
  const issuer: FakeIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    discovery: {},
    tokenAnswer: {},
    tokenStatus: 200,
    userInfo: {},
    asked: undefined,
    publicJwk,
    sign: sign(privateKey),
    forge: sign(foreign.privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
}

/** A token without a signature, or signed with a shared secret, as an attacker would make it. */
export async function handMade(alg: 'none' | 'HS256', claims: Record<string, unknown>, secret = ''): Promise<string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  if (alg === 'none') return `${encode({ alg })}.${encode(claims)}.`;
  return new SignJWT(claims).setProtectedHeader({ alg, kid: 'k1' }).sign(Buffer.from(secret));
}
