import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from '../server.ts';
import { call, digest, header, withQuery } from './registry-client.ts';

const TRAFFIC = '../shared/data/client-traffic.jsonl';
const HOP_BY_HOP = new Set([
  'host',
  'authorization',
  'content-length',
  'transfer-encoding',
  'connection',
  'accept-encoding',
]);

interface Recorded {
  readonly mark?: string;
  readonly m: string;
  readonly u: string;
  readonly h: Readonly<Record<string, string>>;
  readonly n: number;
  readonly s: number;
  readonly rh: Readonly<Record<string, string>>;
}

/**
 * Sends what docker, podman, buildah and skopeo were recorded to send, header for header. Bodies were not recorded:
 * blobs of the recorded lengths and manifests over them stand in, so every digest and upload address is translated.
 */
class Replay {
  readonly #server: TestServer;
  readonly #blobs = new Map<string, Buffer>();
  readonly #digests = new Map<string, string>();
  readonly #uploads = new Map<string, string>();
  readonly #pending = new Map<string, Buffer>();
  readonly #inRepository = new Map<string, string[]>();
  refreshToken = '';

  constructor(server: TestServer) {
    this.#server = server;
  }

  #path(url: string): string {
    return decodeURIComponent(url).replaceAll(/sha256:[0-9a-f]{64}/g, (found) => this.#digests.get(found) ?? found);
  }

  async send(entry: Recorded): Promise<number> {
    const headers = Object.fromEntries(Object.entries(entry.h).filter(([name]) => !HOP_BY_HOP.has(name)));
    if (entry.s === 401) return (await call(this.#server, entry.m, entry.u, { headers, as: null })).status;
    if (entry.u.startsWith('/token')) return this.#token(entry, headers);
    const upload = /\/v2\/(.+)\/blobs\/uploads\/([0-9a-f-]{36})/.exec(entry.u);
    if (entry.m === 'POST') return this.#begin(entry, headers);
    if (entry.m === 'PATCH' && upload) return this.#patch(entry, headers, upload[2]!);
    if (entry.m === 'PUT' && upload) return this.#finish(entry, headers, upload[1]!, upload[2]!);
    if (entry.m === 'PUT') return this.#manifest(entry, headers);
    return (await call(this.#server, entry.m, this.#path(entry.u), { headers })).status;
  }

  async #token(entry: Recorded, headers: Record<string, string>): Promise<number> {
    if (entry.m === 'POST') {
      const form = new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: this.refreshToken,
        client_id: 'docker',
        service: this.#server.host,
      });
      return (await call(this.#server, 'POST', '/token', { headers, as: null, body: Buffer.from(form.toString()) }))
        .status;
    }
    const answer = await call(this.#server, 'GET', entry.u, { headers, as: basic('admin', ADMIN_PASSWORD) });
    const { refresh_token } = JSON.parse(answer.body.toString()) as { refresh_token?: string };
    if (refresh_token) this.refreshToken = refresh_token;
    return answer.status;
  }

  async #begin(entry: Recorded, headers: Record<string, string>): Promise<number> {
    const answer = await call(this.#server, 'POST', this.#path(entry.u), { headers });
    const recorded = /uploads\/([0-9a-f-]{36})/.exec(entry.rh['location'] ?? '')?.[1];
    if (recorded) this.#uploads.set(recorded, header(answer, 'Location'));
    const mounted = /mount=(sha256:[0-9a-f]{64})/.exec(decodeURIComponent(entry.u))?.[1];
    const repository = /\/v2\/(.+)\/blobs\/uploads/.exec(entry.u)?.[1] ?? '';
    if (mounted && answer.status === 201)
      this.#inRepository.set(repository, [...(this.#inRepository.get(repository) ?? []), mounted]);
    return answer.status;
  }

  async #patch(entry: Recorded, headers: Record<string, string>, id: string): Promise<number> {
    // Equal lengths give equal bytes: the same blob was recorded on its way into several repositories.
    const body = Buffer.alloc(entry.n, String(entry.n));
    this.#pending.set(id, body);
    const answer = await call(this.#server, 'PATCH', this.#uploads.get(id) ?? '', {
      headers,
      body,
      chunked: entry.h['transfer-encoding'] === 'chunked',
    });
    assert.equal(header(answer, 'Range'), `0-${entry.n - 1}`);
    this.#uploads.set(id, header(answer, 'Location'));
    return answer.status;
  }

  async #finish(entry: Recorded, headers: Record<string, string>, repository: string, id: string): Promise<number> {
    const recorded = /digest=(sha256:[0-9a-f]{64})/.exec(decodeURIComponent(entry.u))?.[1] ?? '';
    const body = this.#pending.get(id) ?? Buffer.alloc(0);
    this.#digests.set(recorded, digest(body));
    this.#blobs.set(recorded, body);
    this.#inRepository.set(repository, [...(this.#inRepository.get(repository) ?? []), recorded]);
    const answer = await call(this.#server, 'PUT', withQuery(this.#uploads.get(id) ?? '', `digest=${digest(body)}`), {
      headers,
    });
    return answer.status;
  }

  async #manifest(entry: Recorded, headers: Record<string, string>): Promise<number> {
    const repository = /\/v2\/(.+)\/manifests\//.exec(entry.u)?.[1] ?? '';
    const parts = this.#inRepository.get(repository) ?? [];
    const docker = entry.h['content-type']?.includes('docker');
    const describe = (recorded: string, mediaType: string) => {
      const content = this.#blobs.get(recorded) ?? Buffer.alloc(0);
      return { mediaType, size: content.length, digest: digest(content) };
    };
    const raw = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: entry.h['content-type'],
        config: describe(
          parts.at(-1) ?? '',
          docker ? 'application/vnd.docker.container.image.v1+json' : 'application/vnd.oci.image.config.v1+json',
        ),
        layers: parts
          .slice(0, -1)
          .map((each) =>
            describe(
              each,
              docker
                ? 'application/vnd.docker.image.rootfs.diff.tar.gzip'
                : 'application/vnd.oci.image.layer.v1.tar+gzip',
            ),
          ),
      }),
    );
    const answer = await call(this.#server, 'PUT', this.#path(entry.u), { headers, body: raw });
    const recorded = entry.rh['docker-content-digest'];
    if (recorded) this.#digests.set(recorded, header(answer, 'Docker-Content-Digest'));
    return answer.status;
  }
}

test('what real clients were recorded to send gets the answers they were recorded to get', {
  skip: existsSync(TRAFFIC) ? false : `${TRAFFIC} is not here`,
}, async (t) => {
  await using server = await startServer();
  const replay = new Replay(server);
  const entries = readFileSync(TRAFFIC, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
  let mark = '';
  let sent = 0;
  const differences: string[] = [];
  for (const entry of entries) {
    if (entry.mark !== undefined) {
      mark = entry.mark;
      continue;
    }
    const status = await replay.send(entry);
    sent++;
    if (status !== entry.s)
      differences.push(`${mark}: ${entry.m} ${entry.u.slice(0, 100)} gave ${status}, recorded ${entry.s}`);
  }
  t.diagnostic(`${sent} requests`);
  assert.deepEqual(differences, []);
});
