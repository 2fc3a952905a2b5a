import { randomUUID } from 'node:crypto';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { ErrorCode } from '../../lib/error-table.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { FindCredential } from '../../ports/credentials.ts';
import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts';
import type { OnlineRole } from '../../ports/signer-service.ts';
import type { TrustDialect } from '../../ports/trust-records.ts';
import type { TrustServer, TrustUpdate } from '../../ports/trust-server.ts';
import type { FetchMetadata } from '../../ports/trusted-files.ts';
import { RegistryClient } from './registry-client.ts';

const MAX_KEY = 256 * 1024;
const MAX_ERROR = 256 * 1024;
const FIELDS: Readonly<Record<TrustDialect, string>> = { notary: 'files', 'tuf-1.0': 'files-tuf-1.0' };
const FOLDERS: Readonly<Record<TrustDialect, string>> = { notary: 'tuf', 'tuf-1.0': 'metadata' };

/** A collection on a trust server, reached as a registry is: same sign-ins, authorities and tokens. */
export function openTrustServer(
  host: string,
  gun: string,
  access: { http: HttpClient; credentials: FindCredential },
): TrustServer {
  const client = new RegistryClient(host, access);
  const base = `/v2/${gun}/_trust/`;
  const scope = (actions: string) => [`repository:${gun}:${actions}`];

  const metadata = (dialect: TrustDialect): FetchMetadata => {
    const folder = `${base}${FOLDERS[dialect]}/`;
    return async (name, maxBytes, signal) => {
      const answer = await client.send({
        method: 'GET',
        path: folder + name,
        scopes: scope('pull'),
        expected: [404],
        signal,
      });
      if (answer.status === 404) {
        answer.discard();
        return undefined;
      }
      return bounded(answer, name, maxBytes);
    };
  };

  const key = async (method: 'GET' | 'POST', role: OnlineRole): Promise<Uint8Array> => {
    const actions = method === 'GET' ? 'push,pull' : '*';
    const answer = await client.send({ method, path: `${base}tuf/${role}.key`, scopes: scope(actions) });
    return collectBytes(answer.body, MAX_KEY, `the ${role} key`);
  };

  return {
    gun,
    host,
    metadata: { notary: metadata('notary'), 'tuf-1.0': metadata('tuf-1.0') },
    async offersTuf1() {
      const answer = await client.send({
        method: 'GET',
        path: `${base}metadata/`,
        scopes: scope('pull'),
        expected: [400, 401, 403, 404, 405],
      });
      answer.discard();
      return answer.status === 200;
    },
    async publish(update) {
      const boundary = randomUUID();
      const body = formOf(update, boundary);
      const answer = await client.send({
        method: 'POST',
        path: `${base}tuf/`,
        headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
        body: () => body,
        scopes: scope('push,pull'),
        expected: [400, 422],
      });
      if (answer.status !== 200) throw await refusal(answer);
      answer.discard();
    },
    async importCollection(parts) {
      const boundary = randomUUID();
      const body = formOf(
        parts.map(({ name, raw }) => ({ dialect: 'notary', role: name, raw })),
        boundary,
      );
      const answer = await client.send({
        method: 'POST',
        path: `${base}import`,
        headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
        body: () => body,
        scopes: scope('*'),
        expected: [409],
      });
      answer.discard();
      if (answer.status === 409)
        throw new AssayError('already-exists', `${gun} has trust data here already; nothing was taken over`);
    },
    serverKey: (role) => key('GET', role),
    rotateServerKey: (role) => key('POST', role),
    async deleteAll() {
      (await client.send({ method: 'DELETE', path: `${base}tuf/`, scopes: scope('*') })).discard();
    },
  };
}

/** multipart/form-data (RFC 7578) with the role as file name, slashes and all. */
function formOf(update: TrustUpdate, boundary: string): Buffer {
  const parts = update.flatMap(({ dialect, role, raw }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${FIELDS[dialect]}"; filename="${role}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    raw,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

async function bounded(answer: HttpAnswer, name: string, maxBytes: number): Promise<Uint8Array> {
  const tooLong = () => new AssayError('trust-endless-data', `${name} has more than ${maxBytes} bytes`);
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) {
    answer.discard();
    throw tooLong();
  }
  try {
    return await collectBytes(answer.body, maxBytes, name);
  } catch (error) {
    throw isAssayError(error, 'content-budget-exceeded') ? tooLong() : error;
  }
}

/** The server's own words for what is wrong with an update. */
async function refusal(answer: HttpAnswer): Promise<AssayError> {
  const text = Buffer.from(await collectBytes(answer.body, MAX_ERROR, 'the error')).toString('utf8');
  try {
    const [error] = (JSON.parse(text) as { errors: { code: string; message: string; detail?: unknown }[] }).errors;
    if (error) {
      const code: ErrorCode = error.code === 'VERSION' ? 'trust-version' : 'trust-update-invalid';
      return new AssayError(code, reasonOf(error.detail) ?? error.message, { detail: error.detail });
    }
  } catch {
    // Not the error form of the protocol: the status alone tells.
  }
  return new AssayError('remote-refused', `the trust server refused the update with status ${answer.status}`);
}

function reasonOf(detail: unknown): string | undefined {
  if (typeof detail !== 'object' || detail === null || !('Error' in detail)) return undefined;
  const { Error: inner } = detail;
  if (typeof inner !== 'object' || inner === null || !('Msg' in inner)) return undefined;
  return typeof inner.Msg === 'string' ? inner.Msg : undefined;
}
