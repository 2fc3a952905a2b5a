import { AssayError, isAssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { algorithmOf, type Digest, digestOf, hexOf, isDigest } from '../../oci/digest.ts';
import { MAX_MANIFEST_BYTES, parseManifest } from '../../oci/manifest.ts';
import { bareMediaType, mediaTypes } from '../../oci/media-types.ts';
import { formatReference, manifestOf, type RegistryReference } from '../../oci/reference.ts';
import { collectBytes, type Expected, verified } from '../../oci/verified.ts';
import type { FindCredential } from '../../ports/credentials.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { ImageSource, RawManifest } from '../../ports/image-source.ts';
import { RegistryClient } from './registry-client.ts';

export interface RegistryAccess {
  readonly http: HttpClient;
  readonly credentials: FindCredential;
  /** Who reads comes to publish or sign: a registry then may show what it holds back from those who run it. */
  readonly publishes?: boolean;
}

const MANIFEST_TYPES = [
  mediaTypes.ociIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerList,
  mediaTypes.dockerManifest,
].join(', ');
/** Times that a broken download goes on where it stopped; each must have brought something. */
const MAX_RESUMES = 8;
const MAX_PAGES = 100;

/** `[docker://]host/repository[:tag][@digest]` */
export async function openRegistryImage(reference: RegistryReference, access: RegistryAccess): Promise<RegistrySource> {
  if (reference.host === undefined)
    throw new AssayError('reference-invalid', 'name the registry, as in docker.io/library/alpine');
  return new RegistrySource(new RegistryClient(reference.host, access), reference, access.publishes);
}

/** The tag under which referrers are kept where the registry has no list of them (specification, "Referrers Tag Schema"). */
export function fallbackTag(digest: Digest): string {
  return `${algorithmOf(digest).slice(0, 32)}-${hexOf(digest).slice(0, 64)}`;
}

/** An image in a registry. Everything is checked against its digest while it passes. */
export class RegistrySource implements ImageSource {
  readonly name: string;
  readonly client: RegistryClient;
  readonly repository: string;
  readonly #reference: RegistryReference;
  readonly #scopes: readonly string[];

  constructor(client: RegistryClient, reference: RegistryReference, publishes = false) {
    this.client = client;
    this.repository = reference.repository;
    this.name = formatReference(reference);
    this.#reference = reference;
    this.#scopes = [`repository:${reference.repository}:pull${publishes ? ',push' : ''}`];
  }

  async root(): Promise<RawManifest> {
    const wanted = manifestOf(this.#reference);
    const found = await this.#manifest(wanted, isDigest(wanted) ? wanted : undefined);
    if (found) return found;
    throw new AssayError(
      'manifest-unknown',
      `${this.client.host} holds no ${this.repository}${isDigest(wanted) ? '@' : ':'}${wanted}, or does not show it to you`,
    );
  }

  async manifest({ digest }: Expected): Promise<RawManifest> {
    const found = await this.#manifest(digest, digest);
    if (found) return found;
    throw new AssayError(
      'manifest-unknown',
      `${this.client.host} does not hold the manifest ${digest} of ${this.repository}`,
    );
  }

  tagged(tag: string): Promise<RawManifest | undefined> {
    return this.#manifest(tag, undefined);
  }

  /** The digest is computed here; a header that says otherwise is not believed. */
  async #manifest(text: string, digest: Digest | undefined): Promise<RawManifest | undefined> {
    const answer = await this.client.send({
      method: 'GET',
      path: `/v2/${this.repository}/manifests/${text}`,
      headers: { Accept: MANIFEST_TYPES },
      scopes: this.#scopes,
      expected: [404],
    });
    if (answer.status === 404) {
      answer.discard();
      return undefined;
    }
    const raw = await collectBytes(answer.body, MAX_MANIFEST_BYTES, 'the manifest');
    const actual = digestOf(raw, digest ? algorithmOf(digest) : 'sha256');
    if (digest && actual !== digest)
      throw new AssayError(
        'digest-mismatch',
        `${this.client.host} answered ${digest} with a manifest that has the digest ${actual}`,
      );
    const { mediaType } = parseManifest(raw, bareMediaType(answer.headers['content-type']), actual);
    return { raw, digest: actual, mediaType };
  }

  blob(descriptor: Expected): AsyncIterable<Uint8Array> {
    return verified(this.#download(descriptor), descriptor);
  }

  async *#download({ digest }: Expected): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (let resumes = 0; ; resumes++) {
      const before = at;
      const answer = await this.client.send({
        method: 'GET',
        path: `/v2/${this.repository}/blobs/${digest}`,
        headers: at > 0 ? { Range: `bytes=${at}-` } : {},
        scopes: this.#scopes,
        expected: [404],
      });
      if (answer.status === 404) {
        answer.discard();
        throw new AssayError(
          'blob-unknown',
          `${this.client.host} does not hold the blob ${digest} of ${this.repository}`,
        );
      }
      // A registry that ignores the range sends all again.
      let skip = answer.status === 206 ? 0 : at;
      try {
        for await (const chunk of answer.body) {
          const part = skip >= chunk.length ? undefined : chunk.subarray(skip);
          skip = Math.max(0, skip - chunk.length);
          if (!part) continue;
          at += part.length;
          yield part;
        }
        return;
      } catch (error) {
        if (!isAssayError(error, 'network-failed') || resumes >= MAX_RESUMES || at === before) throw error;
      }
    }
  }

  /** The list of the API and, where the registry has none, of the fallback tag. */
  async referrers(subject: Digest): Promise<readonly Descriptor[]> {
    const found: Descriptor[] = [];
    let path: string | URL | undefined = `/v2/${this.repository}/referrers/${subject}`;
    for (let page = 0; path !== undefined && page < MAX_PAGES; page++) {
      const answer = await this.client.send({
        method: 'GET',
        path,
        headers: { Accept: mediaTypes.ociIndex },
        scopes: this.#scopes,
        expected: [400, 404, 405, 501],
      });
      if (answer.status !== 200 || !answer.headers['content-type']?.includes('json')) {
        answer.discard();
        return page === 0 ? this.#fallbackReferrers(subject) : found;
      }
      const raw = await collectBytes(answer.body, MAX_MANIFEST_BYTES, 'the list of referrers');
      const index = parseManifest(raw, mediaTypes.ociIndex);
      if (index.kind === 'index') found.push(...index.manifests);
      path = nextPage(answer.headers.link);
    }
    return found;
  }

  async #fallbackReferrers(subject: Digest): Promise<readonly Descriptor[]> {
    const stored = await this.tagged(fallbackTag(subject));
    if (!stored) return [];
    const index = parseManifest(stored.raw, stored.mediaType, stored.digest);
    return index.kind === 'index' ? index.manifests : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** `<url>; rel="next"` (RFC 8288), relative to the registry. */
function nextPage(link: string | string[] | undefined): string | undefined {
  const text = Array.isArray(link) ? link.join(',') : (link ?? '');
  return /<([^<>]{1,4096})>\s*;[^,<]{0,200}rel="?next"?/.exec(text)?.[1];
}
