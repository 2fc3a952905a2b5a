import { z } from 'zod';
import { systemViewer } from '../../access/viewer.ts';
import {
  DSSE_TYPE,
  IN_TOTO_TYPE,
  OPENVEX_PREDICATE,
  preAuthentication,
  vexAttestation,
} from '../../content/vex/envelope.ts';
import { type Clock, toRfc3339 } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { digestSchema } from '../../oci/descriptor.ts';
import { type Digest, digestOf } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, RepositoryId, StoredManifest } from '../../ports/registry-records.ts';
import type { StoredStatement } from '../../ports/vex-records.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { storeManifest } from '../registry/store-manifest.ts';
import { newStorageKey } from '../registry/storage-key.ts';
import { storeBlob } from '../registry/store-blob.ts';
import { PUBLISH_VEX } from './jobs.ts';
import { documentOf } from './vex-document.ts';

const EMPTY = Buffer.from('{}');
const viewer = systemViewer('statements are published beside their image');
const payloadShape = z.object({ repositoryId: z.string(), digest: digestSchema });

export interface VexPublisherParts {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Signs with the key by which the server signs decisions. */
  readonly sign: (bytes: Uint8Array) => Promise<{ readonly keyid: string; readonly sig: string }>;
}

/**
 * Keeps one attestation beside an image with every statement in force, as a referrer that other scanners find: those read
 * the first they meet, so that an earlier one goes in the transaction in which the next comes.
 */
export class VexPublisher implements JobHandler {
  readonly kind = PUBLISH_VEX;
  readonly #parts: VexPublisherParts;

  constructor(parts: VexPublisherParts) {
    this.#parts = parts;
  }

  async run(payload: unknown): Promise<void> {
    const { repositoryId, digest } = payloadShape.parse(payload);
    const { registry, vex } = this.#parts.database.records;
    const name = await registry.repositoryNameById(viewer, repositoryId as RepositoryId);
    const repository = name && (await registry.repository(viewer, name));
    const subject = repository && (await registry.manifest(repository, { digest }));
    if (!repository || !subject) return;
    const stored = await vex.inForce(repository, [digest]);
    const artifact = stored.length > 0 ? await this.#artifact(repository, subject, stored) : undefined;
    await this.#parts.database.change(async (records) => {
      const now = this.#parts.clock.now();
      if (keyOf(await records.vex.inForce(repository, [digest])) !== keyOf(stored))
        throw new AssayError('conflict', 'statements came or went while they were published');
      const before = await records.vex.published(repository, digest);
      if (before === artifact?.digest) return;
      if (artifact) await storeManifest(records, repository, artifact, [], viewer, now);
      if (before) await records.registry.deleteManifest(repository, before, 'system', now);
      await records.vex.setPublished(repository, digest, artifact?.digest);
    });
  }

  async #artifact(repository: Repository, subject: StoredManifest, stored: readonly StoredStatement[]) {
    const { digest } = subject;
    const document = documentOf(repository, digest, stored);
    const payload = Buffer.from(JSON.stringify(vexAttestation(document, { name: repository.name, digest })));
    const envelope = Buffer.from(
      JSON.stringify({
        payloadType: IN_TOTO_TYPE,
        payload: payload.toString('base64'),
        signatures: [await this.#parts.sign(preAuthentication(IN_TOTO_TYPE, payload))],
      }),
    );
    const layer = await this.#put(repository, DSSE_TYPE, envelope);
    const raw = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        artifactType: DSSE_TYPE,
        config: await this.#put(repository, mediaTypes.ociEmpty, EMPTY),
        layers: [layer],
        subject: { mediaType: subject.mediaType, digest, size: subject.raw.length },
        annotations: {
          'in-toto.io/predicate-type': OPENVEX_PREDICATE,
          'org.opencontainers.image.created': toRfc3339(Math.max(...stored.map((each) => each.recordedAt))),
        },
      }),
    );
    return parseManifest(raw, mediaTypes.ociManifest, digestOf(raw));
  }

  async #put(repository: Repository, mediaType: string, bytes: Uint8Array) {
    const { database, blobs, clock } = this.#parts;
    const digest: Digest = digestOf(bytes);
    const key = newStorageKey();
    const staged = await blobs.stage(key);
    await staged.write(bytes);
    await storeBlob({ database, blobs }, { repository, digest, staged, key, uploadId: undefined }, clock.now());
    return { mediaType, digest, size: bytes.length };
  }
}

function keyOf(stored: readonly StoredStatement[]): string {
  return stored.map((each) => each.id).join(' ');
}
