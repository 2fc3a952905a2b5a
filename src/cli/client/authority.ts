import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { getAuthority } from '../../contract/authority.ts';
import { AssayError } from '../../lib/error.ts';

const MAX_BYTES = 64 * 1024;

/** Asks a server for its authority, over a connection that nothing vouches for yet. */
export async function loadAuthority(
  server = '127.0.0.1:5000',
): Promise<{ host: string; pem: string; fingerprint: string }> {
  const url = new URL(getAuthority.path, server.includes('://') ? server : `https://${server}`);
  const { status, body } = await get(url).catch((cause: unknown) => {
    throw new AssayError('network-failed', `cannot reach ${url.host}`, { cause });
  });
  if (status !== 200)
    throw new AssayError('not-found', `${url.host} has no authority of its own to give (it answered ${status})`);
  return { host: url.host, ...getAuthority.answer.parse(JSON.parse(body)) };
}

function get(url: URL): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const done = (response: IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
        if (body.length > MAX_BYTES) response.destroy(new Error('too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    };
    const outgoing =
      url.protocol === 'https:'
        ? requestTls(url, { rejectUnauthorized: false, timeout: 10_000 }, done)
        : requestPlain(url, { timeout: 10_000 }, done);
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
