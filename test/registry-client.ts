import { createHash } from 'node:crypto';
import { basic } from './server.ts';
import type { TestBlob, TestImage } from './registry-house.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export type UploadForm = 'single-post' | 'monolithic' | 'streamed' | 'chunked';
export const uploadForms: readonly UploadForm[] = ['single-post', 'monolithic', 'streamed', 'chunked'];

/** An answer that was not the expected one; `status` 0 is a connection that broke. */
export class Refused extends Error {
  readonly status: number;
  readonly body: string;
  constructor(doing: string, status: number, body: string) {
    super(`${doing}: ${status === 0 ? 'no answer' : status} ${body.slice(0, 300)}`);
    this.status = status;
    this.body = body;
  }
}

/** A plain client of /v2 that knows whether each request was acknowledged. */
export class RegistryClient {
  readonly #url: string;
  readonly #authorization: string;

  constructor(url: string, user: string, password: string) {
    this.#url = url;
    this.#authorization = basic(user, password);
  }

  async request(method: string, path: string, wanted: readonly number[], init: RequestInit = {}): Promise<Response> {
    const url = path.startsWith('http') ? path : this.#url + path;
    const headers = { ...(init.headers as Record<string, string>), authorization: this.#authorization };
    let response: Response;
    try {
      response = await fetch(url, { ...init, method, headers });
    } catch (error) {
      throw new Refused(`${method} ${path}`, 0, error instanceof Error ? String(error.cause) : '');
    }
    if (wanted.includes(response.status)) return response;
    throw new Refused(`${method} ${path}`, response.status, await response.text().catch(() => ''));
  }

  async pushBlob(repository: string, { digest, bytes }: TestBlob, form: UploadForm): Promise<void> {
    const uploads = `/v2/${repository}/blobs/uploads/`;
    const octets = { 'content-type': 'application/octet-stream' };
    if (form === 'single-post') {
      const init = { body: bytes.slice(), headers: octets };
      const answer = await this.request('POST', `${uploads}?digest=${digest}`, [201, 202], init);
      if (answer.status === 201) return;
    }
    let location = locationOf(await this.request('POST', uploads, [202]));
    const cut = Math.floor(bytes.length / 2);
    if (form === 'streamed') {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, cut));
          controller.enqueue(bytes.slice(cut));
          controller.close();
        },
      });
      location = locationOf(await this.request('PATCH', location, [202], { body, duplex: 'half' }));
    }
    if (form === 'chunked' && cut > 0) {
      const headers = { ...octets, 'content-range': `0-${cut - 1}` };
      location = locationOf(await this.request('PATCH', location, [202], { body: bytes.slice(0, cut), headers }));
      const rest = { ...octets, 'content-range': `${cut}-${bytes.length - 1}` };
      location = locationOf(await this.request('PATCH', location, [202], { body: bytes.slice(cut), headers: rest }));
    }
    const whole = form === 'streamed' || (form === 'chunked' && cut > 0);
    await this.request('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`, [201], {
      ...(!whole && { body: bytes.slice(), headers: octets }),
    });
  }

  putManifest(repository: string, reference: string, image: TestImage): Promise<Response> {
    return this.request('PUT', `/v2/${repository}/manifests/${reference}`, [201], {
      body: image.raw.slice(),
      headers: { 'content-type': MANIFEST },
    });
  }

  async pushImage(repository: string, tag: string, image: TestImage, form: UploadForm = 'monolithic'): Promise<void> {
    for (const blob of [image.config, ...image.layers]) await this.pushBlob(repository, blob, form);
    await this.putManifest(repository, tag, image);
  }

  /** As docker does: asks first, and uploads what is not there. */
  async pushMissing(repository: string, tag: string, image: TestImage): Promise<void> {
    for (const blob of [image.config, ...image.layers]) {
      const there = await this.request('HEAD', `/v2/${repository}/blobs/${blob.digest}`, [200, 404]);
      if (there.status === 404) await this.pushBlob(repository, blob, 'monolithic');
    }
    await this.putManifest(repository, tag, image);
  }

  mount(repository: string, digest: string, from: string): Promise<Response> {
    return this.request('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`, [201, 202]);
  }

  /** Downloads a blob and compares its digest. */
  async checkBlob(repository: string, digest: string): Promise<void> {
    const answer = await this.request('GET', `/v2/${repository}/blobs/${digest}`, [200]);
    const found = `sha256:${createHash('sha256')
      .update(new Uint8Array(await answer.arrayBuffer()))
      .digest('hex')}`;
    if (found !== digest) throw new Error(`${digest} was served with the bytes of ${found}`);
  }

  /** Downloads a manifest and everything it lists, comparing every digest; returns the manifest's. */
  async checkImage(repository: string, reference: string): Promise<string> {
    const answer = await this.request('GET', `/v2/${repository}/manifests/${reference}`, [200]);
    const raw = new Uint8Array(await answer.arrayBuffer());
    const digest = `sha256:${createHash('sha256').update(raw).digest('hex')}`;
    if (answer.headers.get('docker-content-digest') !== digest) throw new Error(`${reference}: wrong digest header`);
    const { config, layers } = JSON.parse(new TextDecoder().decode(raw)) as {
      config: { digest: string };
      layers: { digest: string }[];
    };
    for (const each of [config, ...layers]) await this.checkBlob(repository, each.digest);
    return digest;
  }
}

function locationOf(answer: Response): string {
  const location = answer.headers.get('location');
  if (location === null) throw new Error('the answer has no Location');
  return location;
}
