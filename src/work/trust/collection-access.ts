import type { Action } from '../../access/roles.ts';
import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { type OwnHost, repositoryOfGun } from '../../oci/gun.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { repositoryForPush, requirePush, requireRepository } from '../registry/repositories.ts';

/** The rights that the Notary protocol's token actions stand for. */
export const trustActions = { pull: 'pull', publish: 'sign', administer: 'delete' } as const satisfies Record<
  string,
  Action
>;

/** Finds the repository that authorises a collection, for one action. */
export class CollectionAccess {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #isOwnHost: OwnHost;

  constructor(database: Database, clock: Clock, isOwnHost: OwnHost) {
    this.#database = database;
    this.#clock = clock;
    this.#isOwnHost = isOwnHost;
  }

  /** The repository of a GUN; one that the viewer may not see has no metadata, like one that is not there. */
  async require(viewer: Viewer, gun: string, action: Action): Promise<Repository> {
    const name = this.#name(gun);
    try {
      return await requireRepository(this.#database.records, narrowed(viewer, gun, name), name, action);
    } catch (error) {
      if (isAssayError(error, 'name-unknown'))
        throw new AssayError('trust-metadata-unknown', undefined, { detail: {} });
      throw error;
    }
  }

  /** The repository to publish trust data for; made, private, where the publisher may create one. */
  async forPublish(viewer: Viewer, gun: string): Promise<Repository> {
    const name = this.#name(gun);
    const narrow = narrowed(viewer, gun, name);
    if (await this.#database.records.registry.repository(narrow, name))
      return requireRepository(this.#database.records, narrow, name, trustActions.publish);
    return repositoryForPush(this.#database, this.#clock, narrow, name);
  }

  /** Throws what an act there would be refused with, before its repository is made; creates nothing. */
  async requireBeforeMade(viewer: Viewer, gun: string, action: Action): Promise<void> {
    const name = this.#name(gun);
    const narrow = narrowed(viewer, gun, name);
    if (await this.#database.records.registry.repository(narrow, name))
      await requireRepository(this.#database.records, narrow, name, action);
    else await requirePush(this.#database.records, narrow, name);
  }

  #name(gun: string): RepositoryName {
    const name = repositoryOfGun(gun, this.#isOwnHost);
    if (name === undefined)
      throw new AssayError('gun-invalid', undefined, {
        detail: 'The name is no repository of this server; add a host name in it to publicNames.',
      });
    return name;
  }
}

/** A token names the collection as the client spells it, which is not the repository's name here. */
function narrowed(viewer: Viewer, gun: string, name: RepositoryName): Viewer {
  if (viewer.kind === 'system' || !viewer.scope) return viewer;
  const { repositories, collections, catalogue } = viewer.scope;
  const actions = new Set([...(repositories.get(name) ?? []), ...(collections.get(gun) ?? [])]);
  return { ...viewer, scope: { repositories: new Map([[name, actions]]), collections, catalogue } };
}
