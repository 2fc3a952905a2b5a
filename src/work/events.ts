import { uuidv7 } from '../lib/uuid.ts';
import type { Records } from '../ports/database.ts';
import type { RepositoryId } from '../ports/registry-records.ts';

/** What happens in the house; the events' schemas follow these names. */
export type EventNoun =
  | 'repository.created'
  | 'repository.changed'
  | 'repository.deleted'
  | 'manifest.pushed'
  | 'manifest.deleted'
  | 'tag.moved'
  | 'tag.deleted'
  | 'blob.deleted'
  | 'image.analysed'
  | 'image.judged'
  | 'advisories.imported'
  | 'account.created'
  | 'account.deleted'
  | 'password.changed'
  | 'token.created'
  | 'token.revoked'
  | 'grant.changed';

/** Writes an event inside the transaction of the change it tells of. */
export async function appendEvent(
  records: Records,
  at: number,
  noun: EventNoun,
  actor: string,
  repository: { readonly id: RepositoryId; readonly name: string } | undefined,
  subject: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await records.events.append({
    id: uuidv7(at),
    type: `dev.assay.${noun}.v1`,
    actor,
    repositoryId: repository?.id,
    subject,
    data,
    at,
  });
}
