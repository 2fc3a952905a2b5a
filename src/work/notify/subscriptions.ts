import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Subscription } from '../../ports/notify-records.ts';
import { requireOrganisation } from '../access/grants.ts';
import { requireRepository } from '../registry/repositories.ts';

const MAX_PER_SUBSCRIBER = 500;
type Me = Viewer & { kind: 'account' };
export type ShownSubscription = Subscription & { readonly name: string; readonly place: string | undefined };

/** Who follows what. What one may no longer see is told to nobody, whatever they once subscribed to. */
export class Subscriptions {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async list(viewer: Me): Promise<ShownSubscription[]> {
    const { records } = this.#database;
    const subscribers = [viewer.accountId, ...(await records.access.teamsOf(viewer.accountId)).map((team) => team.id)];
    const all = await Promise.all(subscribers.map((subscriber) => records.notify.subscriptions({ subscriber })));
    return all.flat();
  }

  async add(
    viewer: Me,
    wanted: {
      repository?: RepositoryName | undefined;
      organisation?: string | undefined;
      minSeverity: string;
      team?: string | undefined;
    },
  ): Promise<ShownSubscription> {
    if ((wanted.repository === undefined) === (wanted.organisation === undefined))
      throw new AssayError('input-invalid', 'one follows either a repository or an organisation');
    const now = this.#clock.now();
    return this.#database.change(async (records) => {
      const scope = await scopeOf(records, viewer, wanted);
      const subscriber = await this.#subscriber(records, viewer, wanted);
      const present = await records.notify.subscriptions({ subscriber: subscriber.id });
      if (present.length >= MAX_PER_SUBSCRIBER)
        throw new AssayError('input-invalid', `one follows at most ${MAX_PER_SUBSCRIBER} places`);
      for (const each of present)
        if (each.repositoryId === scope.repositoryId && each.organisation === scope.organisation)
          await records.notify.removeSubscription(each.id);
      const subscription: Subscription = {
        id: uuidv7(now),
        subscriber: subscriber.id,
        subscriberKind: subscriber.kind,
        ...scope,
        minSeverity: wanted.minSeverity,
        createdAt: now,
      };
      await records.notify.addSubscription(subscription);
      return { ...subscription, name: subscriber.name, place: wanted.repository ?? wanted.organisation };
    });
  }

  async remove(viewer: Me, id: string): Promise<void> {
    const own = (await this.list(viewer)).find((each) => each.id === id);
    if (!own) throw new AssayError('not-found', 'you follow nothing of that kind');
    await this.#database.change(async (records) => {
      if (own.subscriberKind === 'team') {
        const team = (await records.access.teamsOf(viewer.accountId)).find((each) => each.id === own.subscriber);
        await requireOrganisation(records, viewer, team?.organisation ?? '', 'administer');
      }
      await records.notify.removeSubscription(id);
    });
  }

  async #subscriber(
    records: Records,
    viewer: Me,
    wanted: { repository?: RepositoryName | undefined; organisation?: string | undefined; team?: string | undefined },
  ): Promise<{ id: string; kind: 'account' | 'team'; name: string }> {
    if (wanted.team === undefined) return { id: viewer.accountId, kind: 'account', name: viewer.name };
    const organisation = wanted.organisation ?? organisationOf(wanted.repository ?? ('/' as RepositoryName));
    await requireOrganisation(records, viewer, organisation, 'administer');
    const team = await records.access.team(organisation, wanted.team);
    if (!team) throw new AssayError('not-found', `there is no team ${wanted.team} in ${organisation}`);
    return { id: team.id, kind: 'team', name: `team:${team.name}` };
  }
}

async function scopeOf(
  records: Records,
  viewer: Me,
  { repository, organisation }: { repository?: RepositoryName | undefined; organisation?: string | undefined },
) {
  if (repository !== undefined)
    return {
      repositoryId: (await requireRepository(records, viewer, repository, 'pull')).id,
      organisation: undefined,
    };
  const seen = await records.access.organisations(viewer);
  if (!seen.some((each) => each.name === organisation))
    throw new AssayError('not-found', `no organisation ${organisation}, or not visible to you`);
  return { repositoryId: undefined, organisation };
}
