import { nameOf, type Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { type ServerKey, type TrustDialect, trustDialects, type TrustFile } from '../../ports/trust-records.ts';
import type { Envelope } from '../../trust/tuf/envelope.ts';
import type { RoleName, SignedFile, Targets } from '../../trust/tuf/metadata.ts';
import { type Accepted, neededFor, validatePublish } from '../../trust/tuf/publish/validate.ts';
import { appendEvent } from '../events.ts';
import { trustActions } from './collection-access.ts';
import { changeOf, type TrustParts } from './collections.ts';
import { publishRules } from './dialects.ts';
import { describe } from './online-metadata.ts';
import { planOnline } from './plan-online.ts';
import { namedOnlineKeys, retireRotatedKeys } from './retire-keys.ts';
import { type OnlinePlan, signOnline } from './sign-online.ts';
import { StandingFiles } from './standing-files.ts';
import { TagNotes } from './tag-notes.ts';
import { readParts, type Upload } from './uploads.ts';

/** What one dialect of an update comes to, before its online part is signed. */
interface Making {
  readonly standing: StandingFiles;
  readonly accepted: Accepted;
  readonly files: readonly TrustFile[];
  readonly plan: OnlinePlan;
}

interface Order {
  readonly repository: Repository;
  readonly gun: string;
  readonly now: number;
  readonly by: string;
}

/** Publishing: what the owners signed is checked, the online part is made, and all of it becomes visible at once. */
export class TrustPublishing {
  readonly #parts: TrustParts;
  readonly #notes: TagNotes;

  constructor(parts: TrustParts) {
    this.#parts = parts;
    this.#notes = new TagNotes(parts.database.records.trust);
  }

  /** Asked before the body of an update is read. */
  requirePublish(viewer: Viewer, gun: string): Promise<void> {
    return this.#parts.access.requireBeforeMade(viewer, gun, trustActions.publish);
  }

  /** Publishes an update in one transaction over every dialect it holds. */
  async publish(viewer: Viewer, gun: string, upload: Upload): Promise<void> {
    const { access, changes, clock } = this.#parts;
    const parts = readParts(upload);
    const repository = await access.forPublish(viewer, gun);
    await changes.run(gun, async () => {
      const order: Order = { repository, gun, now: clock.now(), by: nameOf(viewer) };
      const newRoot = [...parts.values()].some((each) => each.has('root'));
      const namedBefore = newRoot ? await namedOnlineKeys(this.#parts, repository, gun) : undefined;
      await this.#publish(order, parts);
      if (namedBefore) await retireRotatedKeys(this.#parts, repository, gun, namedBefore);
    });
  }

  async #publish(order: Order, parts: ReadonlyMap<TrustDialect, ReadonlyMap<RoleName, Envelope>>): Promise<void> {
    const { database, signer } = this.#parts;
    const { repository, gun, now, by } = order;
    const held = await database.records.trust.serverKeys(gun);
    const makings: Making[] = [];
    for (const dialect of trustDialects) {
      const some = parts.get(dialect);
      if (some) makings.push(await this.#make(order, dialect, some, held));
    }
    const plans = makings.map(({ plan }) => plan);
    const online = await signOnline(signer, { gun, now, by: 'assay' }, plans);
    const files = [...makings.flatMap((each) => each.files), ...online];
    const noted = await this.#notes.changeWith({ repository, gun, now }, makings, files);
    await database.change(async (records) => {
      const { trust } = records;
      for (const { standing } of makings) {
        const { dialect } = standing;
        const timestamp = await trust.currentSummary(repository, gun, dialect, 'timestamp');
        if ((timestamp?.version ?? 0) !== (await standing.version('timestamp')))
          throw new AssayError('trust-version', undefined, { detail: {} });
      }
      if (!(await trust.collection(repository, gun))) await trust.createCollection(repository, gun, now);
      for (const file of files) await trust.addFile(repository, gun, file);
      if (noted) await trust.changeSignedTags(repository, gun, noted.change);
      const timestamp = files.find((file) => file.role === 'timestamp' && file.dialect === 'notary');
      if (timestamp) await trust.addChange({ ...changeOf(timestamp), at: now, gun, category: 'update' });
      await appendEvent(records, now, 'trust.published', by, repository, gun, {
        roles: files.filter((file) => file.storedBy !== 'assay').map((file) => `${file.dialect}:${file.role}`),
      });
    });
    noted?.keep();
  }

  async #make(
    order: Order,
    dialect: TrustDialect,
    parts: ReadonlyMap<RoleName, Envelope>,
    held: readonly ServerKey[],
  ): Promise<Making> {
    const { repository, gun, now, by } = order;
    const standing = new StandingFiles({ trust: this.#parts.database.records.trust, repository, gun, dialect });
    const targets = new Map<RoleName, SignedFile<Targets>>();
    for (const role of neededFor(parts)) {
      const file = await standing.read(role);
      if (file) targets.set(role, file);
    }
    const accepted = validatePublish({
      rules: publishRules[dialect],
      gun,
      now,
      standing: { root: await standing.read('root'), targets },
      parts,
    });
    const files: TrustFile[] = [];
    for (const [role, { raw }] of parts) {
      const { version, expires } = acceptedFile(accepted, role).signed;
      if (version <= (await standing.version(role))) throw new AssayError('trust-version', undefined, { detail: {} });
      files.push(describe(raw, { dialect, role, version, expires, storedAt: now, storedBy: by }));
    }
    return { standing, accepted, files, plan: await planOnline(standing, accepted.root.signed, held, files) };
  }
}

function acceptedFile(accepted: Accepted, role: RoleName): SignedFile {
  const file = role === 'root' ? accepted.root : role === 'snapshot' ? accepted.snapshot : accepted.targets.get(role);
  if (!file) throw new AssayError('internal', `the part ${role} was not checked`);
  return file;
}
