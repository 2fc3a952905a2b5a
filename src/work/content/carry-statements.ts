import { nameOf, type Viewer } from '../../access/viewer.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { StoredStatement } from '../../ports/vex-records.ts';
import { appendEvent } from '../events.ts';
import { MAX_STATEMENTS, queuePublication } from './vex-statements.ts';

/**
 * What was said of an image goes along to another repository, in the transaction that brings it there: by a channel alone,
 * whose approvers and policies saw the image with it. What stands there already is not said twice.
 */
export async function carryStatements(
  records: Records,
  viewer: Viewer,
  image: { readonly source: Repository; readonly target: Repository; readonly digest: Digest },
  now: number,
): Promise<void> {
  const { source, target, digest } = image;
  const there = await records.vex.inForce(target, [digest]);
  const known = new Set(there.map(saidIn));
  const fresh = (await records.vex.inForce(source, [digest])).filter((each) => !known.has(saidIn(each)));
  if (fresh.length === 0) return;
  if (there.length + fresh.length > MAX_STATEMENTS)
    throw new AssayError('input-invalid', `an image has at most ${MAX_STATEMENTS} statements; withdraw some`);
  const recorded = fresh.map((each) => ({ ...each, id: uuidv7(now), recordedBy: nameOf(viewer), recordedAt: now }));
  await records.vex.add(target, recorded);
  for (const { id, ids, status, justification, author, packages } of recorded)
    await appendEvent(records, now, 'vex.stated', viewer, target, `${target.name}@${digest}`, {
      id,
      vulnerability: ids[0],
      status,
      ...(justification !== undefined && { justification }),
      author,
      packages,
      from: source.name,
    });
  await queuePublication(records, target, digest, now);
}

function saidIn({ ids, status, justification, detail, packages, author, statedAt }: StoredStatement): string {
  return JSON.stringify([ids, status, justification, detail, packages, author, statedAt]);
}
