import { nameOf, type Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { ServerKey, TrustDialect, TrustFile } from '../../ports/trust-records.ts';
import type { Envelope } from '../../trust/tuf/envelope.ts';
import type { FileMeta, RoleName, Root, SignedFile, Targets } from '../../trust/tuf/metadata.ts';
import { rejected } from '../../trust/tuf/publish/rejection.ts';
import { type Accepted, neededFor, type Standing, validatePublish } from '../../trust/tuf/publish/validate.ts';
import { appendEvent } from '../events.ts';
import { trustActions } from './collection-access.ts';
import { changeOf, type TrustParts } from './collections.ts';
import { publishRules, stored } from './dialects.ts';
import { signedTagsChange, touchesTags } from './signed-names.ts';
import { namedOnlineKeys, retireRotatedKeys } from './retire-keys.ts';
import { buildSnapshot, buildTimestamp, describe, metaOf, signOnline, usableKeys } from './online-metadata.ts';

/** The files of one update, by dialect and role. */
export type Upload = ReadonlyMap<TrustDialect, ReadonlyMap<RoleName, Uint8Array>>;

/** Publishing: what the owners signed is checked, the online part is made, and all of it becomes visible at once. */
export class TrustPublishing {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
  }

  /** Asked before the body of an update is read. */
  requirePublish(viewer: Viewer, gun: string): Promise<void> {
    return this.#parts.access.requireBeforeMade(viewer, gun, trustActions.publish);
  }

  /** Publishes an update in one transaction over every dialect it holds. */
  async publish(viewer: Viewer, gun: string, upload: Upload): Promise<void> {
    const { access, changes, database, clock } = this.#parts;
    const envelopes = new Map([...upload].map(([dialect, parts]) => [dialect, readParts(dialect, parts)]));
    const repository = await access.forPublish(viewer, gun);
    await changes.run(gun, async () => {
      const now = clock.now();
      const by = nameOf(viewer);
      const files: TrustFile[] = [];
      const seen = new Map<TrustDialect, number | undefined>();
      const held = await database.records.trust.serverKeys(gun);
      const newRoot = [...upload.values()].some((parts) => parts.has('root'));
      const namedBefore = newRoot ? await namedOnlineKeys(this.#parts, repository, gun) : undefined;
      for (const [dialect, parts] of envelopes) {
        const made = await this.#make({ repository, gun, dialect, now, by, held }, parts);
        files.push(...made.files);
        seen.set(dialect, made.standingTimestamp);
      }
      const noted = touchesTags(files)
        ? await signedTagsChange({ trust: database.records.trust, repository, gun, fresh: files }, now)
        : undefined;
      await database.change(async (records) => {
        const { trust } = records;
        for (const [dialect, version] of seen)
          if ((await trust.currentFile(repository, gun, dialect, 'timestamp'))?.version !== version)
            throw new AssayError('trust-version', undefined, { detail: {} });
        if (!(await trust.collection(repository, gun))) await trust.createCollection(repository, gun, now);
        for (const file of files) await trust.addFile(repository, gun, file);
        if (noted) await trust.changeSignedTags(repository, gun, noted);
        const timestamp = files.find((file) => file.role === 'timestamp' && file.dialect === 'notary');
        if (timestamp) await trust.addChange({ ...changeOf(timestamp), at: now, gun, category: 'update' });
        await appendEvent(records, now, 'trust.published', by, repository, gun, {
          roles: files.filter((file) => file.storedBy !== 'assay').map((file) => `${file.dialect}:${file.role}`),
        });
      });
      if (namedBefore) await retireRotatedKeys(this.#parts, repository, gun, namedBefore);
    });
  }

  async #make(
    order: { repository: Repository; gun: string; dialect: TrustDialect; now: number; by: string; held: ServerKey[] },
    parts: ReadonlyMap<RoleName, Envelope>,
  ): Promise<{ files: TrustFile[]; standingTimestamp: number | undefined }> {
    const { repository, gun, dialect, now, by } = order;
    const { trust } = this.#parts.database.records;
    const current = (role: string) => trust.currentFile(repository, gun, dialect, role);
    const versions = new Map(
      (await trust.currentFiles(repository, gun, dialect)).map((file) => [file.role, file.version]),
    );
    const standing: Standing = {
      root: await read(dialect, 'root', current),
      targets: await this.#standingTargets(dialect, parts, current),
    };
    const accepted = validatePublish({ rules: publishRules[dialect], gun, now, standing, parts });
    const files = [...parts].map(([role, { raw }]) => {
      const { version, expires } = acceptedFile(accepted, role).signed;
      if (version <= (versions.get(role) ?? 0)) throw new AssayError('trust-version', undefined, { detail: {} });
      return describe(raw, { dialect, role, version, expires, storedAt: now, storedBy: by });
    });
    const online = await this.#signOnline(order, accepted, files, current);
    return { files: [...files, ...online], standingTimestamp: versions.get('timestamp') };
  }

  async #standingTargets(
    dialect: TrustDialect,
    parts: ReadonlyMap<RoleName, Envelope>,
    current: (role: string) => Promise<TrustFile | undefined>,
  ): Promise<Map<RoleName, SignedFile<Targets>>> {
    const found = new Map<RoleName, SignedFile<Targets>>();
    for (const role of neededFor(parts)) {
      const file = await current(role);
      if (file) found.set(role, stored(dialect, role, file));
    }
    return found;
  }

  /** The snapshot, unless the owner holds its key and sent one, and the timestamp. */
  async #signOnline(
    { gun, dialect, now, held }: { gun: string; dialect: TrustDialect; now: number; held: readonly ServerKey[] },
    accepted: Accepted,
    files: readonly TrustFile[],
    current: (role: string) => Promise<TrustFile | undefined>,
  ): Promise<TrustFile[]> {
    const { signer } = this.#parts;
    const root = accepted.root.signed;
    const order = { gun, dialect, now, by: 'assay' };
    const timestampKeys = usableKeys(root, 'timestamp', held);
    if (!timestampKeys) throw rejected('ErrBadRoot', 'no timestamp keys exist on the server');
    const sent = files.find((file) => file.role === 'snapshot');
    const snapshot = sent ?? (await this.#makeSnapshot(order, root, held, files, current));
    const last = await current('timestamp');
    const timestamp = await signOnline(
      signer,
      { ...order, role: 'timestamp', keys: timestampKeys, version: (last?.version ?? 0) + 1 },
      buildTimestamp(dialect, metaOf(snapshot)),
    );
    return sent ? [timestamp] : [snapshot, timestamp];
  }

  async #makeSnapshot(
    order: { gun: string; dialect: TrustDialect; now: number; by: string },
    root: Root,
    held: readonly ServerKey[],
    files: readonly TrustFile[],
    current: (role: string) => Promise<TrustFile | undefined>,
  ): Promise<TrustFile> {
    const keys = usableKeys(root, 'snapshot', held);
    if (!keys)
      throw rejected(
        'ErrBadHierarchy',
        'no snapshot was included in update and server does not hold current snapshot key for repository',
        { Missing: 'snapshot' },
      );
    const last = await current('snapshot');
    const meta = new Map<RoleName, FileMeta>(last ? stored(order.dialect, 'snapshot', last).signed.meta : []);
    // TUF 1.x lists targets files only; the root is found by its version.
    for (const file of files) if (order.dialect === 'notary' || file.role !== 'root') meta.set(file.role, metaOf(file));
    for (const role of order.dialect === 'notary' ? ['root', 'targets'] : ['targets']) {
      const file = meta.has(role) ? undefined : await current(role);
      if (file) meta.set(role, metaOf(file));
    }
    return signOnline(
      this.#parts.signer,
      { ...order, role: 'snapshot', keys, version: (last?.version ?? 0) + 1 },
      buildSnapshot(order.dialect, meta),
    );
  }
}

