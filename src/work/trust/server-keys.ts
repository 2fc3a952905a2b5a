import type { Viewer } from '../../access/viewer.ts';
import { nameOf } from '../../access/viewer.ts';
import type { HeldKey, OnlineRole } from '../../ports/signer-service.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { appendEvent } from '../events.ts';
import { type CollectionAccess, trustActions } from './collection-access.ts';
import type { TrustParts } from './collections.ts';
import { stored } from './dialects.ts';

/** The public keys of a collection's timestamp and snapshot, whose private halves the signing service holds. */
export class ServerKeys {
  readonly #parts: TrustParts;
  readonly #access: CollectionAccess;

  constructor(parts: TrustParts) {
    this.#parts = parts;
    this.#access = parts.access;
  }

  /** The key that the collection's root names, or a new one while there is none. DER SubjectPublicKeyInfo. */
  async current(viewer: Viewer, gun: string, role: OnlineRole): Promise<Uint8Array> {
    await this.#access.requireBeforeMade(viewer, gun, trustActions.publish);
    return (await this.#named(viewer, gun, role)) ?? (await this.#create(viewer, gun, role));
  }

  /** A new key each time; it comes into force with the next root that names it. */
  async rotate(viewer: Viewer, gun: string, role: OnlineRole): Promise<Uint8Array> {
    await this.#access.require(viewer, gun, trustActions.administer);
    return this.#create(viewer, gun, role);
  }

  async #named(viewer: Viewer, gun: string, role: OnlineRole): Promise<Uint8Array | undefined> {
    const { trust } = this.#parts.database.records;
    const repository = await this.#access.require(viewer, gun, trustActions.pull).catch((error: unknown) => {
      if (isAssayError(error, 'trust-metadata-unknown')) return undefined;
      throw error;
    });
    const file = repository && (await trust.currentFile(repository, gun, 'notary', 'root'));
    if (!file) return undefined;
    const root = stored('notary', 'root', file).signed;
    const held = await trust.serverKeys(gun);
    const fingerprints = root.roles[role].keyIds.map((id) => root.keys.get(id)?.fingerprint);
    return held.find((key) => key.role === role && fingerprints.includes(key.fingerprint))?.spki;
  }

  async #create(viewer: Viewer, gun: string, role: OnlineRole): Promise<Uint8Array> {
    const { database, signer, clock } = this.#parts;
    const made: HeldKey = await signer.create(gun, role);
    if (made.gun !== gun || made.role !== role)
      throw new AssayError('signer-unavailable', 'the answer is not for this key');
    await database.change(async (records) => {
      const now = clock.now();
      await records.trust.addServerKey({ ...made, createdAt: now });
      await appendEvent(records, now, 'trust-key.created', nameOf(viewer), undefined, gun, {
        role,
        fingerprint: made.fingerprint,
      });
    });
    return made.spki;
  }
}
