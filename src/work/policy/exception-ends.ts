import { type Clock, toRfc3339 } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { PolicyException } from '../../policy/exception.ts';
import type { Database, Records } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';
import type { JobHandler } from '../jobs/runner.ts';
import { placeOf } from './policies.ts';

/** Kind of the job that tells of exceptions that end. */
export const NOTE_EXCEPTION_ENDS = 'note-exception-ends';

/** The owner is told so long before the end of an exception that stands longer than this. */
const AHEAD_MS = 3 * 86_400_000;
const AT_ONCE = 200;

/** Tells owners of exceptions that end soon, and everybody who listens of those that have ended. */
export class ExceptionEnds implements JobHandler {
  readonly kind = NOTE_EXCEPTION_ENDS;
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async run(): Promise<void> {
    const now = this.#clock.now();
    await this.#database.change(async (records) => {
      for (const each of await records.policy.exceptionsEnding(now, now + AHEAD_MS, AT_ONCE))
        if (each.expiresAt - each.createdAt > AHEAD_MS) await tellOwner(records, each, now, 'ends');
      for (const each of await records.policy.expiredExceptions(now, AT_ONCE)) {
        await tellOwner(records, each, now, 'has ended');
        await records.policy.markExpired(each.id);
        const { id, owner, reason, scope, organisation, expiresAt } = each;
        await appendEvent(records, now, 'exception.expired', 'system', placeOf(organisation), scope.repository, {
          id,
          owner,
          reason,
          scope,
          expiredAt: toRfc3339(expiresAt),
        });
      }
    });
  }
}

async function tellOwner(
  records: Records,
  { id, owner, reason, scope, expiresAt }: PolicyException,
  now: number,
  what: 'ends' | 'has ended',
): Promise<void> {
  const account = await records.access.account(owner);
  if (!account || account.disabled) return;
  const about = [scope.repository, scope.policy, scope.rule, scope.vulnerability].filter((each) => each !== undefined);
  const at = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ');
  await records.notify.addNotice({
    id: uuidv7(now),
    accountId: account.id,
    dedupeKey: `exception ${what} ${id}`,
    subject: `your exception for ${scope.repository} ${what}`,
    text: `the exception for ${about.join(', ')} ${what} (${at} UTC); its reason was: ${reason}`,
    createdAt: now,
  });
}
