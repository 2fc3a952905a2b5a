import type { VexStatus } from '../../content/vex/statement.ts';
import { openVexOf, vexStatuses } from '../../content/vex/write-openvex.ts';
import { toRfc3339 } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { StoredStatement } from '../../ports/vex-records.ts';

/** A status as OpenVEX writes it. */
export function writtenStatus(status: VexStatus): (typeof vexStatuses)[number] {
  return vexStatuses.find((each) => STATUSES[each] === status) ?? 'under_investigation';
}

/** A status of OpenVEX as it is kept. */
export function readStatus(status: (typeof vexStatuses)[number]): VexStatus {
  return STATUSES[status];
}

const STATUSES: Readonly<Record<(typeof vexStatuses)[number], VexStatus>> = {
  not_affected: 'not-affected',
  affected: 'affected',
  fixed: 'fixed',
  under_investigation: 'under-investigation',
};

/** The statements of an image as an OpenVEX document, oldest first, since readers take the last as the one that counts. */
export function documentOf(
  { name }: Pick<Repository, 'name'>,
  digest: Digest,
  stored: readonly StoredStatement[],
): object {
  const inOrder = stored.toSorted((a, b) => a.statedAt - b.statedAt);
  const newest = Math.max(...stored.map((each) => each.recordedAt));
  return openVexOf(
    {
      id: `urn:assay:vex:${digest}:${newest}`,
      at: toRfc3339(newest),
      image: { name: name.slice(name.lastIndexOf('/') + 1), digest },
    },
    inOrder.map(({ ids: [id = '', ...aliases], status, justification, detail, packages, author, statedAt }) => ({
      id,
      aliases,
      status: writtenStatus(status),
      justification,
      words: detail,
      packages,
      author,
      at: toRfc3339(statedAt),
    })),
  );
}
