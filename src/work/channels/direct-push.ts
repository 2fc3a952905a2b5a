import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../oci/names.ts';
import { nameInNext, type Place, promotionOnly, type Standing } from '../../policy/channels/channel.ts';
import { matchesGlob } from '../../policy/scope.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { repositoryForPush, requirePush } from '../registry/repositories.ts';
import { channelsOf } from './channel-book.ts';

/** The repository to push images to; throws `promotion-only` where they come by promotion only, whoever pushes. */
export async function repositoryForImages(
  database: Database,
  clock: Clock,
  viewer: Viewer,
  name: RepositoryName,
): Promise<Repository> {
  await requireImagePush(database.records, viewer, name);
  return repositoryForPush(database, clock, viewer, name);
}

/** As `requirePush`, and with the stages of channels in view. Who may not push there is told only that. */
export async function requireImagePush(records: Records, viewer: Viewer, name: RepositoryName): Promise<void> {
  const standing = promotionOnly(await channelsOf(records, organisationOf(name)), { repository: name });
  if (!standing) return;
  await requirePush(records, viewer, name);
  throw refused(standing, { repository: name });
}

/** Asked in the transaction that sets the tag. Throws `promotion-only`. */
export async function requireDirectTag(records: Records, name: RepositoryName, tag: Tag): Promise<void> {
  const standing = promotionOnly(await channelsOf(records, organisationOf(name)), { repository: name, tag });
  if (standing) throw refused(standing, { repository: name, tag });
}

/**
 * Renaming is a way in and a way out: what is called so afterwards was not promoted, and pulls of the former name would
 * go on to where anybody may push. Throws `promotion-only`.
 */
export async function requireNoStage(records: Records, ...names: readonly RepositoryName[]): Promise<void> {
  for (const name of names)
    for (const channel of await channelsOf(records, organisationOf(name)))
      for (const stage of channel.stages)
        if (stage.promotion && matchesGlob(stage.repository, name))
          throw new AssayError(
            'promotion-only',
            `${name} is in the stage ${stage.name} of the channel ${channel.name}; a repository is renamed neither into such a stage nor out of it`,
          );
}

function refused({ channel, stage, position }: Standing, place: Place): AssayError {
  const before = channel.stages[position - 1]!;
  const from = nameInNext(stage, before, { repository: place.repository, tag: place.tag ?? 'TAG' });
  const image = from ? `${from.repository}:${from.tag}` : `an image of the stage ${before.name}`;
  const what = place.tag === undefined ? place.repository : `${place.repository}:${place.tag}`;
  return new AssayError(
    'promotion-only',
    `${what} is in the stage ${stage.name} of the channel ${channel.name}, where images come by promotion only; push to the stage ${channel.stages[0]!.name}, then: assay channel request ${image} --reason TEXT`,
  );
}
