import { AssayError } from '../../lib/error.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Records } from '../../ports/database.ts';

/**
 * Refuses what would take an organisation over its limit. The counters are read outside the transaction that stores, so
 * that pushes never wait for each other; what is on its way at that moment may come in on top.
 */
export async function requireRoom(records: Records, name: RepositoryName, bytes: number): Promise<void> {
  const organisation = organisationOf(name);
  const limit = (await records.access.organisation(organisation))?.maxBytes;
  if (limit === undefined) return;
  const used = await records.access.usage(organisation);
  if (used + bytes <= limit) return;
  throw new AssayError(
    'quota-exceeded',
    `${organisation} stores ${used} of at most ${limit} bytes; ${bytes > 0 ? `${bytes} more do not fit` : 'nothing more fits'}; delete images or ask an administrator for more`,
  );
}
