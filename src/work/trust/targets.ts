import type { Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import type { StoredManifest } from '../../ports/registry-records.ts';
import { trustActions } from './collection-access.ts';
import type { TrustParts } from './collections.ts';

/** What signed names point at: the manifests of the collection's repository. */
export class TrustTargets {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
  }

  async manifest(viewer: Viewer, gun: string, digest: Digest): Promise<StoredManifest> {
    const repository = await this.#parts.access.require(viewer, gun, trustActions.pull);
    const manifest = await this.#parts.database.records.registry.manifest(repository, { digest });
    if (!manifest) throw new AssayError('trust-metadata-unknown', undefined, { detail: {} });
    return manifest;
  }
}
