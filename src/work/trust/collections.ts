import type { Viewer } from '../../access/viewer.ts';
import { systemViewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { KeyedMutex } from '../../lib/keyed-mutex.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { OnlineRole, SignerService } from '../../ports/signer-service.ts';
import type { TrustDialect, TrustFile } from '../../ports/trust-records.ts';
import { appendEvent } from '../events.ts';
import { type CollectionAccess, trustActions } from './collection-access.ts';
import { recoverSignedTags } from './signed-names.ts';
import { metaOf } from './online-metadata.ts';
import { type OnlinePlan, signOnline, usableKeys } from './sign-online.ts';
import { StandingFiles } from './standing-files.ts';

/** Kind of the job that renews online metadata before it expires. */
export const RENEW_TRUST = 'renew-trust';
const DAY_MS = 24 * 3600_000;
/** Left time under which the server renews by itself; long before clients would refuse. */
const RENEW_BEFORE_MS = { timestamp: 7 * DAY_MS, snapshot: 180 * DAY_MS } as const;
const RENEWALS_AT_ONCE = 200;
const NOTED_AT_ONCE = 1000;

/** What the use cases of content trust share. */
export interface TrustParts {
  readonly database: Database;
  readonly signer: SignerService;
  readonly clock: Clock;
  readonly access: CollectionAccess;
  /** One change at a time for each GUN. */
  readonly changes: KeyedMutex;
}

const missing = () => new AssayError('trust-metadata-unknown', undefined, { detail: {} });

/** Reading trust metadata, and keeping its online part fresh. */
export class Collections {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
  }

  /** The newest file of a role. A timestamp or snapshot that has expired is renewed first, where the server can. */
  async current(viewer: Viewer, gun: string, dialect: TrustDialect, role: string): Promise<TrustFile> {
    const repository = await this.#parts.access.require(viewer, gun, trustActions.pull);
    const { trust } = this.#parts.database.records;
    const file = await trust.currentFile(repository, gun, dialect, role);
    if (!file) throw missing();
    if (role !== 'timestamp' && role !== 'snapshot') return file;
    const snapshot = role === 'snapshot' ? file : await trust.currentFile(repository, gun, dialect, 'snapshot');
    const now = this.#parts.clock.now();
    if (file.expires > now && (!snapshot || snapshot.expires > now)) return file;
    await this.#renewIfPossible(repository, gun, dialect);
    return (await trust.currentFile(repository, gun, dialect, role)) ?? file;
  }

  async byVersion(
    viewer: Viewer,
    gun: string,
    dialect: TrustDialect,
    role: string,
    version: number,
  ): Promise<TrustFile> {
    const repository = await this.#parts.access.require(viewer, gun, trustActions.pull);
    const file = await this.#parts.database.records.trust.fileByVersion(repository, gun, dialect, role, version);
    if (!file) throw missing();
    return file;
  }

  async byHash(viewer: Viewer, gun: string, role: string, sha256: string): Promise<TrustFile> {
    const repository = await this.#parts.access.require(viewer, gun, trustActions.pull);
    const file = await this.#parts.database.records.trust.fileByHash(repository, gun, role, sha256);
    if (!file) throw missing();
    return file;
  }

  /** Removes all metadata of a collection; true when there was any. */
  async delete(viewer: Viewer, gun: string): Promise<boolean> {
    const { access, changes, database, clock } = this.#parts;
    const repository = await access.require(viewer, gun, trustActions.administer);
    return changes.run(gun, () =>
      database.change(async (records) => {
        const now = clock.now();
        if (!(await records.trust.deleteCollection(repository, gun))) return false;
        await records.trust.addChange({ at: now, gun, version: 0, sha256: '', category: 'deletion' });
        await appendEvent(records, now, 'trust.deleted', viewerName(viewer), repository, gun, {});
        return true;
      }),
    );
  }

  /** Renews what expires before long; each collection by itself, so that one failure stops no other. */
  async renewDue(failed: (gun: string, error: unknown) => void): Promise<number> {
    const { database, clock } = this.#parts;
    const now = clock.now();
    const due = await database.records.trust.dueForRenewal(
      { timestamp: now + RENEW_BEFORE_MS.timestamp, snapshot: now + RENEW_BEFORE_MS.snapshot },
      RENEWALS_AT_ONCE,
    );
    let renewed = 0;
    for (const { gun, repositoryName, dialect } of due)
      try {
        const repository = await this.#systemRepository(repositoryName);
        if (repository && (await this.#renew(repository, gun, dialect, RENEW_BEFORE_MS))) renewed++;
      } catch (error) {
        failed(gun, error);
      }
    return renewed;
  }

  /** Notes the signed tags of collections that were published before lists marked them. */
  async noteSignedTags(failed: (gun: string, error: unknown) => void): Promise<number> {
    const { database, clock, changes } = this.#parts;
    let noted = 0;
    for (const { gun, repositoryName } of await database.records.trust.unnoted(NOTED_AT_ONCE))
      try {
        const repository = await this.#systemRepository(repositoryName);
        if (!repository) continue;
        await changes.run(gun, async () => {
          const from = { trust: database.records.trust, repository, gun };
          const found = await recoverSignedTags(from, clock.now());
          await database.change(async ({ trust }) => {
            if (await trust.collection(repository, gun)) await trust.changeSignedTags(repository, gun, found);
          });
        });
        noted++;
      } catch (error) {
        failed(gun, error);
      }
    return noted;
  }

  #systemRepository(name: RepositoryName): Promise<Repository | undefined> {
    return this.#parts.database.records.registry.repository(systemViewer('renewal of online metadata'), name);
  }

  /** Reads go on with what there is when the signing service does not answer; clients then see that it has expired. */
  async #renewIfPossible(repository: Repository, gun: string, dialect: TrustDialect): Promise<void> {
    try {
      await this.#renew(repository, gun, dialect, { timestamp: 0, snapshot: 0 });
    } catch (error) {
      if (!isAssayError(error, 'signer-unavailable')) throw error;
    }
  }

  /** True when something was renewed. A role whose key the server does not hold is left to its owner. */
  #renew(
    repository: Repository,
    gun: string,
    dialect: TrustDialect,
    before: Readonly<Record<OnlineRole, number>>,
  ): Promise<boolean> {
    const { database, signer, clock, changes } = this.#parts;
    return changes.run(gun, async () => {
      const { trust } = database.records;
      const now = clock.now();
      const standing = new StandingFiles({ trust, repository, gun, dialect });
      const [root, snapshot] = [await standing.read('root'), await standing.read('snapshot')];
      const timestamp = await standing.summary('timestamp');
      if (!root || !snapshot || !timestamp) return false;
      const held = await trust.serverKeys(gun);
      const snapshotKeys = usableKeys(root.signed, 'snapshot', held);
      const timestampKeys = usableKeys(root.signed, 'timestamp', held);
      const dueSnapshot = snapshotKeys && snapshot.signed.expires <= now + before.snapshot ? snapshotKeys : undefined;
      if (!timestampKeys || (!dueSnapshot && timestamp.expires > now + before.timestamp)) return false;
      const { version, meta } = snapshot.signed;
      const plan: OnlinePlan = {
        dialect,
        snapshot: dueSnapshot
          ? { keys: dueSnapshot, version: version + 1, meta }
          : { standing: metaOf({ raw: snapshot.raw, version }) },
        timestamp: { keys: timestampKeys, version: timestamp.version + 1 },
      };
      const files = await signOnline(signer, { gun, now, by: 'assay' }, [plan]);
      await database.change(async (records) => {
        const there = await records.trust.currentSummary(repository, gun, dialect, 'timestamp');
        if (there?.version !== timestamp.version) return;
        for (const file of files) await records.trust.addFile(repository, gun, file);
        const fresh = files.find(({ role }) => role === 'timestamp');
        if (dialect === 'notary' && fresh)
          await records.trust.addChange({ ...changeOf(fresh), at: now, gun, category: 'update' });
      });
      return true;
    });
  }
}

export function changeOf(timestamp: TrustFile): { version: number; sha256: string } {
  return { version: timestamp.version, sha256: timestamp.sha256 };
}

function viewerName(viewer: Viewer): string {
  return viewer.kind === 'account' ? viewer.name : viewer.kind;
}
