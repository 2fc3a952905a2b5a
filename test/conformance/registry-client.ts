import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { basic, type TestServer } from '../server.ts';
import { ADMIN_PASSWORD } from '../server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export type Algorithm = 'sha256' | 'sha512';

export function digest(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export function bytes(count: number): Buffer {
  return randomBytes(count);
}

/** One raw HTTP request, so that headers and lengths are exactly those given; `chunked` sends without Content-Length. */
export function call(
  server: TestServer,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: Uint8Array; chunked?: boolean; as?: string | null } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const as = options.as === undefined ? basic('admin', ADMIN_PASSWORD) : options.as;
    const headers: Record<string, string | number> = { ...(as !== null && { Authorization: as }), ...options.headers };
    if (!options.chunked) headers['Content-Length'] ??= options.body?.length ?? 0;
    const outgoing = request(path.startsWith('http') ? path : server.url + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    if (options.body && options.chunked)
      for (let at = 0; at < options.body.length; at += 1000) outgoing.write(options.body.subarray(at, at + 1000));
    outgoing.end(options.chunked ? undefined : options.body);
  });
}

/** A Location with a query parameter added to what it carries already. */
export function withQuery(location: string, query: string): string {
  return location + (location.includes('?') ? '&' : '?') + query;
}

export function header(answer: Answer, name: string): string {
  const value = answer.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

/** The codes of an error body in the specification's form. */
export function codes(answer: Answer): string[] {
  const value = JSON.parse(answer.body.toString('utf8')) as { errors: { code: string; message: string }[] };
  return value.errors.map((each) => each.code);
}

export async function pushBlob(
  server: TestServer,
  repository: string,
  content: Uint8Array,
  algorithm: Algorithm = 'sha256',
): Promise<string> {
  const wanted = digest(content, algorithm);
  const answer = await call(server, 'POST', `/v2/${repository}/blobs/uploads/?digest=${wanted}`, {
    body: content,
    headers: { 'Content-Type': 'application/octet-stream' },
  });
  if (answer.status !== 201) throw new Error(`push of a blob gave ${answer.status}: ${answer.body.toString()}`);
  return wanted;
}

export const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
} as const;

export function putManifest(
  server: TestServer,
  repository: string,
  reference: string,
  raw: Uint8Array,
  type: string = types.manifest,
): Promise<Answer> {
  return call(server, 'PUT', `/v2/${repository}/manifests/${reference}`, {
    body: raw,
    headers: { 'Content-Type': type },
  });
}

/** An image manifest whose blobs are pushed first; `extra` joins or replaces its members. */
export async function imageManifest(
  server: TestServer,
  repository: string,
  extra: object = {},
  algorithm: Algorithm = 'sha256',
): Promise<Buffer> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
      made: bytes(8).toString('hex'),
    }),
  );
  const layer = bytes(300);
  const configDigest = await pushBlob(server, repository, config, algorithm);
  const layerDigest = await pushBlob(server, repository, layer, algorithm);
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, digest: configDigest, size: config.length },
      layers: [{ mediaType: types.layer, digest: layerDigest, size: layer.length }],
      ...extra,
    }),
  );
}
