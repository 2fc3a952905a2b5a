import { nameOf, type Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import type { HeldKey, OnlineRole } from '../../ports/signer-service.ts';
import type { TrustFile } from '../../ports/trust-records.ts';
import { updateNotary } from '../../trust/tuf/client/notary-workflow.ts';
import type { RoleName, SignedFile } from '../../trust/tuf/metadata.ts';
import { fingerprintOfPrivate } from '../../trust/keys/public-key.ts';
import { readNotary, readNotaryAs } from '../../trust/tuf/notary/read.ts';
import { appendEvent } from '../events.ts';
import { trustActions } from './collection-access.ts';
import { changeOf, type TrustParts } from './collections.ts';
import { describe } from './online-metadata.ts';
import { runWorkflow } from './run-workflow.ts';
import { effectiveTags, notedTags, tagsChange } from './signed-names.ts';
import { transientFiles } from './transient-files.ts';

/** A collection of another trust server: every root by version, and the newest file of each other role. */
export interface ForeignCollection {
  readonly roots: ReadonlyMap<number, Uint8Array>;
  readonly files: ReadonlyMap<RoleName, Uint8Array>;
  /** Private keys of the server that it leaves, DER PKCS#8. */
  readonly keys?: ReadonlyMap<OnlineRole, Uint8Array>;
}

/**
 * Takes over a collection of another Notary server with its bytes as they are, so that clients which know its roots go on
 * with it. It must verify as a client verifies it, from its first root to its newest, before a byte of it is stored.
 */
export class TrustImport {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
  }

  async take(viewer: Viewer, gun: string, foreign: ForeignCollection): Promise<{ roots: number; roles: number }> {
    const { access, changes, database, clock } = this.#parts;
    await access.requireBeforeMade(viewer, gun, trustActions.administer);
    const now = clock.now();
    // A collection that does not verify makes no repository either.
    await verify(gun, foreign, now);
    requireNamed(foreign);
    // Who may make the repository may begin its trust data; where it was there, more was asked above.
    const repository = await access.forPublish(viewer, gun);
    const files = described(foreign, now, nameOf(viewer));
    return changes.run(gun, async () => {
      const from = { trust: database.records.trust, repository, gun };
      if (await from.trust.collection(repository, gun)) throw alreadyHere(gun);
      const keys = await this.#adopt(gun, foreign);
      const noted = tagsChange(await notedTags(from), await effectiveTags({ ...from, fresh: files }, now), now);
      await database.change(async (records) => {
        const { trust } = records;
        if (await trust.collection(repository, gun)) throw alreadyHere(gun);
        await trust.createCollection(repository, gun, now);
        for (const file of files) await trust.addFile(repository, gun, file);
        await trust.changeSignedTags(repository, gun, noted);
        for (const key of keys) await trust.addServerKey({ ...key, createdAt: now });
        const timestamp = files.find((file) => file.role === 'timestamp');
        if (timestamp) await trust.addChange({ ...changeOf(timestamp), at: now, gun, category: 'update' });
        await appendEvent(records, now, 'trust.imported', viewer, repository, gun, {
          roots: foreign.roots.size,
          keys: keys.map(({ role, fingerprint }) => ({ role, fingerprint })),
        });
      });
      return { roots: foreign.roots.size, roles: foreign.files.size };
    });
  }

  /** The signing service goes on where the other one ended: above the versions that are taken over. */
  async #adopt(gun: string, { files, keys }: ForeignCollection): Promise<HeldKey[]> {
    const adopted: HeldKey[] = [];
    for (const [role, pkcs8] of keys ?? []) {
      const file = files.get(role);
      const lastVersion = file ? readNotary(role, file).signed.version : 0;
      adopted.push(await this.#parts.signer.adopt({ gun, role, pkcs8, lastVersion }));
    }
    return adopted;
  }
}

function alreadyHere(gun: string): AssayError {
  return new AssayError('already-exists', `${gun} has trust data here already; nothing was taken over`);
}

/** A key is taken only for what the newest root names it for. */
function requireNamed({ roots, keys }: ForeignCollection): void {
  const newest = roots.get(Math.max(...roots.keys()));
  const root = newest && readNotaryAs('root', 'root', newest).signed;
  for (const [role, pkcs8] of keys ?? []) {
    const fingerprint = fingerprintOfPrivate(pkcs8);
    const named = root?.roles[role].keyIds.some((id) => root.keys.get(id)?.fingerprint === fingerprint);
    if (!named) throw new AssayError('key-invalid', `the root does not name this key for the ${role}`);
  }
}

/** Follows the roots one by one, as a client that knew the first would, then the whole collection. */
async function verify(gun: string, { roots, files }: ForeignCollection, now: number): Promise<void> {
  const versions = [...roots.keys()].toSorted((a, b) => a - b);
  const first = versions[0];
  if (first === undefined) throw new AssayError('input-invalid', 'there is no root to take over');
  const newest = roots.get(versions.at(-1)!)!;
  const trusted = transientFiles();
  // The chain begins at the oldest root: what clients cached may be any of them.
  await trusted.keep('root', roots.get(first)!);
  const byName = async (name: string): Promise<Uint8Array | undefined> => {
    const version = /^(\d+)\.root\.json$/.exec(name)?.[1];
    if (version !== undefined) return roots.get(Number(version));
    const role = name.replace(/\.json$/, '').replace(/\.[0-9a-f]{64}$/, '');
    return role === 'root' ? newest : files.get(role);
  };
  await runWorkflow(updateNotary({ gun, now, allowCached: false }), { fetch: byName, files: trusted });
}

function described({ roots, files }: ForeignCollection, now: number, by: string): TrustFile[] {
  const all: [RoleName, Uint8Array][] = [
    ...[...roots.values()].map((raw): [string, Uint8Array] => ['root', raw]),
    ...files,
  ];
  return all.map(([role, raw]) => {
    const { signed }: SignedFile = readNotary(role, raw);
    return describe(raw, {
      dialect: 'notary',
      role,
      version: signed.version,
      expires: signed.expires,
      storedAt: now,
      storedBy: by,
    });
  });
}
