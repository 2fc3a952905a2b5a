import { hash } from 'node:crypto';
import type { Viewer } from '../../src/access/viewer.ts';
import { systemViewer } from '../../src/access/viewer.ts';
import { type BuiltInRole, roles } from '../../src/access/roles.ts';
import { newAccount } from '../../src/work/access/new-account.ts';
import type { Digest } from '../../src/oci/digest.ts';
import type { RepositoryName, Tag } from '../../src/oci/names.ts';
import type { StorageKey } from '../../src/ports/blob-store.ts';
import type { Database } from '../../src/ports/database.ts';
import type { NewManifest, Repository, RepositoryId, Visibility } from '../../src/ports/registry-records.ts';

/** Opens an empty database whose rows go with it; kept times are those of `keep`. */
export type OpenDatabase = () => Promise<Database>;

/** Times that the contract's databases are opened with, in milliseconds. */
export const keep = { afterUploadMs: 1000, afterDeleteMs: 100 };

export const system = systemViewer('contract test');

export function digest(text: string): Digest {
  return `sha256:${hash('sha256', text, 'hex')}` as Digest;
}

export function storageKey(text: string): StorageKey {
  return hash('sha256', text, 'hex').slice(0, 40) as StorageKey;
}

export const name = (text: string) => text as RepositoryName;
export const tag = (text: string) => text as Tag;

export function account(accountName: string, administrator = false): Extract<Viewer, { kind: 'account' }> {
  return { kind: 'account', accountId: `id-${accountName}`, name: accountName, administrator };
}

export async function addAccount(database: Database, viewer: Extract<Viewer, { kind: 'account' }>): Promise<void> {
  await database.change(({ access }) =>
    access.createAccount(
      newAccount({
        id: viewer.accountId,
        name: viewer.name,
        administrator: viewer.administrator,
        createdAt: 1,
        passwordChangedAt: 2,
        passwordHash: 'x',
      }),
    ),
  );
}

export async function addRepository(
  database: Database,
  repositoryName: string,
  visibility: Visibility = 'private',
): Promise<Repository> {
  return database.change(async ({ registry }) => {
    await registry.createOrganisation(repositoryName.split('/')[0] ?? '', 1);
    await registry.createRepository({
      id: `id-${repositoryName}` as RepositoryId,
      name: name(repositoryName),
      visibility,
      description: `about ${repositoryName}`,
      createdAt: 1,
    });
    const made = await registry.repository(system, name(repositoryName));
    if (!made) throw new Error('the repository was not made');
    return made;
  });
}

export function grantTo(
  database: Database,
  accountName: string,
  role: BuiltInRole,
  subject: { repository: RepositoryName } | { organisation: string },
): Promise<void> {
  return database.change(({ access }) => access.grant({ principal: accountName, role, actions: roles[role], subject }));
}

/** A manifest of one config and these layers; the digests are of the given words. */
export function manifestOf(word: string, layers: readonly string[], more: Partial<NewManifest> = {}): NewManifest {
  return {
    digest: digest(word),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    raw: new TextEncoder().encode(`{"word":"${word}"}`),
    kind: 'image',
    runnable: true,
    artifactType: undefined,
    subject: undefined,
    annotations: {},
    references: [
      { target: digest(`${word}-config`), kind: 'config', position: 0 },
      ...layers.map((layer, position) => ({ target: digest(layer), kind: 'layer' as const, position })),
    ],
    totalSize: 100,
    ...more,
  };
}

/** Stores blobs for everything the manifest lists, links them, then stores the manifest and sets the tags. */
export async function pushImage(
  database: Database,
  repository: Repository,
  manifest: NewManifest,
  tags: readonly string[] = [],
  at = 10,
): Promise<void> {
  await database.change(async ({ registry }) => {
    for (const { target, kind } of manifest.references) {
      if (kind !== 'config' && kind !== 'layer') continue;
      await registry.addBlob({ digest: target, size: 7, storageKey: storageKey(target) }, at);
      await registry.linkBlob(repository, target, at);
    }
    await registry.putManifest(repository, manifest, 'ann', at);
    for (const each of tags) await registry.setTag(repository, tag(each), manifest.digest, 'ann', at);
  });
}

/** Every page of a list, to compare with the whole. */
export async function allPages<T>(read: (after: string | undefined) => Promise<T[]>, key: (item: T) => string) {
  const all: T[] = [];
  for (let after: string | undefined; ; ) {
    const page = await read(after);
    if (page.length === 0) return all;
    all.push(...page);
    after = key(page.at(-1)!);
  }
}
