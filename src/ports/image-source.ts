import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Expected } from '../oci/verified.ts';

/** A manifest as it was found: the bytes that its digest is over, not yet parsed. */
export interface RawManifest {
  readonly raw: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** Where an image is read from: a registry, a folder, an archive or an engine. */
export interface ImageSource extends AsyncDisposable {
  /** The source in words, for reports and messages. */
  readonly name: string;
  /** The manifest that the reference names. Throws `manifest-unknown`. */
  root(): Promise<RawManifest>;
  /** A manifest by its digest (children, referrers). Throws `manifest-unknown`. */
  manifest(descriptor: Expected): Promise<RawManifest>;
  /** Bytes of a blob, checked while they pass: the last step throws when they are not what was announced. */
  blob(descriptor: Expected): AsyncIterable<Uint8Array>;
  /** What refers to a manifest (OCI distribution specification 1.1, "Listing Referrers"), fallback tag included. */
  referrers(subject: Digest): Promise<readonly Descriptor[]>;
  /** What a tag beside the reference names, or none; for the tags that cosign derives from digests. */
  tagged(tag: string): Promise<RawManifest | undefined>;
}

/** How a blob came to its target. */
export type BlobArrival = 'there' | 'mounted' | 'copied';

/**
 * What a manifest is to its target: the image that was asked for, a part of it (an index lists it), or something that
 * refers to it. A tag is only given with the first and the last.
 */
export type ManifestPlace = { readonly kind: 'root' | 'child' | 'attached'; readonly tag?: string };

/** Where an image is written to. Blobs come before the manifests that name them, children before their index. */
export interface ImageTarget extends AsyncDisposable {
  readonly name: string;
  /** The tag or name of the reference, if it has one. */
  readonly tag: string | undefined;
  /** The digest that the reference asks for, if any. */
  readonly digest: Digest | undefined;
  /** Stores a blob unless it is there; `bytes` may be opened again for another try. */
  putBlob(descriptor: Required<Expected>, bytes: () => AsyncIterable<Uint8Array>): Promise<BlobArrival>;
  /** Stores a manifest byte for byte. */
  putManifest(manifest: RawManifest, place: ManifestPlace): Promise<void>;
  /** Called once after the last manifest; what is not finished leaves nothing half-written behind. */
  finish(): Promise<void>;
}