/** The outer form of each part; what is not JSON of the right form is refused before anything is looked up. */
function readParts(dialect: TrustDialect, parts: ReadonlyMap<RoleName, Uint8Array>): Map<RoleName, Envelope> {
  const read = new Map<RoleName, Envelope>();
  for (const [role, raw] of parts) {
    // What Notary's server does: an uploaded timestamp is not looked at, since the server makes its own.
    if (role === 'timestamp') continue;
    if (dialect === 'tuf-1.0' && role === 'snapshot')
      throw rejected('ErrBadSnapshot', 'the server makes the snapshot of TUF 1.x metadata');
    read.set(role, readPart(dialect, raw));
  }
  return read;
}

function readPart(dialect: TrustDialect, raw: Uint8Array): Envelope {
  let envelope: Envelope;
  try {
    envelope = publishRules[dialect].readOuter(raw);
  } catch (cause) {
    throw new AssayError('trust-json-malformed', undefined, { cause });
  }
  const { version, expires, _type: type } = envelope.signed;
  if (typeof version !== 'number' || typeof expires !== 'string' || typeof type !== 'string')
    throw new AssayError('trust-json-malformed');
  return envelope;
}

async function read(
  dialect: TrustDialect,
  role: 'root',
  current: (role: string) => Promise<TrustFile | undefined>,
): Promise<SignedFile<Root> | undefined> {
  const file = await current(role);
  return file && stored(dialect, role, file);
}

function acceptedFile(accepted: Accepted, role: RoleName): SignedFile {
  const file = role === 'root' ? accepted.root : role === 'snapshot' ? accepted.snapshot : accepted.targets.get(role);
  if (!file) throw new AssayError('internal', `the part ${role} was not checked`);
  return file;
}
