import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Database } from '../../ports/database.ts';
import type { ExpiringCollection } from '../../ports/trust-records.ts';
import { appendEvent } from '../events.ts';

/** How long before clients refuse it those who sign a collection are told. */
export const TOLD_BEFORE_MS = 30 * 24 * 3600_000;
const AT_ONCE = 200;

/**
 * Tells of collections whose owners have to sign again before long: an event for webhooks, and a notice to who published
 * its targets last. Each expiry is told once; a new signature brings a new one.
 */
export async function tellExpiring(database: Database, clock: Clock): Promise<number> {
  const now = clock.now();
  const due = await database.records.trust.expiring(now + TOLD_BEFORE_MS, AT_ONCE);
  for (const each of due) await tell(database, each, now);
  return due.length;
}

async function tell(
  database: Database,
  { gun, repository, goodUntil }: ExpiringCollection,
  now: number,
): Promise<void> {
  await database.change(async (records) => {
    await records.trust.noteTold(gun, goodUntil);
    const expiresAt = new Date(goodUntil).toISOString();
    await appendEvent(records, now, 'trust.expiring', 'system', repository, gun, { expiresAt });
    const targets =
      (await records.trust.currentFile(repository, gun, 'notary', 'targets')) ??
      (await records.trust.currentFile(repository, gun, 'tuf-1.0', 'targets'));
    const account = targets && (await records.access.account(targets.storedBy));
    if (!account || account.disabled) return;
    await records.notify.addNotice({
      id: uuidv7(now),
      accountId: account.id,
      dedupeKey: `trust-expiring ${gun} ${goodUntil}`,
      subject: `signatures of ${gun} ${goodUntil <= now ? 'have expired' : 'expire'}`,
      text: `what you signed for ${gun} ${goodUntil <= now ? 'expired' : 'expires'} on ${expiresAt.slice(0, 10)}; sign it again: assay trust expire ${gun}`,
      createdAt: now,
    });
  });
}
