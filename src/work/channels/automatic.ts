import { systemViewer } from '../../access/viewer.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseRepositoryName, parseTag, type Tag } from '../../oci/names.ts';
import { isAssayError } from '../../lib/error.ts';
import { nameInNext } from '../../policy/channels/channel.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { type Step, stepsFrom } from './channel-book.ts';
import { endRequest } from './end-request.ts';
import { openRequest, requestFor } from './open-request.ts';

const viewer = systemViewer('automatic promotion');

/**
 * In the transaction in which a tag comes to name an image: asks for every promotion from here that starts by itself. A
 * newer image takes the place of one that the house asked for earlier; what a person asked for stays.
 */
export async function askAutomatically(
  records: Records,
  source: Repository,
  tag: Tag,
  digest: Digest,
  now: number,
): Promise<void> {
  for (const step of await stepsFrom(records, source.name, tag)) {
    if (step.next.promotion?.start !== 'automatic') continue;
    const goal = goalOf(step, source, tag);
    if (!goal) continue;
    const standing = await records.channels.openRequest(goal.target, goal.targetTag);
    if (standing && standing.askedById !== undefined) continue;
    if (standing) await endRequest(records, standing, 'void', viewer, `${source.name}:${tag} names a newer image`, now);
    const reason = `arrived in the stage ${step.stage.name}`;
    await openRequest(records, step, requestFor(step, { source, tag, digest, ...goal, reason }, viewer, now), viewer);
  }
}

function goalOf({ stage, next }: Step, source: Repository, tag: Tag) {
  const goal = nameInNext(stage, next, { repository: source.name, tag });
  if (!goal) return undefined;
  try {
    return { target: parseRepositoryName(goal.repository), targetTag: parseTag(goal.tag ?? '') };
  } catch (error) {
    if (isAssayError(error, 'name-invalid', 'name-reserved', 'tag-invalid')) return undefined;
    throw error;
  }
}
