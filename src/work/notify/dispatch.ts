import { matchesPattern } from '../../access/tag-rules.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { EventRecord } from '../../ports/events-records.ts';
import { cloudEvent } from './cloud-event.ts';
import { noteVulnerabilities } from './vulnerabilities.ts';

const BATCH = 100;

type Outgoing = EventRecord & { readonly repository: string | undefined };

/**
 * Turns events into deliveries and notices, in the transaction that marks them as done: an event that was committed is
 * asked about once, whenever the process dies. Returns how many there were.
 */
export async function dispatch(database: Database, clock: Clock, source: string): Promise<number> {
  if ((await database.records.notify.undispatched(1)).length === 0) return 0;
  return database.change(async (records) => {
    const events = await records.notify.undispatched(BATCH);
    for (const event of events) {
      await queueDeliveries(records, clock.now(), source, event);
      await noteVulnerabilities(records, clock.now(), event);
    }
    if (events.length > 0) await records.notify.markDispatched(events.map((each) => each.id));
    return events.length;
  });
}

async function queueDeliveries(records: Records, now: number, source: string, event: Outgoing): Promise<void> {
  const noun = nounOf(event.type);
  const organisation = event.repository?.split('/')[0];
  for (const webhook of await records.notify.webhooksFor(event.repositoryId, organisation)) {
    // What happened before the webhook was made is none of its.
    if (event.at <= webhook.createdAt || !webhook.events.some((pattern) => matchesPattern(pattern, noun))) continue;
    await records.notify.addDelivery(
      {
        id: uuidv7(now),
        webhookId: webhook.id,
        eventId: event.id,
        state: 'waiting',
        attempts: 0,
        uncertain: 0,
        nextAt: now,
        createdAt: now,
        endedAt: undefined,
        status: undefined,
        error: undefined,
      },
      (sequence) => cloudEvent(event, event.repository, source, sequence),
    );
  }
}

/** `tag.moved` of `dev.assay.tag.moved.v1`. */
export function nounOf(type: string): string {
  return type.replace(/^dev\.assay\./, '').replace(/\.v\d+$/, '');
}
