import { nameOf, type Viewer } from '../../access/viewer.ts';
import { type Clock, toRfc3339 } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { type ExceptionScope, MAX_EXCEPTION_MS, type PolicyException } from '../../policy/exception.ts';
import type { Database } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';
import { HOUSE, placeOf, requireGoverning, requireMember } from './policies.ts';

/** What is asked for; owner and times are the server's. */
export interface WantedException {
  readonly kind: PolicyException['kind'];
  readonly organisation: string;
  readonly reason: string;
  readonly ticket?: string | undefined;
  readonly scope: ExceptionScope;
  readonly expiresAt: number;
}

/** Exceptions: each has an owner, a reason and an end, and stands in the audit. */
export class Exceptions {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async list(viewer: Viewer, organisation: string): Promise<PolicyException[]> {
    await requireMember(this.#database.records, viewer, organisation);
    return this.#database.records.policy.exceptions(organisation);
  }

  async add(viewer: Viewer, wanted: WantedException): Promise<PolicyException> {
    const now = this.#clock.now();
    checkWanted(wanted, now);
    const exception: PolicyException = { ...wanted, id: uuidv7(now), owner: nameOf(viewer), createdAt: now };
    await this.#database.change(async (records) => {
      await requireGoverning(records, viewer, wanted.organisation);
      await records.policy.addException(exception);
      await appendEvent(
        records,
        now,
        'exception.created',
        viewer,
        placeOf(wanted.organisation),
        wanted.scope.repository,
        { ...exception, createdAt: toRfc3339(exception.createdAt), expiresAt: toRfc3339(exception.expiresAt) },
      );
    });
    return exception;
  }

  async end(viewer: Viewer, id: string): Promise<void> {
    await this.#database.change(async (records) => {
      const found = await records.policy.exception(id);
      const now = this.#clock.now();
      if (found) await requireGoverning(records, viewer, found.organisation);
      if (!found || !(await records.policy.endException(id, now)))
        throw new AssayError('not-found', 'no exception of this id is in force');
      await appendEvent(
        records,
        now,
        'exception.ended',
        viewer,
        placeOf(found.organisation),
        found.scope.repository,
        { id },
        { before: found },
      );
    });
  }
}

function checkWanted({ kind, organisation, reason, ticket, scope, expiresAt }: WantedException, now: number): void {
  if (reason.trim() === '') throw new AssayError('input-invalid', 'an exception needs a reason');
  if (expiresAt <= now) throw new AssayError('input-invalid', 'an exception ends in the future');
  if (expiresAt > now + MAX_EXCEPTION_MS[kind])
    throw new AssayError(
      'input-invalid',
      kind === 'break-glass' ? 'break-glass ends within 24 hours' : 'an exception ends within a year',
    );
  if (kind === 'break-glass' && (ticket === undefined || ticket.trim() === ''))
    throw new AssayError('input-invalid', 'break-glass needs the number of a ticket');
  if (organisation !== HOUSE && !scope.repository.startsWith(`${organisation}/`))
    throw new AssayError('input-invalid', `the repositories of the exception begin with ${organisation}/`);
}
