import { setTimeout as pause } from 'node:timers/promises';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { type Digest, digestOf } from '../../oci/digest.ts';
import { type Manifest, parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { formatReference, type RegistryReference } from '../../oci/reference.ts';
import type { Expected } from '../../oci/verified.ts';
import type { HttpAnswer } from '../../ports/http-client.ts';
import type { BlobArrival, ImageSource, ImageTarget, ManifestPlace, RawManifest } from '../../ports/image-source.ts';
import { RegistryClient } from './registry-client.ts';
import { fallbackTag, type RegistryAccess, RegistrySource } from './registry-source.ts';

/** Times that a broken upload goes on where the registry says it stopped. */
const MAX_RESUMES = 8;
/** Between resumptions, longer each time. */
const PAUSE_MS = 100;

/** Writes to a repository; blobs of `from` on the same registry are mounted instead of sent. */
export async function openRegistryTarget(
  reference: RegistryReference,
  access: RegistryAccess,
  from: ImageSource | undefined,
): Promise<ImageTarget> {
  const { host } = reference;
  if (host === undefined)
    throw new AssayError('reference-invalid', 'name the registry to write to, as in 127.0.0.1:5000/shop/app:1');
  const near = from instanceof RegistrySource && from.client.host === host ? from.repository : undefined;
  return new RegistryTarget(new RegistryClient(host, access), reference, near);
}

class RegistryTarget implements ImageTarget {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
  readonly #client: RegistryClient;
  readonly #repository: string;
  readonly #mountFrom: string | undefined;
  readonly #scopes: readonly string[];

  constructor(client: RegistryClient, reference: RegistryReference, mountFrom: string | undefined) {
    this.name = formatReference(reference);
    this.tag = reference.tag ?? (reference.digest === undefined ? 'latest' : undefined);
    this.digest = reference.digest;
    this.#client = client;
    this.#repository = reference.repository;
    this.#mountFrom = mountFrom === reference.repository ? undefined : mountFrom;
    this.#scopes = [
      `repository:${reference.repository}:pull,push`,
      ...(this.#mountFrom === undefined ? [] : [`repository:${this.#mountFrom}:pull`]),
    ];
  }

  async putBlob(descriptor: Required<Expected>, bytes: () => AsyncIterable<Uint8Array>): Promise<BlobArrival> {
    if (await this.#holds(descriptor)) return 'there';
    const started = await this.#start(descriptor);
    if (started === 'mounted') return 'mounted';
    await this.#upload(started, descriptor, bytes);
    return 'copied';
  }

  async #holds({ digest }: Expected): Promise<boolean> {
    const path = `/v2/${this.#repository}/blobs/${digest}`;
    const answer = await this.#client.send({ method: 'HEAD', path, scopes: this.#scopes, expected: [404] });
    answer.discard();
    return answer.status === 200;
  }

  /** end-11 where there is a repository to mount from, else end-4a. */
  async #start({ digest }: Expected): Promise<URL | 'mounted'> {
    const mount =
      this.#mountFrom === undefined
        ? ''
        : `?${new URLSearchParams({ mount: digest, from: this.#mountFrom }).toString()}`;
    const path = `/v2/${this.#repository}/blobs/uploads/${mount}`;
    const answer = await this.#client.send({
      method: 'POST',
      path,
      headers: { 'Content-Length': '0' },
      scopes: this.#scopes,
    });
    answer.discard();
    if (answer.status === 201) return 'mounted';
    return this.#location(answer, path);
  }

  #location(answer: HttpAnswer, fallback: string | URL): URL {
    const location = answer.headers.location;
    // The base only completes relative locations; the client puts its own in its place.
    return new URL(location ?? fallback, new URL(fallback, `http://${this.#client.host}`));
  }

  /** end-5 with the whole rest, then end-6; after a break end-13 says where to go on. */
  async #upload(started: URL, descriptor: Required<Expected>, bytes: () => AsyncIterable<Uint8Array>): Promise<void> {
    let at = 0;
    let upload = started;
    for (let resumes = 0; ; resumes++) {
      try {
        if (at < descriptor.size) {
          const from = at;
          const answer = await this.#client.send({
            method: 'PATCH',
            path: this.#path(upload),
            headers: {
              'Content-Type': 'application/octet-stream',
              'Content-Length': String(descriptor.size - from),
              'Content-Range': `${from}-${descriptor.size - 1}`,
            },
            body: () => skipping(bytes(), from),
            scopes: this.#scopes,
            once: true,
            expected: [409, 416],
          });
          answer.discard();
          // The registry took more of the broken request than it had told, or takes it still.
          if (answer.status >= 400)
            throw new AssayError('network-failed', `${this.name} stands elsewhere in the upload`);
          upload = this.#location(answer, upload);
          at = descriptor.size;
        }
        const url = new URL(upload);
        url.searchParams.set('digest', descriptor.digest);
        const done = await this.#client.send({
          method: 'PUT',
          path: this.#path(url),
          headers: { 'Content-Length': '0' },
          scopes: this.#scopes,
        });
        done.discard();
        return;
      } catch (error) {
        if (!isAssayError(error, 'network-failed') || resumes >= MAX_RESUMES) throw error;
        await pause(PAUSE_MS * resumes);
        ({ upload, at } = await this.#standing(upload, descriptor));
      }
    }
  }

  /** Locations on the registry itself go as paths, so that its scheme and sign-in apply. */
  #path(url: URL): string | URL {
    return url.host === this.#client.host || url.host === new URL(`http://${this.#client.host}`).host
      ? `${url.pathname}${url.search}`
      : url;
  }

  /** `0-0` means one byte or none; then the upload begins anew. */
  async #standing(upload: URL, descriptor: Expected): Promise<{ upload: URL; at: number }> {
    const answer = await this.#client.send({
      method: 'GET',
      path: this.#path(upload),
      scopes: this.#scopes,
      expected: [404],
    });
    answer.discard();
    const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(answer.headers['range'] ?? '')?.[1];
    if (answer.status !== 404 && last !== undefined && last !== '0')
      return { upload: this.#location(answer, upload), at: Number(last) + 1 };
    const started = await this.#start(descriptor);
    if (started === 'mounted')
      throw new AssayError('conflict', `${descriptor.digest} came to ${this.name} meanwhile; try again`);
    return { upload: started, at: 0 };
  }

  /** end-7a. Where the answer does not confirm the subject, the list under the fallback tag is kept by the client. */
  async putManifest(manifest: RawManifest, { tag }: ManifestPlace): Promise<void> {
    const answer = await this.#put(manifest, tag ?? manifest.digest);
    const parsed = parseManifest(manifest.raw, manifest.mediaType, manifest.digest);
    if (parsed.subject && answer.headers['oci-subject'] === undefined)
      await this.#addToFallback(parsed, parsed.subject);
  }

  async #put(manifest: RawManifest, reference: string): Promise<HttpAnswer> {
    const answer = await this.#client.send({
      method: 'PUT',
      path: `/v2/${this.#repository}/manifests/${reference}`,
      headers: { 'Content-Type': manifest.mediaType, 'Content-Length': String(manifest.raw.length) },
      body: () => manifest.raw,
      scopes: this.#scopes,
    });
    answer.discard();
    const told = answer.headers['docker-content-digest'];
    if (typeof told === 'string' && told !== manifest.digest)
      throw new AssayError(
        'digest-mismatch',
        `${this.#client.host} stored ${manifest.digest} as ${told.slice(0, 150)}`,
      );
    return answer;
  }

  async #addToFallback(manifest: Manifest, subject: Descriptor): Promise<void> {
    const tag = fallbackTag(subject.digest);
    const source = new RegistrySource(this.#client, {
      transport: 'registry',
      host: this.#client.host,
      repository: this.#repository,
      tag: undefined,
      digest: undefined,
    });
    const stored = await source.tagged(tag);
    const before = stored && parseManifest(stored.raw, stored.mediaType, stored.digest);
    const entries = before?.kind === 'index' ? before.manifests : [];
    if (entries.some((each) => each.digest === manifest.digest)) return;
    const entry = {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.raw.length,
      ...(manifest.artifactType !== undefined && { artifactType: manifest.artifactType }),
      ...(Object.keys(manifest.annotations).length > 0 && { annotations: manifest.annotations }),
    };
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [...entries, entry] };
    const raw = new TextEncoder().encode(JSON.stringify(index));
    await this.#put({ raw, digest: digestOf(raw), mediaType: mediaTypes.ociIndex }, tag);
  }

  async finish(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function* skipping(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let skip = count;
  for await (const chunk of bytes) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    yield skip === 0 ? chunk : chunk.subarray(skip);
    skip = 0;
  }
}
