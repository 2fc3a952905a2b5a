/** Media types of the OCI image specification 1.1 and of the Docker image manifest version 2, schema 2. */
export const mediaTypes = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerForeignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
} as const;

const INDEXES: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerList];
const MANIFESTS: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
const CONFIGS: readonly string[] = [mediaTypes.ociConfig, mediaTypes.dockerConfig];

export function isIndexType(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

export function isImageManifestType(mediaType: string): boolean {
  return MANIFESTS.includes(mediaType);
}

/** True for the configuration of a runnable image, false for that of an artifact. */
export function isImageConfigType(mediaType: string): boolean {
  return CONFIGS.includes(mediaType);
}

/** Layers that a client fetches from elsewhere and a registry need not hold (image specification, "layer"). */
export function isNonDistributable(mediaType: string): boolean {
  return mediaType.includes('.nondistributable.') || mediaType.includes('.foreign.');
}

/** True for tar layers of any compression, false for the blobs of artifacts. */
export function isLayerType(mediaType: string): boolean {
  return (
    /^application\/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar(?:\+(?:gzip|zstd))?$/.test(mediaType) ||
    /^application\/vnd\.docker\.image\.rootfs\.(?:foreign\.)?diff\.tar(?:\.gzip|\.zstd)?$/.test(mediaType)
  );
}

/** The media type of a Content-Type header without its parameters, in lower case. */
export function bareMediaType(header: string | undefined): string | undefined {
  const bare = header?.split(';', 1)[0]?.trim().toLowerCase();
  return bare || undefined;
}
