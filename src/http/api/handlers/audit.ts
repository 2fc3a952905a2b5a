import * as contract from '../../../contract/audit.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { House } from '../../house.ts';
import { chainOf, verifyAudit } from '../../../work/access/audit.ts';
import { type Handled, handle } from '../call.ts';
import { cutList, readCursor } from '../cursor.ts';

function instant(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

async function* lines(house: House): AsyncGenerator<Uint8Array> {
  const line = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`);
  yield line({ kind: 'audit', schemaVersion: 1, service: house.service, key: house.sealKeeper.publicKey });
  const head = await house.sealKeeper.readHead();
  if (head) yield line({ kind: 'head', ...head });
  for (const seal of await house.database.records.audit.seals()) yield line({ kind: 'seal', ...seal });
  for await (const entry of chainOf(house.database.records)) yield line({ kind: 'entry', ...entry });
}

export const auditHandlers: readonly Handled[] = [
  handle(contract.listAudit, async ({ house, viewer, query }) => {
    const filter = { ...query, since: instant(query.since), until: instant(query.until) };
    const found = await house.database.records.audit.list(viewer, filter, {
      after: readCursor(query.cursor),
      limit: query.limit + 1,
    });
    const page = cutList(found, query.limit, (each) => each.id);
    return {
      ...page,
      items: page.items.map(({ actorId: _actorId, repositoryId: _repositoryId, ...rest }) => ({
        ...rest,
        at: toRfc3339(rest.at),
      })),
    };
  }),
  handle(contract.exportAudit, async ({ house }) => lines(house)),
  handle(contract.verifyAudit, async ({ house }) => {
    const report = await verifyAudit(house.database, house.sealKeeper);
    return { ...report, key: house.sealKeeper.publicKey, problems: report.problems.map((each) => ({ ...each })) };
  }),
];
